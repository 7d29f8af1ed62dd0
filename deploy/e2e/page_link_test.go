package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"parley/deploy/e2e/browser"
)

func TestPageOpensAroundAMessage(t *testing.T) {
	ada := newPerson(t, browser.Desktop)
	bob := newUser(t)
	room := newRoom(t, bob)
	say(t, bob, room, 200)
	must(t, ada.Go("/chat/"+room+"/40"), ada.Live())
	must(t, ada.Await("the message is marked, and seen", inView+`(document.querySelector("#log [data-id='40'][data-linked]"))`))
	must(t, ada.Await("the newest is not loaded", `!document.querySelector("#log [data-id='200']")`))
	must(t, ada.Evaluate(`document.querySelector("#scroller").scrollTop = -1e6`, nil), ada.Await("older ones come", `document.querySelector("#log [data-id='1']")`))
	must(t, ada.Evaluate(`document.querySelector("#scroller").scrollTop = 0`, nil), ada.Await("newer ones come", `document.querySelector("#log [data-id='90']")`))
	must(t, ada.Click("#newest"), ada.Await("the newest is shown", inView+`(document.querySelector("#log [data-id='200']"))`))
	must(t, ada.Await("the address names the room again", `location.pathname === "/chat/`+room+`"`))
	must(t, ada.Go("/chat/"+room+"/201"), ada.Await("it says that there is none", `/not here any more/.test(document.querySelector("#notice").textContent)`))
	answer, err := bob.Get(patient(t), "/chat/"+room+"/first")
	must(t, err)
	if answer.Status != http.StatusNotFound {
		t.Errorf("a link to no number: %s", answer)
	}
}

// A link that somebody has written leads there in the same document, and Back
// to where one was.
func TestPageFollowsALinkAndComesBack(t *testing.T) {
	ada := newPerson(t, browser.Desktop)
	bob := newUser(t)
	room := newRoom(t, bob)
	say(t, bob, room, 120)
	must(t, ada.Enter(room), ada.Evaluate(`globalThis.document_ = true`, nil))
	var base string
	must(t, ada.Evaluate(`location.origin`, &base))
	post(t, bob, room, base+"/chat/"+room+"/5")
	must(t, ada.Click("#log [data-id='121'] .body a"), ada.Await("there", inView+`(document.querySelector("#log [data-id='5'][data-linked]"))`))
	must(t, ada.Evaluate(`history.back()`, nil), ada.Await("back", inView+`(document.querySelector("#log [data-id='121']"))`))
	must(t, ada.Await("nothing is marked", `!document.querySelector("[data-linked]") && globalThis.document_`))
}

func TestPagePins(t *testing.T) {
	ada := newPerson(t, browser.Desktop)
	bob := newUser(t)
	room := newRoom(t, bob)
	say(t, bob, room, 80)
	must(t, ada.Go("/chat/"+room+"/3"), ada.Live())
	must(t, ada.Act("#log [data-id='3']", "[data-act=menu]"), ada.Click("#act-menu [data-act=pin]"))
	must(t, ada.Await("it is marked", `document.querySelector("#log [data-id='3'] .pinned").textContent.includes("Pinned by `+ada.name+`")`))
	must(t, ada.Enter(room), ada.Click("#room-pins"), ada.Click(".pins-link"))
	must(t, ada.Await("there", inView+`(document.querySelector("#log [data-id='3'][data-linked] .pinned")) && !document.querySelector("#pins").open`))
	must(t, ada.Click("#room-pins"), ada.Click("#pins [data-unpin]"), ada.Await("none is left", `/Nothing is pinned/.test(document.querySelector("#pins").textContent)`))
	must(t, ada.Press("Escape"), ada.Await("the mark is gone", `!document.querySelector("#log [data-id='3'] .pinned")`))
	answer, err := bob.Get(patient(t), "/chat/"+room+"/pins")
	must(t, err)
	if got := string(answer.Body); !strings.Contains(got, `"messages":[]`) {
		t.Errorf("pins are %s", got)
	}
}

func TestPinsShowAsTheyChange(t *testing.T) {
	ada, bob, room := two(t, "one", "two", "three")
	pin := "/chat/" + room + "/messages/%d/pin"
	user := ada.client(t)
	shows := func(what string, texts ...string) {
		t.Helper()
		want, err := json.Marshal(texts)
		must(t, err)
		must(t, bob.Await(what, `JSON.stringify([...document.querySelectorAll("#pins .pins-text")].map((e) => e.textContent)) === `+strconv.Quote(string(want))))
	}
	must(t, bob.Click("#room-pins"), bob.Await("nothing is pinned", `/Nothing is pinned/.test(document.querySelector("#pins").textContent)`))
	act(t, user, http.MethodPut, fmt.Sprintf(pin, 1), nil)
	shows("one is pinned", "one")
	act(t, user, http.MethodPut, fmt.Sprintf(pin, 3), nil)
	shows("another is, on top", "three", "one")
	act(t, user, http.MethodPatch, "/chat/"+room+"/messages/1", map[string]string{"body": "one!"})
	shows("one is edited", "three", "one!")
	act(t, user, http.MethodDelete, "/chat/"+room+"/messages/3", nil)
	shows("one is deleted", "one!")
	act(t, user, http.MethodDelete, fmt.Sprintf(pin, 1), nil)
	must(t, bob.Await("none is left", `/Nothing is pinned/.test(document.querySelector("#pins").textContent) && document.querySelector("#pins").contains(document.activeElement)`))
}
