package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"parley/deploy/e2e/browser"
	"parley/deploy/e2e/client"
)

// still is how much may shift, as browsers measure it: a number in the list of
// rooms that becomes another, and no more.
const still = 0.001

// checkStill checks that nothing that was painted has moved since the page was
// loaded.
func checkStill(t testing.TB, page *browser.Page, what string) {
	t.Helper()
	must(t, page.Evaluate(`(() => {
		const at = ({ x, y, width, height }) => [x, y, width, height].map(Math.round).join(" ");
		const tell = ({ node, previousRect, currentRect }) => (node?.id || node?.className || node?.nodeName) + " from " + at(previousRect) + " to " + at(currentRect);
		delete globalThis.looked;
		globalThis.shifts = [];
		new PerformanceObserver((list) => globalThis.shifts.push(...list.getEntries().map(({ value, sources }) => ({ value, what: sources.map(tell).join(", ") }))))
			.observe({ type: "layout-shift", buffered: true });
		requestAnimationFrame(() => setTimeout(() => { globalThis.looked = true; }, 100));
	})()`, nil), page.Await("it was looked at", `globalThis.looked`))
	var shifts []struct {
		Value float64
		What  string
	}
	must(t, page.Evaluate(`globalThis.shifts`, &shifts))
	sum := 0.0
	for _, shift := range shifts {
		sum += shift.Value
	}
	if sum > still {
		t.Errorf("%s: the layout shifts by %.4f: %+v", what, sum, shifts)
	}
}

// The composer is at the bottom of the window, on every screen, and what is said
// is shown in the page's own font.
func TestTheComposerIsInSight(t *testing.T) {
	ada := newPerson(t, browser.Desktop)
	room := newRoom(t, newUser(t))
	must(t, ada.Enter(room), ada.Write("hello"), ada.AwaitMessages("hello"))
	for _, screen := range []browser.Screen{browser.Desktop, browser.Phone, {Width: 320, Height: 640, Phone: true}} {
		must(t, ada.Resize(screen), ada.Await("the composer is in sight", `((box) => box.left >= 0 && box.right <= innerWidth && box.top > 0 && box.bottom <= innerHeight)(
			document.querySelector("#main #composer").getBoundingClientRect())`))
	}
	must(t, ada.Await("letters are Figtree's", `[...document.fonts].some((face) => face.family === "Figtree" && face.status === "loaded" && face.unicodeRange.startsWith("U+0-"))`))
}

// However a page is loaded, nothing in it moves.
func TestLoadsAreStill(t *testing.T) {
	for name, screen := range map[string]browser.Screen{"desktop": browser.Desktop, "phone": browser.Phone} {
		t.Run(name, func(t *testing.T) {
			ada := newPerson(t, screen)
			bob, me := newUser(t), ada.client(t)
			read, empty, unread := newRoom(t, bob), newRoom(t, bob), unreadRoom(t, ada, 130)
			for _, room := range []string{read, empty} {
				act(t, me, http.MethodPost, "/chat/"+room+"/join", nil)
			}
			decorate(t, bob, read)
			readAll(t, me, read)
			paths := []string{"/chat/" + read, "/chat/" + read + "/5", "/chat/" + empty, "/chat/" + unread, "/chat", "/people", "/mentions", "/search?q=bold", "/account"}
			for _, path := range paths {
				must(t, ada.Go(path))
				checkStill(t, ada.Page, path)
				must(t, ada.Reload())
				checkStill(t, ada.Page, path+", loaded again")
			}
		})
	}
}

// decorate fills a room with what is laid out otherwise than a line of text.
func decorate(t testing.TB, user *client.User, room string) {
	t.Helper()
	for i := range 15 {
		first := post(t, user, room, fmt.Sprint("message ", i))
		for _, body := range []string{"**bold**\n\n```go\nfunc main() {}\n```", "| a | b |\n|---|---|\n| 1 | 2 |", "🎉", strings.Repeat("long ", 100)} {
			post(t, user, room, body)
		}
		_, err := user.Reply(patient(t), room, "an answer", first, 0)
		must(t, err)
		_, err = user.React(patient(t), room, first, thumb, true)
		must(t, err)
	}
}
