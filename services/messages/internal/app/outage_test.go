package app

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"parley/core/wire"
	"parley/messages/internal/change"
	"parley/testkit"
)

func post(body string) change.Post { return change.Post{Room: "general", Username: "ada", Body: body} }

func TestPostgresAway(t *testing.T) {
	t.Parallel()
	server, url := testkit.Postgres(t)
	b := start(t, func(cfg *Config) { cfg.DatabaseURL = url })
	ada := b.register("ada")
	if err := server.Stop(); err != nil {
		t.Fatal(err)
	}
	all := append([]request{
		{name: "login", path: "/login", body: `{"username":"ada","password":"correct horse"}`},
		{name: "register", path: "/register", body: `{"username":"bob","password":"correct horse"}`},
		{name: "logout", path: "/logout"},
		{name: "sign-in page", method: http.MethodGet, path: "/login"},
	}, guarded...)
	for _, r := range all {
		r.name, r.status, r.code = "away: "+r.name, 503, "unavailable"
		if a := r.run(t, &client{t: t, url: b.url, cookie: ada.cookie}); a.header.Get("Retry-After") == "" || a.header.Get("Set-Cookie") != "" {
			t.Errorf("%s: %v", r.name, a.header)
		}
	}
	browser := &client{t: t, url: b.url, cookie: ada.cookie, accept: "text/html"}
	if a := browser.get("/chat/general"); a.status != 503 || !strings.Contains(a.body, "<html") {
		t.Errorf("page: %d %.100s, want a page that says 503", a.status, a.body)
	}
	if got := b.ready(); got != 503 {
		t.Errorf("readyz: %d, want 503", got)
	}
	if a := b.get("/healthz"); a.status != 200 {
		t.Errorf("healthz: %d, want 200", a.status)
	}
	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if a := ada.post("/chat/general/messages", fields{"body": "back"}); a.status != 201 {
		t.Errorf("afterwards: %d %s", a.status, a.body)
	}
}

func TestRedisAway(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada := b.register("ada")
	if err := b.redis.Stop(); err != nil {
		t.Fatal(err)
	}
	assertQuick(t, ada)
	if err := b.redis.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := subscribe(t, b, wire.RoomTopic("general").Channel())
	ada.post("/chat/general/messages", fields{"body": "back"})
	for !strings.Contains(receive(t, s), `"body":"back"`) { // earlier ones may still come
	}
}

func TestRedisHangs(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada := b.register("ada")
	if err := b.redis.Process().Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := b.redis.Process().Signal(syscall.SIGCONT); err != nil {
			t.Error(err)
		}
	}()
	assertQuick(t, ada)
	began := time.Now()
	if a := ada.post("/logout", nil); a.status != 204 || time.Since(began) > time.Second {
		t.Errorf("logout: %d after %s", a.status, time.Since(began))
	}
}

// assertQuick posts without Redis, and must not notice.
func assertQuick(t *testing.T, c *client) {
	t.Helper()
	for range 20 {
		began := time.Now()
		a := c.post("/chat/general/messages", fields{"body": "hi"})
		if took := time.Since(began); a.status != 201 || took > time.Second {
			t.Fatalf("%d %s after %s", a.status, a.body, took)
		}
	}
}

func TestPublishes(t *testing.T) {
	t.Parallel()
	b := start(t)
	s := subscribe(t, b, wire.RoomTopic("general").Channel())
	ada := b.register("ada")
	for _, body := range []string{"one", "two <b>", "three\n"} {
		ada.post("/chat/general/messages", fields{"body": body, "client_id": body[:3]})
		ada.post("/chat/general/messages", fields{"body": body, "client_id": body[:3]})
	}
	var page stretch
	ada.get("/chat/general/messages").into(t, &page)
	if len(page.Messages) != 3 {
		t.Fatalf("%d messages", len(page.Messages))
	}
	for _, m := range page.Messages {
		if got, want := receive(t, s), string(m.AppendJSON(nil)); got != want {
			t.Errorf("published %s, want what history says: %s", got, want)
		}
	}
}

// ready is what the internal address says to /readyz.
func (b *bundle) ready() int {
	b.t.Helper()
	w := httptest.NewRecorder()
	b.app.health.Ready(w, httptest.NewRequestWithContext(b.t.Context(), http.MethodGet, "/readyz", nil))
	return w.Code
}
