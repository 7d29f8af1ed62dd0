package e2e

import (
	"net/http"
	"testing"

	"parley/deploy/e2e/browser"
)

// granted stands for a browser whose user allows notifications, and writes down
// which are shown. Nobody looks at the page from then on.
const granted = `globalThis.shown = [];
	globalThis.Notification = class {
		static permission = "granted";
		static requestPermission = async () => "granted";
		constructor(title, { body }) { globalThis.shown.push(title + ": " + body); globalThis.last = this; }
		close() {}
	};
	document.hasFocus = () => !globalThis.unseen;`

func TestNotifications(t *testing.T) {
	ada, bob := newPerson(t, browser.Desktop), newUser(t)
	room := newRoom(t, bob)
	must(t, ada.Go("/account"), ada.Loaded(), ada.Evaluate(granted, nil))
	must(t, ada.Await("they are offered", `document.querySelector("[data-notifications]").checkVisibility()`))
	checkAccess(t, ada.Page, "the account, with notifications")
	must(t, ada.Click("[data-notifications] button"), ada.Await("they are on", `document.querySelector("[data-notifications] [data-state]").textContent.startsWith("On")`))

	must(t, ada.Enter(room), ada.Live())
	other, err := ada.Tab()
	must(t, err, other.Go("/chat/general"), other.Live())
	pages := []*browser.Page{ada.Page, other}
	look := func(unseen string) {
		t.Helper()
		for _, page := range pages {
			must(t, page.Evaluate(granted+`globalThis.unseen = `+unseen+`; dispatchEvent(new Event("blur"));`, nil))
		}
	}
	shown := func() (all []string) {
		t.Helper()
		for _, page := range pages {
			var some []string
			must(t, page.Evaluate(`globalThis.shown`, &some))
			all = append(all, some...)
		}
		return all
	}
	wantShown := func(want ...string) {
		t.Helper()
		// All pages have heard of what was said last.
		id := post(t, bob, room, "the last")
		must(t, ada.Await("the last has come", `[...document.querySelectorAll("#log .body")].at(-1)?.textContent === "the last"`))
		act(t, ada.client(t), http.MethodPut, "/chat/"+room+"/read", map[string]int64{"id": id})
		got := shown()
		if len(got) != len(want) {
			t.Fatalf("shown are %q, want %q", got, want)
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("shown are %q, want %q", got, want)
			}
		}
	}
	in := bob.Name + " in #" + room + ": "

	look("false")
	post(t, bob, room, "while she looks")
	wantShown()
	look("true")
	post(t, bob, room, "while nobody looks")
	wantShown(in+"while nobody looks", in+"the last")
	act(t, ada.client(t), http.MethodPut, "/chat/"+room+"/notify", map[string]string{"level": "mentions"})
	must(t, ada.Await("the level is known", `document.querySelector("[data-room='`+room+`']").dataset.notify === "mentions"`))
	look("true")
	post(t, bob, room, "to everybody else")
	post(t, bob, room, "@"+ada.name+" look")
	direct := newDirect(t, bob, ada.name)
	post(t, bob, direct, "hello ada")
	must(t, ada.AwaitUnread(direct, 1))
	wantShown(in+"@"+ada.name+" look", bob.Name+": hello ada")
	must(t, ada.Evaluate(`(globalThis.last ?? { onclick() {} }).onclick()`, nil), other.Evaluate(`globalThis.last?.onclick()`, nil))
	must(t, ada.Await("a click leads to it", `location.pathname.startsWith("/chat/`+direct+`")`))
}
