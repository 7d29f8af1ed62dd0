package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"parley/deploy/e2e/browser"
)

// What becomes of messages is shown as it happens, and the same after a reload.
func TestPageShowsChanges(t *testing.T) {
	ada := newPerson(t, browser.Desktop)
	bob := newUser(t)
	room := newRoom(t, bob)
	must(t, ada.Enter(room))
	first := post(t, bob, room, "first")
	second := post(t, bob, room, "second")
	answer := act(t, bob, http.MethodPost, "/chat/"+room+"/messages", map[string]any{"body": "an *answer*", "reply_to": first})
	var third struct{ ID int64 }
	must(t, json.Unmarshal(answer.Body, &third))
	must(t, ada.AwaitMessages("first", "second", "an answer"))
	path := func(id int64) string { return fmt.Sprintf("/chat/%s/messages/%d", room, id) }
	act(t, bob, http.MethodPatch, path(first), map[string]string{"body": "the first"})
	act(t, bob, http.MethodDelete, path(second), nil)
	for _, look := range []func() error{ada.Live, ada.Reload} { // as the script shows it, then as the server does
		must(t, look(), ada.AwaitMessages("the first", "This message was deleted", "an answer"))
		must(t, ada.Await("what was edited says so", fmt.Sprintf(`document.querySelector("#log [data-id='%d'] .edited")`, first)))
		must(t, ada.Await("what is formatted is", fmt.Sprintf(`document.querySelector("#log [data-id='%d'] .body em").textContent === "answer"`, third.ID)))
		must(t, ada.Await("the answer quotes, and leads back", fmt.Sprintf(
			`((q) => q.textContent === %q && q.pathname === "/chat/%s/%d")(document.querySelector("#log [data-id='%d'] .quote"))`, bob.Name+" the first", room, first, third.ID)))
	}
}

// Deleted messages don't count as unread, in any tab and at the server.
func TestDeletedMessagesAreNotUnread(t *testing.T) {
	ada := newPerson(t, browser.Desktop)
	bob, me := newUser(t), ada.client(t)
	room := newRoom(t, bob)
	act(t, me, http.MethodPost, "/chat/"+room+"/join", nil)
	must(t, ada.Enter("general"))
	var ids []int64
	for range 4 {
		ids = append(ids, post(t, bob, room, "hello"))
	}
	all := []*browser.Page{ada.Page}
	awaitCounts(t, me, all, map[string]int{room: 4})
	act(t, bob, http.MethodDelete, fmt.Sprintf("/chat/%s/messages/%d", room, ids[1]), nil)
	act(t, bob, http.MethodPatch, fmt.Sprintf("/chat/%s/messages/%d", room, ids[2]), map[string]string{"body": "changed"})
	awaitCounts(t, me, all, map[string]int{room: 3})
	must(t, ada.KillWorkers(), ada.Reload(), ada.Live())
	awaitCounts(t, me, all, map[string]int{room: 3})
}
