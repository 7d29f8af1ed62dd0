package e2e

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"testing"

	"parley/deploy/e2e/browser"
)

// two are ada and bob in a room of bob's, in which ada has said some things.
func two(t testing.TB, bodies ...string) (ada, bob *person, room string) {
	t.Helper()
	ada, bob = newPerson(t, browser.Desktop), newPerson(t, browser.Desktop)
	room = newRoom(t, bob.client(t))
	must(t, ada.Enter(room), bob.Enter(room))
	for _, body := range bodies {
		must(t, ada.Write(body))
	}
	must(t, ada.AwaitMessages(bodies...), bob.AwaitMessages(bodies...))
	return ada, bob, room
}

func focused(selector string) string {
	return fmt.Sprintf(`document.activeElement.matches(%q)`, selector)
}

func TestPageEditsTheLastMessage(t *testing.T) {
	ada, bob, _ := two(t, "one", "two")
	must(t, ada.Press("ArrowUp"), ada.Await("the last is edited", focused("#log [data-id='2'] .editor-text")))
	must(t, ada.Type("!"), ada.PressEnter(), ada.AwaitMessages("one", "two!"), bob.AwaitMessages("one", "two!"))
	must(t, ada.Await("the composer has the focus", focused("#composer-body")))
	must(t, bob.Await("it is said that it was edited", `/^Edited /.test(document.querySelector("#log [data-id='2'] .edited").title)`))
	must(t, ada.Press("ArrowUp"), ada.Type("?"), ada.Press("Escape"), ada.AwaitMessages("one", "two!"))

	must(t, ada.Press("ArrowUp"), ada.Offline(true), ada.Type("?"), ada.PressEnter())
	must(t, ada.Await("a failed save keeps the text, and says so", `document.querySelector("#log [data-id='2'] .editor-text").value === "two!?" &&
		document.querySelector("#log [data-id='2'] [role=alert]").textContent.startsWith("Not saved.")`))
	must(t, ada.Offline(false), ada.Live(), ada.PressEnter(), bob.AwaitMessages("one", "two!?"))

	must(t, ada.Await("the composer has the focus", focused("#composer-body")))
	must(t, ada.Press("ArrowUp"), ada.Fill("#log [data-id='2'] .editor-text", " "), ada.PressEnter(), ada.Await("it asks", focused("#log [data-id='2'] [data-remove]")))
	must(t, ada.PressEnter(), ada.Await("it can be undone", `document.querySelector("#log [data-id='2'] [data-act=undo]")`))
}

func TestPageDeletesAndUndoes(t *testing.T) {
	ada, bob, room := two(t, "one", "two", "three")
	remove := func(p *person, id int) {
		t.Helper()
		article := "#log [data-id='" + strconv.Itoa(id) + "']"
		must(t, p.Act(article, "[data-act=menu]"), p.Click("#act-menu [data-act=remove]"))
		must(t, p.Await("it can be undone", fmt.Sprintf(`document.querySelector("%s [data-act=undo]")`, article)))
	}
	remove(ada, 1)
	must(t, ada.Click("#log [data-id='1'] [data-act=undo]"), ada.AwaitMessages("one", "two", "three"))
	remove(ada, 2)
	must(t, bob.AwaitMessages("one", "This message was deleted", "three"), ada.AwaitMessages("one", "This message was deleted", "three"))

	remove(ada, 3) // and the page is left before it is sent
	must(t, ada.Go("/chat"), bob.AwaitMessages("one", "This message was deleted", "This message was deleted"))

	must(t, ada.Enter(room))
	remove(bob, 1) // his room
	must(t, ada.AwaitMessages("This message was deleted", "This message was deleted", "This message was deleted"))
	must(t, bob.Write("bob's"), ada.Act("#log [data-id='7']", "[data-act=menu]"))
	must(t, ada.Await("ada can't delete bob's", `document.querySelector("#act-menu [data-act=reply]") && !document.querySelector("#act-menu [data-act=remove]")`))
}

func TestPageReacts(t *testing.T) {
	ada, bob, room := two(t, "shall we?")
	chip := func(pressed bool, label string) string {
		return fmt.Sprintf(`document.querySelector("#log [data-id='1'] .reaction[aria-pressed='%t']")?.getAttribute("aria-label") === %q`, pressed, label)
	}
	must(t, ada.Act("#log [data-id='1']", ".bar [data-emoji='👍']"))
	must(t, ada.Await("it is ada's", chip(true, "👍 1: you")), bob.Await("it is ada's", chip(false, "👍 1: "+ada.name)))
	must(t, bob.Click("#log [data-id='1'] .reaction[data-emoji]"), ada.Await("two of them", chip(true, "👍 2: you and "+bob.name)))
	must(t, ada.Click("#log [data-id='1'] .reaction[data-emoji]"), bob.Await("ada's is gone", chip(true, "👍 1: you")))

	// By keyboard: to the message, the picker, an emoji by its name.
	must(t, ada.Evaluate(`document.querySelector("#scroller").focus()`, nil), ada.Press("ArrowUp"), ada.Await("on the message", focused("#log [data-id='1']")))
	must(t, ada.Strike("+"), ada.Await("in the picker", `document.activeElement.shadowRoot?.activeElement?.id === "search"`))
	must(t, ada.Await("it has loaded", `document.activeElement.shadowRoot.querySelectorAll(".emoji").length > 100`), ada.Type("fox"))
	must(t, ada.Await("it has found", `document.activeElement.shadowRoot.querySelector("#search-results .emoji")`))
	eventually(t, patience, "it is chosen", func(context.Context) error { // results that come later take the choice away
		var chosen string
		err := ada.Evaluate(`document.activeElement.shadowRoot.querySelector("#search").getAttribute("aria-activedescendant") ?? ""`, &chosen)
		if err == nil && chosen == "" {
			err = ada.Press("ArrowDown")
		}
		if err == nil && chosen != "emo-🦊" {
			err = fmt.Errorf("%q is chosen", chosen)
		}
		return err
	})
	must(t, ada.PressEnter(), bob.Await("the fox is there", `document.querySelector("#log [data-id='1'] .reaction[data-emoji='🦊']")`), ada.Await("back on the message", focused("#log [data-id='1']")))

	must(t, bob.Go("/chat"))
	act(t, bob.client(t), http.MethodDelete, "/chat/"+room+"/messages/1/reactions/👍", nil)
	must(t, bob.Enter(room), bob.Await("only the fox", `[...document.querySelectorAll("#log [data-id='1'] .reaction[data-emoji]")].map((e) => e.dataset.emoji).join() === "🦊"`))
}

func TestPageReplies(t *testing.T) {
	ada, bob, room := two(t, "shall we?")
	must(t, bob.Act("#log [data-id='1']", "[data-act=reply]"))
	must(t, bob.Await("it is quoted", `document.querySelector("#answer").textContent.includes("shall we?") && `+focused("#composer-body")))
	must(t, bob.Type("yes"), bob.Reload(), bob.Await("it is kept with the draft", `!document.querySelector("#answer").hidden`))
	must(t, bob.Live(), bob.Click("#composer-body"), bob.Press("Escape"), bob.Await("Esc removes it", `document.querySelector("#answer").hidden`))
	must(t, bob.Act("#log [data-id='1']", "[data-act=reply]"), bob.PressEnter())
	must(t, ada.Await("it is an answer", `document.querySelector("#log [data-id='2'] .quote")?.textContent.includes("shall we?")`), ada.AwaitMessages("shall we?", "yes"))
	must(t, bob.Await("it is told once", `document.querySelector("#answer").hidden`), bob.Write("and more"), ada.AwaitMessages("shall we?", "yes", "and more"))
	for range 60 {
		post(t, bob.client(t), room, "more")
	}
	must(t, ada.Enter(room), ada.Await("the answer is above", `!document.querySelector("#log [data-id='2']")`))
	must(t, ada.Go("/chat/"+room+"/2"), ada.Click("#log [data-id='2'] .quote"), ada.Await("what it answers is marked", `document.querySelector("#log [data-id='1'][data-linked]")`))
}

func TestPageMessagesByKeyboard(t *testing.T) {
	ada, _, _ := two(t, "one", "two", "three")
	must(t, ada.Evaluate(`document.querySelector("#scroller").focus()`, nil))
	for _, step := range [][2]string{{"ArrowUp", "#log [data-id='3']"}, {"ArrowUp", "#log [data-id='2']"}, {"Home", "#log [data-id='1']"}, {"ArrowDown", "#log [data-id='2']"}, {"End", "#log [data-id='3']"}} {
		must(t, ada.Press(step[0]), ada.Await(step[0]+" leads to "+step[1], focused(step[1])))
	}
	must(t, ada.Await("the bar is there", `document.querySelector("#log [data-id='3'] .bar")`))
	must(t, ada.PressEnter(), ada.Await("in the menu", focused("#act-menu [data-act=reply]")))
	must(t, ada.Press("ArrowDown"), ada.Await("on edit", focused("#act-menu [data-act=edit]")))
	must(t, ada.Press("Escape"), ada.Await("back on the message", focused("#log [data-id='3']")))
	must(t, ada.Strike("e"), ada.Await("it is edited", focused("#log [data-id='3'] .editor-text")), ada.Press("Escape"), ada.Await("back on it", focused("#log [data-id='3']")))
	must(t, ada.Strike("r"), ada.Await("it is answered", focused("#composer-body")+` && !document.querySelector("#answer").hidden`))
	must(t, ada.Click("#log [data-id='2'] .body"), ada.Strike("p"), ada.Await("who clicks and types means the composer", `document.querySelector("#composer-body").value === "p"`))
	must(t, ada.Evaluate(`document.querySelector("#scroller").focus()`, nil), ada.Press("ArrowUp"), ada.Await("on the last", focused("#log [data-id='3']")))
	must(t, ada.Press("Delete"), ada.Await("it can be undone", focused("#log [data-id='3'] [data-act=undo]")), ada.PressEnter(), ada.AwaitMessages("one", "two", "three"))
}

func TestPageActsByLongPress(t *testing.T) {
	ada := newPerson(t, browser.Phone)
	bob := newUser(t)
	room := newRoom(t, bob)
	post(t, bob, room, "hello")
	must(t, ada.Enter(room), ada.LongPress("#log [data-id='1'] .body", `document.querySelector("#act-menu")?.matches(":popover-open")`))
	must(t, ada.Await("it stays", `document.querySelector("#act-menu").matches(":popover-open")`))
	checkFits(t, ada.Page, "the menu")
	must(t, ada.Click("#act-menu [data-emoji='🎉']"), ada.Await("it is there", `document.querySelector("#log [data-id='1'] .reaction[data-emoji='🎉']")`))
}
