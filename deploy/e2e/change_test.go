package e2e

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"parley/core/chat"
	"parley/deploy/e2e/client"
)

// The emojis of the tests. Most are of several characters.
const (
	thumb    = "👍"
	dark     = "👍🏿"
	family   = "👨‍👩‍👧‍👦"
	england  = "🏴󠁧󠁢󠁥󠁮󠁧󠁿"
	keycap   = "#️⃣"
	thumbRaw = "%F0%9F%91%8D"
)

// messageOf returns a message as the history has it.
func messageOf(t testing.TB, user *client.User, room string, id chat.Position) chat.Message {
	t.Helper()
	page, err := user.Messages(patient(t), room, "limit=1&around="+strconv.FormatInt(id, 10))
	if err != nil {
		t.Fatal(err)
	}
	all, err := page.Messages.Read()
	if err != nil || len(all) != 1 || all[0].ID != id {
		t.Fatalf("message %d of %s: %+v, %v", id, room, all, err)
	}
	return all[0]
}

func headOf(t testing.TB, user *client.User, room string) chat.Position {
	t.Helper()
	page, err := user.Messages(patient(t), room, "limit=1")
	if err != nil {
		t.Fatal(err)
	}
	return page.Head
}

// doer does something with a message.
type doer func(ctx context.Context, u *client.User, room string, id chat.Position) (client.Receipt, error)

func edit(body string) doer {
	return func(ctx context.Context, u *client.User, room string, id chat.Position) (client.Receipt, error) {
		return u.Edit(ctx, room, id, body)
	}
}

func react(emoji string, reacted bool) doer {
	return func(ctx context.Context, u *client.User, room string, id chat.Position) (client.Receipt, error) {
		return u.React(ctx, room, id, emoji, reacted)
	}
}

func pin(pinned bool) doer {
	return func(ctx context.Context, u *client.User, room string, id chat.Position) (client.Receipt, error) {
		return u.Pin(ctx, room, id, pinned)
	}
}

func remove(ctx context.Context, u *client.User, room string, id chat.Position) (client.Receipt, error) {
	return u.Delete(ctx, room, id)
}

// Each change takes the next position. The same again changes nothing and is
// answered with the same position, also on another replica, and in another
// session of the same person.
func TestChangesTakeOnePositionEach(t *testing.T) {
	t.Parallel()
	ada, bob := newUser(t), newUser(t)
	room := newPrivate(t, ada, bob)
	id := post(t, ada, room, "first")
	follower := followAll(t, bob, map[string]chat.Position{room: 0})
	again := map[*client.User]*client.User{ada: elsewhere(t, ada), bob: elsewhere(t, bob)}
	for i, row := range []struct {
		name string
		who  *client.User
		do   doer
		want func(chat.Message) bool
	}{
		{"edit", ada, edit("second"), func(m chat.Message) bool { return m.Body == "second" && !m.EditedAt.IsZero() }},
		{"edit with white space around", ada, edit(" \n third\t"), func(m chat.Message) bool { return m.Body == "third" }},
		{"edit of the longest", ada, edit(strings.Repeat("𝄞", 4000)), func(m chat.Message) bool { return m.Body == strings.Repeat("𝄞", 4000) }},
		{"react", bob, react(thumb, true), reactionsAre(thumb + " " + bob.Name)},
		{"react too", ada, react(thumb, true), reactionsAre(thumb + " " + bob.Name + " " + ada.Name)},
		{"react otherwise", ada, react(family, true), reactionsAre(thumb+" "+bob.Name+" "+ada.Name, family+" "+ada.Name)},
		{"react with a flag", bob, react(england, true), func(m chat.Message) bool { return len(m.Reactions) == 3 && m.Reactions[2].Emoji == england }},
		{"react with a tone", bob, react(dark, true), func(m chat.Message) bool { return len(m.Reactions) == 4 && m.Reactions[3].Emoji == dark }},
		{"react with a key", bob, react(keycap, true), func(m chat.Message) bool { return len(m.Reactions) == 5 && m.Reactions[4].Emoji == keycap }},
		{"take the first back", bob, react(thumb, false), func(m chat.Message) bool { return m.Reactions[0].People[0] == ada.Name }},
		{"the emoji goes with the last", ada, react(thumb, false), func(m chat.Message) bool { return m.Reactions[0].Emoji == family && len(m.Reactions) == 4 }},
		{"it comes back at the end", bob, react(thumb, true), func(m chat.Message) bool { return m.Reactions[4].Emoji == thumb }},
		{"pin", bob, pin(true), func(m chat.Message) bool { return m.PinnedBy == bob.Name && !m.PinnedAt.IsZero() }},
		{"unpin by another", ada, pin(false), func(m chat.Message) bool { return m.PinnedBy == "" && m.PinnedAt.IsZero() }},
		{"pin by another", ada, pin(true), func(m chat.Message) bool { return m.PinnedBy == ada.Name }},
		{"edit keeps what was added", ada, edit("fourth"), func(m chat.Message) bool { return m.PinnedBy == ada.Name && len(m.Reactions) == 5 }},
		{"delete", ada, remove, func(m chat.Message) bool {
			return m.Deleted && m.Body == "" && m.HTML == "" && m.Reactions == nil && m.Mentions == nil && m.PinnedAt.IsZero() && m.PinnedBy == ""
		}},
	} {
		devices := []*client.User{row.who, again[row.who]}
		changesOnce(t, row.name, devices, room, client.Receipt{ID: id, Revision: id + int64(i) + 1}, row.do)
		m := messageOf(t, bob, room, id)
		if !row.want(m) {
			t.Errorf("%s: %s", row.name, m.AppendJSON(nil))
		}
		if err := follower.AwaitPosition(patient(t), room, m.Revision); err != nil {
			t.Fatal(err)
		}
		follower.Look(func(s *client.Sight) {
			if seen := s.Messages[room]; len(seen) != 1 || !sameMessage(seen[0], m) {
				t.Errorf("%s: came %+v, want %+v", row.name, seen, m)
			}
		})
	}
}

// changesOnce does something with a message from each of a person's devices, by
// each way to the services. One position is taken, and every answer is want.
func changesOnce(t *testing.T, name string, devices []*client.User, room string, want client.Receipt, do doer) {
	t.Helper()
	for _, base := range []string{parley.URL(), replica(t, "messages-1"), replica(t, "messages-2")} {
		for _, device := range devices {
			if got, err := do(patient(t), device.At(base), room, want.ID); err != nil || got != want {
				t.Fatalf("%s: %+v, %v; want %+v", name, got, err, want)
			}
		}
	}
	if head := headOf(t, devices[0], room); head != want.Revision {
		t.Fatalf("%s: the head is %d, want %d", name, head, want.Revision)
	}
}

func reactionsAre(want ...string) func(chat.Message) bool {
	return func(m chat.Message) bool {
		var got []string
		for _, r := range m.Reactions {
			got = append(got, r.Emoji+" "+strings.Join(r.People, " "))
		}
		return fmt.Sprint(got) == fmt.Sprint(want)
	}
}

// What is asked of a message that is deleted changes nothing; to take something
// back again is no fault.
func TestDeletedStaysDeleted(t *testing.T) {
	t.Parallel()
	ada := newUser(t)
	room := newRoom(t, ada)
	id := post(t, ada, room, "soon gone")
	want := client.Receipt{ID: id, Revision: id + 1}
	if got, err := ada.Delete(patient(t), room, id); err != nil || got != want {
		t.Fatalf("%+v, %v", got, err)
	}
	for _, row := range []struct {
		method, path, body string
		status             int
		code               string
	}{
		{"PATCH", "", `{"body":"back"}`, 409, "message_deleted"},
		{"PUT", "/reactions/" + thumbRaw, "", 409, "message_deleted"},
		{"DELETE", "/reactions/" + thumbRaw, "", 200, ""},
		{"PUT", "/pin", "", 409, "message_deleted"},
		{"DELETE", "/pin", "", 200, ""},
		{"DELETE", "", "", 200, ""},
	} {
		answer, err := ada.DoRaw(patient(t), row.method, client.MessagePath(room, id)+row.path, row.body)
		wantAnswer(t, row.method+" "+row.path, answer, err, row.status, row.code)
		if row.status == 200 && string(answer.Body) != fmt.Sprintf(`{"id":%d,"revision":%d}`, want.ID, want.Revision) {
			t.Errorf("%s %s: %s", row.method, row.path, answer)
		}
	}
	if head := headOf(t, ada, room); head != want.Revision {
		t.Errorf("the head is %d, want %d", head, want.Revision)
	}
	// A retry of the post tells of the same message still; it doesn't come back.
	message := map[string]string{"body": "once", "client_id": "the-one"}
	for _, status := range []int{201, 200} {
		answer, err := ada.PostJSON(patient(t), "/chat/"+room+"/messages", message)
		wantAnswer(t, "post", answer, err, status, "")
		if _, err := ada.Delete(patient(t), room, idOf(t, answer)); err != nil {
			t.Error(err)
		}
		if m := messageOf(t, ada, room, idOf(t, answer)); !m.Deleted || m.Body != "" {
			t.Errorf("%+v", m)
		}
	}
}

func wantAnswer(t testing.TB, what string, answer *client.Answer, err error, status int, code string) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %s", what, err)
	}
	if answer.Status != status || answer.Code() != code {
		t.Errorf("%s: answer is %s, want %d %s", what, answer, status, code)
	}
}

// Who moderates a room takes back what others said there, and nobody else does.
func TestModeratorsDeleteWhatOthersSaid(t *testing.T) {
	t.Parallel()
	ada, bob, cyd := newUser(t), newUser(t), newUser(t)
	room := newPrivate(t, ada, bob, cyd)
	id := post(t, bob, room, "rude")
	answer, err := cyd.Do(patient(t), http.MethodDelete, client.MessagePath(room, id), nil)
	wantAnswer(t, "by another member", answer, err, http.StatusForbidden, "not_yours")
	for range 2 {
		if got, err := ada.Delete(patient(t), room, id); err != nil || got.Revision != id+1 {
			t.Errorf("%+v, %v", got, err)
		}
	}
	// It counts no longer as unread, nor does what is in a thread.
	kept := post(t, bob, room, "kind")
	if _, err := bob.Reply(patient(t), room, "aside", 0, kept); err != nil {
		t.Fatal(err)
	}
	if n := unread(t, cyd, room); n != 1 {
		t.Errorf("%d are unread, want 1", n)
	}
}
