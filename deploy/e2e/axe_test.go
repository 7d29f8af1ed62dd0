package e2e

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"parley/deploy/e2e/browser"
)

// axe is axe-core, which looks for what keeps people out. `make e2e` installs it
// with the checkers of the page's scripts.
var axe = sync.OnceValues(func() ([]byte, error) {
	return os.ReadFile("../../.local/js/node_modules/axe-core/axe.min.js")
})

// checkAccess has axe look at the page as it is, in light and dark. Violations
// of the rules that are named are let pass.
func checkAccess(t testing.TB, page *browser.Page, what string, except ...string) {
	t.Helper()
	script, err := axe()
	if err != nil {
		t.Fatalf("axe-core is missing (make e2e installs it): %s", err)
	}
	for _, scheme := range []string{"light", "dark"} {
		must(t, page.Scheme(scheme), page.Await("nothing moves", `!document.getAnimations().some((a) => a instanceof CSSTransition && a.playState === "running")`))
		must(t, page.Evaluate(`globalThis.axe || (() => { `+string(script)+` })(); delete globalThis.axeFound;
			void axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => {
				globalThis.axeFound = violations.flatMap(({ id, help, nodes }) => nodes.map(({ target, any, all, none }) =>
					id + " (" + help + "): " + target.join(" ") + ": " + [...any, ...all, ...none].map(({ message }) => message).join("; ")));
			}); undefined`, nil))
		var found []string
		must(t, page.Await("axe has looked", `globalThis.axeFound`), page.Evaluate(`globalThis.axeFound`, &found))
		for _, violation := range found {
			if rule, _, _ := strings.Cut(violation, " "); slices.Contains(except, rule) {
				continue
			}
			t.Errorf("%s, %s: %s", what, scheme, violation)
		}
	}
	must(t, page.Scheme("light"))
}

func TestNobodyIsKeptOut(t *testing.T) {
	stranger := newPage(t, browser.Desktop)
	for _, path := range []string{"/login", "/register", "/join/none-that-there-is"} {
		must(t, stranger.Go(path))
		checkAccess(t, stranger, path)
	}
	owner := newPerson(t, browser.Desktop)
	query(t, `UPDATE users SET role = 'owner' WHERE username = $1`, owner.name)
	for _, path := range []string{"/admin", "/audit", "/invites", "/people"} {
		must(t, owner.Go(path), owner.Await(path+" is shown", `document.querySelector("#content h2, #content .list, #content .calm")`))
		checkAccess(t, owner.Page, path+" of an owner")
	}
	must(t, owner.Resize(browser.Phone), owner.Go("/admin"))
	checkAccess(t, owner.Page, "/admin on a phone")
	ada := newPerson(t, browser.Desktop)
	bob := newUser(t)
	room := unreadRoom(t, ada, 60)
	act(t, ada.client(t), http.MethodPut, "/chat/"+room+"/notify", map[string]string{"level": "all"})
	post(t, bob, room, "Look, @"+ada.name+": **bold**, `code`\n\n```go\nfunc main() {}\n```\n> quoted\n\n| a | b |\n|---|--:|\n| 1 | 2 |")
	post(t, bob, room, "🎉")
	for _, path := range []string{"/chat", "/chat?browse=1", "/people", "/people/" + ada.name, "/account", "/direct/new", "/search", "/search?q=bold", "/mentions",
		"/chat/" + room + "/members", "/chat/" + room + "/settings", "/chat/" + room + "/none"} {
		must(t, ada.Go(path))
		checkAccess(t, ada.Page, path)
	}
	ada.enters(t, room)
	checkAccess(t, ada.Page, "a room with much unread")
	must(t, ada.Go("/chat/"+room+"/61"), ada.Live(), ada.helped())
	checkAccess(t, ada.Page, "a room at a message")
	must(t, ada.Fill("#composer-body", "so *bold* @"+bob.Name[:4]), ada.Await("people are proposed", `document.querySelector("#suggestions [role=option]")`))
	checkAccess(t, ada.Page, "completion")
	must(t, ada.Press("Escape"), ada.Fill("#composer-body", ""))
	checkDialogs(t, ada)
	checkActs(t, ada, room)
	must(t, ada.Resize(browser.Phone))
	checkAccess(t, ada.Page, "a room on a phone")
	must(t, ada.Click("#drawer-open"))
	checkAccess(t, ada.Page, "the drawer", "landmark-one-main", "page-has-heading-one") // what it covers is inert
}

func checkDialogs(t *testing.T, ada *person) {
	for _, dialog := range []struct {
		what string
		open func() error
	}{
		{"the switcher", func() error { return ada.Chord(browser.Ctrl, "k", "KeyK") }},
		{"a new room", func() error { return ada.Click("#new-room") }},
		{"the list of keys", func() error { return ada.typeAt("#scroller", "?") }},
		{"a date", func() error { return ada.Click("#room-jump") }},
		{"the menu", func() error { return ada.Click("#me") }},
	} {
		must(t, dialog.open(), ada.Await(dialog.what+" is open", `document.querySelector("dialog[open], :popover-open")`))
		checkAccess(t, ada.Page, dialog.what)
		must(t, ada.Evaluate(`(document.querySelector("dialog[open]")?.close(), document.querySelector(":popover-open")?.hidePopover())`, nil))
	}
	must(t, ada.Click(`a[href="/mentions"]`), ada.Await("mentions are shown", `document.querySelector("#found .found-item")`))
	checkAccess(t, ada.Page, "mentions in the page")
	must(t, ada.Fill("#finder input", "bold"), ada.PressEnter(), ada.Await("something is found", `document.querySelector("#found mark")`))
	checkAccess(t, ada.Page, "a search in the page")
	must(t, ada.Evaluate(`history.go(-2)`, nil), ada.Await("back in the room", `document.querySelector("#found").hidden`))
}

// checkActs looks at all that acts on a message.
func checkActs(t *testing.T, ada *person, room string) {
	must(t, ada.Enter(room), ada.Write("mine"))
	const last = `[...document.querySelectorAll("#log .message[data-id]")].at(-1)`
	must(t, ada.Await("it is stored", last+`?.textContent.includes("mine")`))
	for _, state := range []struct{ what, key, is, end string }{
		{"the menu of a message", "Enter", `document.querySelector("#act-menu:popover-open")`, "Escape"},
		{"the picker of reactions", "+", `document.activeElement.shadowRoot?.querySelectorAll(".emoji").length > 100`, "Escape"},
		{"a reaction", "", `document.querySelector("#log .reaction")`, ""},
		{"an editor", "e", `document.querySelector("#log .editor-text")`, "Escape"},
		{"an answer", "r", `!document.querySelector("#answer").hidden`, "Escape"},
		{"a pinned message", "p", `document.querySelector("#log .pinned")`, ""},
	} {
		must(t, ada.Evaluate(`document.querySelector("#scroller").focus()`, nil), ada.Press("End"), ada.Await("on the last", `document.activeElement === `+last))
		switch state.key {
		case "":
			must(t, ada.Act("#log .message:last-child", ".bar [data-emoji]"))
		case "Enter":
			must(t, ada.PressEnter())
		default:
			must(t, ada.Strike(state.key))
		}
		must(t, ada.Await(state.what, state.is))
		checkAccess(t, ada.Page, state.what)
		if state.end != "" {
			must(t, ada.Press(state.end), ada.Await(state.what+" is over", `!(`+state.is+`)`))
		}
	}
	must(t, ada.Click("#room-pins"), ada.Await("the pins are there", `document.querySelector("#pins[open] .pins-link")`))
	checkAccess(t, ada.Page, "the pins")
	must(t, ada.Click("#pins [data-close]"), ada.Await("they are closed", `!document.querySelector("#pins").open`))
	must(t, ada.Evaluate(`document.querySelector("#scroller").focus()`, nil), ada.Press("End"), ada.Await("on the last", `document.activeElement === `+last))
	must(t, ada.Press("Delete"), ada.Await("it can be brought back", `document.querySelector("#log [data-act=undo]")`))
	checkAccess(t, ada.Page, "a message that is about to be deleted")
}

// typeAt types where nothing takes text.
func (p *person) typeAt(selector, text string) error {
	if err := p.Evaluate(fmt.Sprintf(`document.querySelector(%q).focus()`, selector), nil); err != nil {
		return err
	}
	return p.Type(text)
}
