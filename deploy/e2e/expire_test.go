package e2e

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"parley/core/chat"
	"parley/core/wire"
	"parley/deploy/e2e/browser"
	"parley/deploy/e2e/client"
)

// newAdmin returns an admin.
func newAdmin(t testing.TB) *client.User {
	t.Helper()
	user := newUser(t)
	query(t, `UPDATE users SET role = 'admin' WHERE username = $1`, user.Name)
	if err := user.Login(patient(t)); err != nil {
		t.Fatal(err)
	}
	return user
}

// expire has what was said in a room up to a message be too old, and waits until
// it is gone. by is an admin, who is in the room.
func expire(t testing.TB, by *client.User, room string, upto chat.Position) {
	t.Helper()
	query(t, `UPDATE messages SET created_at = now() - interval '3 days' WHERE room = $1 AND id <= $2`, room, upto)
	act(t, by, http.MethodPatch, "/chat/"+room, map[string]any{"retention_days": 2})
	awaitFloor(t, by, room, upto)
}

func awaitFloor(t testing.TB, by *client.User, room string, upto chat.Position) {
	t.Helper()
	eventually(t, patience, "the floor rises", func(ctx context.Context) error {
		mine, err := by.Rooms(ctx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(mine.Rooms, func(r client.Room) bool { return r.Name == room })
		if i < 0 || mine.Rooms[i].Floor < upto {
			return fmt.Errorf("rooms are %+v, want a floor of %d", mine.Rooms, upto)
		}
		return nil
	})
}

// What has expired is gone wherever one looks for it, and what can be done to it
// is answered as for a message that never was. What answers it stays, and says
// what it answers no more than before.
func TestWhatHasExpiredIsGone(t *testing.T) {
	t.Parallel()
	ada, bob := newAdmin(t), newUser(t)
	room := newPrivate(t, ada, bob)
	word := strings.ReplaceAll(unique("word"), "-", "")
	old := post(t, ada, room, word+" @"+bob.Name)
	_, err := ada.Edit(patient(t), room, old, word+" again @"+bob.Name)
	must(t, err)
	_, err = ada.Pin(patient(t), room, old, true)
	must(t, err)
	last := post(t, ada, room, word+" last")
	reply := idOf(t, act(t, bob, http.MethodPost, "/chat/"+room+"/messages", map[string]any{"body": word + " answer", "reply_to": old}))
	query(t, `UPDATE users SET role = 'owner' WHERE username = $1`, ada.Name)
	must(t, ada.Login(patient(t)))
	before := headOf(t, bob, room)
	expire(t, ada, room, last)

	whole, err := bob.Whole(patient(t), room)
	must(t, err)
	ids, err := whole.Messages.IDs()
	must(t, err)
	if !slices.Equal(ids, []chat.Position{reply}) {
		t.Errorf("the history has %v, want %d", ids, reply)
	}
	at := client.MessagePath(room, old)
	for _, row := range []struct {
		method, path string
		body         any
	}{
		{http.MethodPatch, at, map[string]string{"body": "changed"}},
		{http.MethodDelete, at, nil},
		{http.MethodPut, at + "/pin", nil},
		{http.MethodPut, at + "/reactions/" + thumbRaw, nil},
		{http.MethodGet, at + "/versions", nil},
	} {
		answer, err := ada.Do(patient(t), row.method, row.path, row.body)
		want(t, answer, err, http.StatusNotFound, "message_not_found")
	}
	answer, err := bob.Do(patient(t), http.MethodPost, "/chat/"+room+"/messages", map[string]any{"body": "late", "reply_to": old})
	want(t, answer, err, http.StatusUnprocessableEntity, "reply_invalid")
	for path, none := range map[string]string{
		"/chat/" + room + "/pins":                               `"messages":[]`,
		"/mentions":                                             `"messages":[]`,
		"/search?q=" + word + "+again":                          `"messages":[]`,
		"/search?q=" + word + "+last":                           `"messages":[]`,
		fmt.Sprintf("/chat/%s/messages?before=%d", room, reply): `"messages":[]`,
	} {
		answer, err := bob.Get(patient(t), path)
		want(t, answer, err, http.StatusOK, "")
		if !strings.Contains(string(answer.Body), none) {
			t.Errorf("%s: %s", path, answer.Body)
		}
	}

	// From before all that: what is there, and the room with its floor; no reset.
	for cursor, want := range map[chat.Position]string{0: fmt.Sprintf("%d floor %d", reply, last), before: fmt.Sprintf("floor %d", last)} {
		if got := replayed(t, bob, room, cursor); got != want {
			t.Errorf("a replay after %d is %q, want %q", cursor, got, want)
		}
	}
}

// replayed returns what a replay brings: the ids of messages, and the floor of
// the room.
func replayed(t testing.TB, user *client.User, room string, after chat.Position) string {
	t.Helper()
	stream := open(t, user, fmt.Sprintf("/chat/%s/stream?after=%d", room, after), "")
	var all []string
	for {
		seen, err := client.Decode(next(t, stream), wire.RoomTopic(room))
		must(t, err)
		switch event := seen.Event.(type) {
		case *chat.Message:
			all = append(all, fmt.Sprint(event.ID))
		case *wire.Room:
			all = append(all, fmt.Sprint("floor ", event.Floor))
		}
		switch seen.Mark {
		case client.Ready:
			return strings.Join(all, " ")
		case client.Reset:
			all = append(all, "reset")
		}
	}
}

// Admins say how long a room keeps its messages, and the audit tells; moderators
// see it.
func TestAdminsSayHowLongARoomKeepsItsMessages(t *testing.T) {
	t.Parallel()
	ada, bob := newAdmin(t), newUser(t)
	room := newRoom(t, bob)
	act(t, ada, http.MethodPost, "/chat/"+room+"/join", nil)
	at := "/chat/" + room
	for _, row := range []struct {
		by     *client.User
		days   any
		status int
		code   string
	}{
		{bob, 30, http.StatusForbidden, "forbidden"}, // who moderates it
		{ada, 30, http.StatusOK, ""},
		{ada, 30, http.StatusOK, ""}, // changes nothing
		{ada, 0, http.StatusOK, ""},
		{ada, nil, http.StatusOK, ""},
		{ada, -1, http.StatusUnprocessableEntity, "retention_invalid"},
		{ada, 36501, http.StatusUnprocessableEntity, "retention_invalid"},
		{ada, "30", http.StatusBadRequest, "invalid_json"},
		{ada, 1.5, http.StatusBadRequest, "invalid_json"},
	} {
		before := headOf(t, bob, room)
		answer, err := row.by.Do(patient(t), http.MethodPatch, at, map[string]any{"retention_days": row.days})
		want(t, answer, err, row.status, row.code)
		if row.status != http.StatusOK && headOf(t, bob, room) != before {
			t.Errorf("%v took a position", row.days)
		}
	}
	if head := headOf(t, bob, room); head != 3 {
		t.Errorf("three changes took %d positions", head)
	}
	audit, err := ada.Get(patient(t), "/audit")
	want(t, audit, err, http.StatusOK, "")
	for _, days := range []string{"30", "0", "null"} {
		if !strings.Contains(string(audit.Body), fmt.Sprintf(`"subject":%q,"detail":{"retention_days":%s}`, room, days)) {
			t.Errorf("the audit does not tell of %s: %s", days, audit.Body)
		}
	}
	act(t, ada, http.MethodPatch, at, map[string]any{"retention_days": 30})
	act(t, ada, http.MethodPatch, at, map[string]any{"archived": true})
	act(t, ada, http.MethodPatch, at, map[string]any{"retention_days": 60}) // an archived room, too
	mine, err := bob.Rooms(patient(t))
	must(t, err)
	for _, r := range mine.Rooms {
		if r.Name == room && (r.RetentionDays == nil || *r.RetentionDays != 60) {
			t.Errorf("the room is %+v", r)
		}
	}
}

// A page is open while messages expire, then away while more do, then loaded
// again: it shows and keeps what a fresh load does.
func TestMessagesExpireInAnOpenPage(t *testing.T) {
	ada, bob := newAdmin(t), newPerson(t, browser.Desktop)
	me := bob.client(t)
	leaveGeneral(t, me)
	room, other := newPrivate(t, ada, me), newPrivate(t, ada, me)
	var ids []chat.Position
	for i := range 20 {
		ids = append(ids, post(t, ada, room, fmt.Sprint("message ", i)))
		post(t, ada, other, fmt.Sprint("unread ", i))
	}
	act(t, ada, http.MethodPut, client.MessagePath(room, ids[3])+"/pin", nil)
	act(t, ada, http.MethodPut, client.MessagePath(room, ids[15])+"/pin", nil)
	answer := idOf(t, act(t, ada, http.MethodPost, "/chat/"+room+"/messages", map[string]any{"body": "an answer", "reply_to": ids[4]}))
	must(t, bob.Enter(room), bob.Await("it is shown", fmt.Sprintf(`document.querySelector("#log [data-id='%d']")`, answer)), bob.Live(), bob.Click(link(room))) // to the newest
	awaitModel(t, bob, me)
	awaitCounts(t, me, []*browser.Page{bob.Page}, map[string]int{other: 20})
	must(t, bob.Click("#room-pins"), bob.Await("both pins", `document.querySelectorAll("#pins .pins-list li").length === 2`))

	expire(t, ada, room, ids[9])
	gone := func(upto chat.Position) string {
		return fmt.Sprintf(`[...document.querySelectorAll("#log .message")].every((one) => Number(one.dataset.id) > %d) &&
			document.querySelector("#beginning").textContent.includes("has expired")`, upto)
	}
	must(t, bob.Await("they are gone from the room", gone(ids[9])),
		bob.Await("and from the pins", `document.querySelectorAll("#pins .pins-list li").length === 1`), bob.Click("#pins [data-close]"),
		bob.Await("what is answered is not shown", fmt.Sprintf(`document.querySelector("#log [data-id='%d'] .quote").textContent === "An earlier message"`, answer)))
	expire(t, ada, other, headOf(t, ada, other))
	awaitCounts(t, me, []*browser.Page{bob.Page}, nil)
	awaitModel(t, bob, me)

	must(t, bob.Offline(true), bob.Await("the banner tells", `!document.querySelector("#banner").hidden`))
	expire(t, ada, room, ids[14])
	var last chat.Position
	for i := range 3 {
		last = post(t, ada, room, fmt.Sprint("later ", i))
		post(t, ada, other, fmt.Sprint("later ", i))
	}
	expire(t, ada, room, ids[16])
	must(t, bob.Offline(false), bob.Live(), bob.Await("more are gone", gone(ids[16])))
	awaitModel(t, bob, me)
	fresh := bob.elsewhere(t, browser.Desktop)
	must(t, fresh.Go("/chat/"+room), fresh.Live(), fresh.Await("it says so, too", gone(ids[16])), bob.Click(link(room)), fresh.Click(link(room))) // the mouse is on no message
	sameRoom(t, bob.Page, fresh)
	sameSidebar(t, bob.Page, fresh)

	must(t, bob.Reload(), bob.Live(), bob.Await("they stay away", gone(ids[16])))
	awaitModel(t, bob, me)
	must(t, bob.Go(fmt.Sprintf("/chat/%s/%d", room, ids[3])), bob.Live(),
		bob.Await("a link to one says so", `document.querySelector("#notice").textContent.includes("not here any more")`))
	expire(t, ada, room, last)
	must(t, bob.Await("nothing is left", `document.querySelector("#empty").textContent.includes("has expired")`))
}
