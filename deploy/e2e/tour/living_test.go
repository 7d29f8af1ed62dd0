package tour

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"parley/deploy/e2e/browser"
	"parley/deploy/e2e/system"
)

// TestLivingPlace looks at a Parley in which people have talked for days: that
// of `messages demo`.
func TestLivingPlace(t *testing.T) {
	dora := visitAt(t, startDemo(t), "dora")
	dora.must(dora.Go("/login"))
	dora.submits("form", map[string]string{"username": dora.name, "password": password})
	dora.at("/chat")
	dora.looks("living-home")
	for _, room := range []string{"general", "engineering", "design"} {
		dora.must(dora.Go("/chat/"+room), dora.Live())
		dora.looks("living-" + room)
	}
	dora.finds()
	dora.acts()
	dora.administers()
}

// startDemo starts a Parley of its own, and fills it; it returns its address.
func startDemo(t *testing.T) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), startPatience)
	defer cancel()
	place, err := system.New(ctx, "native", system.Options{Log: "demo"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := place.Close(); err != nil {
			t.Error(err)
		}
	})
	database, err := place.DatabaseURL(ctx)
	if err != nil {
		t.Fatal(err)
	}
	redis, err := place.RedisURL(ctx)
	if err != nil {
		t.Fatal(err)
	}
	demo := exec.CommandContext(ctx, "go", "run", "parley/messages/cmd/messages", "demo", "-messages", "3000", "-password", password)
	demo.Dir = filepath.Join("..", "..", "..")
	demo.Env = append(os.Environ(), "DATABASE_URL="+database, "REDIS_URL="+redis)
	if out, err := demo.CombinedOutput(); err != nil {
		t.Fatalf("fill: %v\n%s", err, out)
	}
	return place.URL()
}

// finds looks at what leads to messages.
func (v *visitor) finds() {
	v.must(v.Go("/search?q=release"), v.Await("something is found", `document.querySelector("#found mark, .found mark")`))
	v.looks("living-search")
	v.must(v.Go("/mentions"), v.Await("they are listed", `document.querySelector(".found a[href^='/chat/']")`))
	v.looks("living-mentions")
	v.must(v.Go("/chat/general"), v.Live(), v.Chord(browser.Ctrl, "k", "KeyK"), v.Await("the switcher is open", `document.querySelector("dialog[open] input")`), v.Type("de"))
	v.looks("living-switcher")
	v.must(v.Go("/chat/general"), v.Live(), v.Click("#room-pins"), v.Await("what is pinned is listed", `document.querySelector("#pins[open] .pins-list, #pins[open] .pins-none:not([role])")`))
	v.looks("living-pins")
	v.must(v.Click("#pins [data-close]"))
}

// acts looks at what can be done with a message.
func (v *visitor) acts() {
	const last = "#log .message:nth-last-child(3 of :not([data-deleted]))"
	v.must(v.Resize(browser.Desktop), v.Hover(last+" .body"), v.Click(last+" [data-act=menu]"), v.Await("the menu is open", `document.querySelector("#act-menu:popover-open")`))
	v.keeps("living-menu", "desktop") // it closes when the window is another
	v.must(v.Press("Escape"), v.Fill("#composer-body", "**Done**, see `make demo` :ta"), v.Await("emoji are suggested", `!document.querySelector("#suggestions").hidden`))
	v.looks("living-writing")
	v.must(v.Fill("#composer-body", ""))
}

// administers looks at the lists of an owner.
func (v *visitor) administers() {
	for path, what := range map[string]string{"/people": "people", "/chat?browse=1": "browse", "/audit": "audit", "/admin": "status", "/invites": "invites", "/chat/general/members": "members"} {
		v.must(v.Go(path))
		v.looks("living-" + what)
	}
}
