package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"parley/deploy/e2e/client"
)

// Every row is refused, through the gateway and on a replica, with the code of
// the contract; and changes nothing.
func TestChangesOfMessagesThatAreRefused(t *testing.T) {
	t.Parallel()
	ada, bob, cyd, owner := newUser(t), newUser(t), newUser(t), newUser(t)
	query(t, `UPDATE users SET role = 'owner' WHERE username = $1`, owner.Name)
	room, other := newPrivate(t, ada, bob, owner), newRoom(t, ada)
	post(t, ada, room, "one")
	if _, err := ada.Reply(patient(t), room, "in a thread", 1, 1); err != nil {
		t.Fatal(err)
	}
	say(t, ada, other, 9) // of whose ids room has only the first two
	const head = 2
	at, one := "/chat/"+room+"/messages", "/chat/"+room+"/messages/1"
	react := func(emoji string) string { return one + "/reactions/" + emoji }
	for _, row := range []struct {
		name         string
		who          *client.User
		method, path string
		body         string
		status       int
		code         string
	}{
		{"an edit that is no JSON", ada, "PATCH", one, `{"body":"x"`, 400, "invalid_json"},
		{"an edit that is a list", ada, "PATCH", one, `["x"]`, 400, "invalid_json"},
		{"an edit of wrong type", ada, "PATCH", one, `{"body":5}`, 400, "invalid_json"},
		{"an edit of invalid UTF-8", ada, "PATCH", one, "{\"body\":\"\xff\"}", 400, "invalid_json"},
		{"an edit without a body", ada, "PATCH", one, `{}`, 422, "body_empty"},
		{"an edit to nothing", ada, "PATCH", one, `{"body":""}`, 422, "body_empty"},
		{"an edit to white space", ada, "PATCH", one, `{"body":" \n\t\u00a0 "}`, 422, "body_empty"},
		{"an edit to 4001 characters", ada, "PATCH", one, `{"body":"` + strings.Repeat("ä", 4001) + `"}`, 422, "body_too_long"},
		{"an edit with NUL", ada, "PATCH", one, `{"body":"a\u0000b"}`, 422, "body_invalid"},
		{"an edit of 65 KiB", ada, "PATCH", one, `{"body":"` + strings.Repeat("x", 65<<10) + `"}`, 413, "too_large"},
		{"an edit of 1 MiB", ada, "PATCH", one, `{"body":"` + strings.Repeat("x", 1<<20) + `"}`, 413, "too_large"},
		{"an edit of another's", bob, "PATCH", one, `{"body":"x"}`, 403, "not_yours"},
		{"an edit of another's by an owner", owner, "PATCH", one, `{"body":"x"}`, 403, "not_yours"},
		{"an edit from outside", cyd, "PATCH", one, `{"body":"x"}`, 404, "room_not_found"},
		{"a deletion of another's", bob, "DELETE", one, ``, 403, "not_yours"},
		{"a deletion from outside", cyd, "DELETE", one, ``, 404, "room_not_found"},
		{"a reaction from outside", cyd, "PUT", react(thumbRaw), ``, 404, "room_not_found"},
		{"a pin from outside", cyd, "PUT", one + "/pin", ``, 404, "room_not_found"},
		{"pins seen from outside", cyd, "GET", "/chat/" + room + "/pins", ``, 404, "room_not_found"},
		{"versions seen from outside", cyd, "GET", one + "/versions", ``, 404, "room_not_found"},
		{"versions seen by who is no owner", bob, "GET", one + "/versions", ``, 403, "forbidden"},

		{"a word as a reaction", ada, "PUT", react("thumbsup"), ``, 422, "emoji_invalid"},
		{"a shortcode as a reaction", ada, "PUT", react(":tada:"), ``, 422, "emoji_invalid"},
		{"two emojis", ada, "PUT", react(thumbRaw + thumbRaw), ``, 422, "emoji_invalid"},
		{"an emoji and a letter", ada, "PUT", react(thumbRaw + "a"), ``, 422, "emoji_invalid"},
		{"an emoji and a space", ada, "PUT", react(thumbRaw + "%20"), ``, 422, "emoji_invalid"},
		{"white space as a reaction", ada, "PUT", react("%20"), ``, 422, "emoji_invalid"},
		{"an escaped escape", ada, "PUT", react("%25F0%259F%2591%258D"), ``, 422, "emoji_invalid"},
		{"a half of an emoji", ada, "PUT", react("%F0%9F"), ``, 422, "emoji_invalid"},
		{"a joiner alone", ada, "PUT", react("%E2%80%8D"), ``, 422, "emoji_invalid"},
		{"a half of a flag", ada, "PUT", react("%F0%9F%87%A9"), ``, 422, "emoji_invalid"},
		{"no emoji, taken back", ada, "DELETE", react("thumbsup"), ``, 422, "emoji_invalid"},
		{"a very long emoji", ada, "PUT", react(strings.Repeat("%F0%9F%91%8D", 300)), ``, 422, "emoji_invalid"},
		{"a reaction without an emoji", ada, "PUT", one + "/reactions/", ``, 404, "not_found"},
		{"a reaction of two parts", ada, "PUT", react("a/b"), ``, 404, "not_found"},

		{"an answer to what there isn't", ada, "POST", at, `{"body":"x","reply_to":3}`, 422, "reply_invalid"},
		{"an answer to another room's", ada, "POST", at, `{"body":"x","reply_to":9}`, 422, "reply_invalid"},
		{"an answer to 0", ada, "POST", at, `{"body":"x","reply_to":0}`, 422, "reply_invalid"},
		{"an answer to -1", ada, "POST", at, `{"body":"x","reply_to":-1}`, 422, "reply_invalid"},
		{"an answer to the largest", ada, "POST", at, `{"body":"x","reply_to":9223372036854775807}`, 422, "reply_invalid"},
		{"an answer to more than that", ada, "POST", at, `{"body":"x","reply_to":9223372036854775808}`, 400, "invalid_json"},
		{"an answer to a word", ada, "POST", at, `{"body":"x","reply_to":"1"}`, 400, "invalid_json"},
		{"an answer to a half", ada, "POST", at, `{"body":"x","reply_to":1.5}`, 400, "invalid_json"},
		{"a thread of what there isn't", ada, "POST", at, `{"body":"x","thread":3}`, 422, "thread_invalid"},
		{"a thread of another room's", ada, "POST", at, `{"body":"x","thread":9}`, 422, "thread_invalid"},
		{"a thread of 0", ada, "POST", at, `{"body":"x","thread":0}`, 422, "thread_invalid"},
		{"a thread of -1", ada, "POST", at, `{"body":"x","thread":-1}`, 422, "thread_invalid"},
		{"a thread in a thread", ada, "POST", at, `{"body":"x","thread":2}`, 422, "thread_invalid"},
		{"an answer from outside", cyd, "POST", at, `{"body":"x","reply_to":1}`, 404, "room_not_found"},

		{"a time that is none", ada, "GET", at + "?since=yesterday", ``, 422, "since_invalid"},
		{"a month too many", ada, "GET", at + "?since=2026-13-01", ``, 422, "since_invalid"},
		{"a time without a zone", ada, "GET", at + "?since=2026-11-24T10:00:00", ``, 422, "since_invalid"},
		{"seconds since 1970", ada, "GET", at + "?since=1795000000", ``, 422, "since_invalid"},
		{"no time", ada, "GET", at + "?since=", ``, 422, "since_invalid"},
		{"a time and a place", ada, "GET", at + "?since=2026-11-24&after=1", ``, 422, "place_invalid"},
		{"around 0", ada, "GET", at + "?around=0", ``, 422, "around_invalid"},
		{"around a word", ada, "GET", at + "?around=x", ``, 422, "around_invalid"},
		{"mentions before nonsense", ada, "GET", "/mentions?before=nonsense", ``, 422, "before_invalid"},
		{"mentions before a number", ada, "GET", "/mentions?before=5", ``, 422, "before_invalid"},
		{"no mentions", ada, "GET", "/mentions?limit=0", ``, 422, "limit_invalid"},
		{"an unknown level", ada, "PUT", "/chat/" + room + "/notify", `{"level":"loud"}`, 422, "level_invalid"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			for _, who := range []*client.User{row.who, row.who.At(replica(t, "messages-2"))} {
				answer, err := who.DoRaw(patient(t), row.method, row.path, row.body)
				wantAnswer(t, row.method+" "+row.path, answer, err, row.status, row.code)
			}
		})
	}
	t.Cleanup(func() {
		answer, err := ada.Get(t.Context(), at)
		if err == nil && !strings.Contains(string(answer.Body), fmt.Sprintf(`"head":%d,`, head)) {
			t.Errorf("what was refused left something: %s", answer)
		}
	})
}

// Whatever stands in the place of an id and is none is a message that there
// isn't: of whichever route.
func TestIDsThatAreNone(t *testing.T) {
	t.Parallel()
	ada := newUser(t)
	query(t, `UPDATE users SET role = 'owner' WHERE username = $1`, ada.Name)
	room := newRoom(t, ada)
	say(t, ada, room, 1)
	for _, id := range []string{"0", "-1", "2", "9223372036854775807", "9223372036854775808", "99999999999999999999999", "x", "1x", "1.5", "1e0", "0x1", "%20", "%D9%A1", "one%20two"} {
		for _, route := range []struct{ method, path, body string }{
			{"PATCH", "", `{"body":"x"}`}, {"DELETE", "", ""},
			{"PUT", "/reactions/" + thumbRaw, ""}, {"DELETE", "/reactions/" + thumbRaw, ""},
			{"PUT", "/pin", ""}, {"DELETE", "/pin", ""}, {"GET", "/versions", ""},
		} {
			answer, err := ada.DoRaw(patient(t), route.method, "/chat/"+room+"/messages/"+id+route.path, route.body)
			wantAnswer(t, route.method+" "+id+route.path, answer, err, http.StatusNotFound, "message_not_found")
		}
	}
	if head := headOf(t, ada, room); head != 1 {
		t.Errorf("the head is %d", head)
	}
}

// The emojis that a message may have, one of them canonical in two forms.
var twenty = []string{
	"👍", "👎", "🎉", "😂", "😍", "🚀", "👀", "🔥", "💯", "🙏", "😢", "😡", "🤔", "👏", "✅", "🐛", "☕", "🍕", "🎈", "🏆",
}

func TestAMessageHasTwentyReactions(t *testing.T) {
	t.Parallel()
	ada, bob := newUser(t), newUser(t)
	room := newPrivate(t, ada, bob)
	id := post(t, ada, room, "react to me")
	for _, emoji := range twenty {
		if _, err := ada.React(patient(t), room, id, emoji, true); err != nil {
			t.Fatal(err)
		}
	}
	refused := func() {
		t.Helper()
		for _, who := range []*client.User{ada, bob} {
			answer, err := who.Do(patient(t), http.MethodPut, client.ReactionPath(room, id, england), nil)
			wantAnswer(t, "one more", answer, err, http.StatusConflict, "too_many_reactions")
		}
	}
	refused()
	for _, emoji := range twenty { // of the same there is no limit
		if _, err := bob.React(patient(t), room, id, emoji, true); err != nil {
			t.Error(err)
		}
	}
	if got, err := ada.React(patient(t), room, id, twenty[3], false); err != nil || got.Revision != id+41 {
		t.Errorf("%+v, %v", got, err)
	}
	refused()
	if _, err := bob.React(patient(t), room, id, twenty[3], false); err != nil {
		t.Error(err)
	}
	if _, err := bob.React(patient(t), room, id, england, true); err != nil {
		t.Error(err)
	}
	m := messageOf(t, ada, room, id)
	var order []string
	for _, r := range m.Reactions {
		order = append(order, r.Emoji)
	}
	if want := append(slices.Delete(slices.Clone(twenty), 3, 4), england); !slices.Equal(order, want) {
		t.Errorf("in the order %q, want %q", order, want)
	}
}

func TestARoomHasAHundredPins(t *testing.T) {
	t.Parallel()
	const most = 100
	ada, bob := newUser(t), newUser(t)
	room := newPrivate(t, ada, bob)
	say(t, ada, room, most+1)
	for id := range int64(most) {
		if _, err := ada.Pin(patient(t), room, id+1, true); err != nil {
			t.Fatal(err)
		}
	}
	last := client.MessagePath(room, most+1) + "/pin"
	answer, err := bob.Do(patient(t), http.MethodPut, last, nil)
	wantAnswer(t, "one more", answer, err, http.StatusConflict, "too_many_pins")
	if _, err := bob.Pin(patient(t), room, 1, true); err != nil { // it is pinned already
		t.Error(err)
	}
	if _, err := ada.Delete(patient(t), room, 50); err != nil { // with its pin
		t.Fatal(err)
	}
	if _, err := bob.Pin(patient(t), room, most+1, true); err != nil {
		t.Error(err)
	}
	pins, err := bob.Pins(patient(t), room)
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for id := most + 1; id > 0; id-- {
		if id != 50 {
			want = append(want, strconv.Itoa(id))
		}
	}
	ids, err := pins.Messages.IDs()
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Trim(fmt.Sprint(ids), "[]"); got != strings.Join(want, " ") {
		t.Errorf("pinned are %s, want %s", got, want)
	}
}
