package e2e

import (
	"testing"

	"parley/deploy/e2e/browser"
)

// Without its script the page shows nothing that needs it, and writes by a form.
func TestPageWithoutScript(t *testing.T) {
	for name, screen := range map[string]browser.Screen{"desktop": browser.Desktop, "phone": browser.Phone} {
		t.Run(name, func(t *testing.T) {
			ada := newPerson(t, screen)
			room := newRoom(t, ada.client(t))
			must(t, ada.WithoutScript())
			for _, path := range []string{"/chat", "/chat?browse=1", "/chat/" + room, "/chat/" + room + "/members", "/chat/" + room + "/settings", "/people", "/account", "/search?q=x", "/mentions", "/direct/new"} {
				must(t, ada.GoPlain(path))
				var dead []string
				must(t, ada.Evaluate(`[...document.querySelectorAll("button[type=button]:not([popovertarget])")]
					.filter((button) => button.checkVisibility({ visibilityProperty: true }) && button.getBoundingClientRect().right > 0).map((button) => button.ariaLabel || button.textContent)`, &dead))
				if len(dead) > 0 {
					t.Errorf("%s shows buttons that do nothing: %q", path, dead)
				}
			}
			must(t, ada.GoPlain("/chat/"+room), ada.Fill("#composer-body", "by a form"), ada.Click("#send"))
			must(t, ada.Await("the message is in the room", `document.querySelector("#log [data-id='1'] .body")?.textContent === "by a form"`))
		})
	}
}
