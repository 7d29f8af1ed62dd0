package e2e

import (
	"testing"

	"parley/deploy/e2e/browser"
)

// Two people in a room, one of them on a phone.
func TestTypingIsShown(t *testing.T) {
	ada, bob := newPerson(t, browser.Desktop), newPerson(t, browser.Phone)
	private := newPrivateRoom(t, ada.client(t), bob.name)
	for _, person := range []*person{ada, bob} {
		must(t, person.Enter(private), person.Live())
	}
	shows := func(page *browser.Page, text string) {
		t.Helper()
		must(t, page.Await("it says "+text, `((line) => line.checkVisibility() ? line.textContent : "")(document.querySelector("#typing")) === "`+text+`"`))
	}
	must(t, bob.Evaluate(`document.querySelector("#composer-body").focus()`, nil), bob.Type("hello"))
	shows(ada.Page, bob.name+" is typing…")
	must(t, ada.Await("a screen reader is told", `[...document.querySelectorAll("#announcer p")].filter((p) => p.textContent === "`+bob.name+` is typing…").length === 1`))
	checkAccess(t, ada.Page, "while somebody is typing")
	must(t, bob.Click("#send"), ada.AwaitMessages("hello"))
	shows(ada.Page, "")
	must(t, ada.Evaluate(`document.querySelector("#composer-body").focus()`, nil), ada.Type("he"))
	shows(bob.Page, ada.name+" is typing…")
	checkAccess(t, bob.Page, "while somebody is typing, on a phone")
	shows(bob.Page, "") // five seconds after ada's last letter
	shows(ada.Page, "")
}
