package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"parley/deploy/e2e/browser"
)

// mentionsIn is how many mentions the list of rooms counts in a room.
func mentionsIn(room string) string {
	return fmt.Sprintf(`parseInt(document.querySelector('.room-link[data-room=%q] .called').textContent.replace("@", "") || "0")`, room)
}

func TestMentionsAreCountedLive(t *testing.T) {
	ada := newPerson(t, browser.Desktop)
	bob := newUser(t)
	room := newRoom(t, bob)
	act(t, ada.client(t), http.MethodPost, "/chat/"+room+"/join", nil)
	must(t, ada.Enter("general"))
	post(t, bob, room, "nothing for anybody")
	id := post(t, bob, room, "for you, @"+ada.name)
	post(t, bob, room, "and @room")
	must(t, ada.AwaitUnread(room, 3), ada.Await("two of them are mentions", mentionsIn(room)+` === 2`))
	must(t, ada.Await("they are counted in all", `document.querySelector("#mentions-count").textContent.startsWith("2") && !document.querySelector("#mentions-count").hidden`))
	ada.look(t, "sidebar")
	act(t, bob, http.MethodPatch, fmt.Sprintf("/chat/%s/messages/%d", room, id), map[string]string{"body": "for nobody"})
	must(t, ada.Await("an edit takes one back", mentionsIn(room)+` === 1`), ada.Reload(), ada.Live(), ada.Await("as the server counts", mentionsIn(room)+` === 1`))
	must(t, ada.Evaluate(`globalThis.document_ = true`, nil), ada.Click(`a[href="/mentions"]`))
	must(t, ada.Await("the mention is listed", `document.querySelectorAll("#found .found-item").length === 1`))
	ada.look(t, "mentions")
	must(t, ada.Click("#found .item-link"), ada.Await("it leads there", fmt.Sprintf(`location.pathname === "/chat/%s/%d"`, room, id+1)))
	must(t, ada.Await("in the page", inView+fmt.Sprintf(`(document.querySelector("#log [data-id='%d'][data-linked]")) && globalThis.document_`, id+1)), ada.AwaitUnread(room, 0))
	must(t, ada.Await("and it is read", mentionsIn(room)+` === 0`), ada.Go("/mentions"), ada.Await("the server's page has it, too", `document.querySelectorAll(".found-item").length === 1`))
}

func TestSearchInThePage(t *testing.T) {
	ada := newPerson(t, browser.Desktop)
	bob := newUser(t)
	room := newRoom(t, bob)
	word := "zq" + room[len("room-"):]
	act(t, ada.client(t), http.MethodPost, "/chat/"+room+"/join", nil)
	for i := range 60 {
		post(t, bob, room, fmt.Sprintf("hit %d of %s <b>", i, word))
	}
	must(t, ada.Enter(room), ada.Evaluate(`globalThis.document_ = true`, nil), ada.Evaluate(`document.querySelector("#scroller").focus()`, nil), ada.Chord(0, "/", "Slash"))
	must(t, ada.Await("the field has the focus", `document.activeElement.matches("#finder input")`), ada.Type(word), ada.PressEnter())
	must(t, ada.Await("hits are shown and marked", `document.querySelectorAll("#found .found-item").length >= 50 && document.querySelector("#found mark").textContent === "`+word+`"`))
	must(t, ada.Await("they are text", `!document.querySelector("#found .snippet b") && document.querySelector("#found .snippet").textContent.includes("<b>")`))
	ada.look(t, "search")
	must(t, ada.Evaluate(`document.querySelector("#found").scrollTop = 1e6`, nil), ada.Await("more comes", `document.querySelectorAll("#found .found-item").length === 60`))
	must(t, ada.Click("#found .found-item:last-child .item-link"), ada.Await("a hit leads there", inView+`(document.querySelector("#log [data-id='1'][data-linked]"))`))
	must(t, ada.Evaluate(`history.back()`, nil), ada.Await("back at the hits", `!document.querySelector("#found").hidden && document.querySelector("#found").scrollTop > 1000 && globalThis.document_`))
	must(t, ada.Reload(), ada.Await("the server's page has them, too", `document.querySelectorAll(".found-item mark").length >= 50`))
	ada.look(t, "search-page")
	must(t, ada.Go("/search?q="+url.QueryEscape("before:never")), ada.Await("it says what is wrong", `document.querySelector(".problem")?.textContent.includes("date")`))
	must(t, ada.Resize(browser.Phone))
	checkFits(t, ada.Page, "the search")
	ada.look(t, "search-phone")
}

func TestGoingByKeys(t *testing.T) {
	ada := newPerson(t, browser.Desktop)
	bob := newUser(t)
	me := ada.client(t)
	names := []string{newRoom(t, bob), newRoom(t, bob)}
	slices.Sort(names)
	first, second := names[0], names[1]
	for _, room := range []string{first, second} {
		act(t, me, http.MethodPost, "/chat/"+room+"/join", nil)
	}
	must(t, ada.Enter("general"), ada.Evaluate(`globalThis.document_ = true`, nil))
	at := func(room string) error {
		return ada.Await("in "+room, `location.pathname === "/chat/`+room+`" && globalThis.document_`)
	}
	must(t, ada.Chord(browser.Ctrl, "k", "KeyK"), ada.Await("the switcher is open", `document.querySelector(".switcher[open]") && document.activeElement.matches(".switcher-field")`))
	ada.look(t, "switcher")
	must(t, ada.Type(second), ada.Await("the room is the first", `document.querySelector("#switcher-0[aria-selected=true]")?.textContent.includes("`+second+`")`), ada.PressEnter(), at(second))
	post(t, bob, first, "news")
	must(t, ada.AwaitUnread(first, 1), ada.Chord(browser.Alt|browser.Shift, "ArrowUp", "ArrowUp"), at(first), ada.AwaitUnread(first, 0))
	must(t, ada.Chord(browser.Alt, "ArrowUp", "ArrowUp"), at("general"), ada.Chord(browser.Alt, "ArrowDown", "ArrowDown"), at(first))
	must(t, ada.Chord(browser.Ctrl, "k", "KeyK"), ada.Type(bob.Name), ada.Await("a person is found", `[...document.querySelectorAll(".switcher [role=option]")].some((o) => o.textContent.includes("@`+bob.Name+`"))`))
	ada.look(t, "switcher-people")
	must(t, ada.PressEnter(), ada.Await("in a room with bob", `location.pathname.startsWith("/chat/dm-")`), ada.Loaded(), ada.Live())
	must(t, ada.typeAt("#scroller", "?"), ada.Await("the keys are listed", `document.querySelector(".keys-dialog[open]")`))
	ada.look(t, "keys")
	must(t, ada.Click(".keys-dialog .button"), ada.Evaluate(`document.querySelector("#composer-body").focus()`, nil), ada.Press("F6"))
	must(t, ada.Await("in the rooms", `document.querySelector("#sidebar").contains(document.activeElement)`), ada.Press("F6"), ada.Await("in the messages", `document.activeElement.id === "scroller"`))
}

func TestEscReadsAndDatesLead(t *testing.T) {
	ada := newPerson(t, browser.Desktop)
	room := unreadRoom(t, ada, 130)
	query(t, `UPDATE messages SET created_at = created_at - interval '3 days' WHERE room = $1 AND id <= 40`, room)
	must(t, ada.Enter(room), ada.Evaluate(`document.querySelector("#scroller").focus()`, nil), ada.Press("Escape"), ada.AwaitUnread(room, 0))
	day := time.Now().AddDate(0, 0, -1).Format(time.DateOnly)
	must(t, ada.Click("#room-jump"), ada.Await("it asks for a day", `document.querySelector("dialog[open] #jump-day")`))
	must(t, ada.Evaluate(`document.querySelector("#jump-day").value = "`+day+`"`, nil))
	ada.look(t, "jump")
	must(t, ada.Click(`dialog[open] .button:not([type])`), ada.Await("at the first message since", inView+`(document.querySelector("#log [data-id='41'][data-linked]"))`))
	must(t, ada.Click("#room-jump"), ada.Await("it is open", `document.querySelector("dialog[open]")`), ada.Evaluate(`[...document.querySelectorAll("dialog[open] .jump-buttons button")].find((b) => b.textContent === "The beginning").click()`, nil))
	must(t, ada.Await("at the beginning", inView+`(document.querySelector("#log [data-id='1'][data-linked]"))`))
}
