package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"parley/core/chat"
	"parley/deploy/e2e/client"
)

// stretch returns the ids of a stretch of history, and whether there are more:
// "3 4 5 …".
func stretch(t testing.TB, user *client.User, room, query string) string {
	t.Helper()
	page, err := user.Messages(patient(t), room, query)
	if err != nil {
		t.Fatal(err)
	}
	return summary(t, page)
}

func summary(t testing.TB, page client.Page) string {
	t.Helper()
	ids, err := page.Messages.IDs()
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Trim(fmt.Sprint(ids), "[]")
	if page.More {
		text += " …"
	}
	return text
}

func TestSinceATimeOrADay(t *testing.T) {
	t.Parallel()
	user := newUser(t)
	room := newRoom(t, user)
	say(t, user, room, 6)
	for id, at := range []string{
		"2026-03-01T23:59:59.999999Z", "2026-03-02T00:00:00Z", "2026-03-02T00:00:00Z",
		"2026-03-02T12:00:00.123456Z", "2026-03-04T00:00:00Z", "2026-03-04T00:00:00.000001Z",
	} {
		query(t, `UPDATE messages SET created_at = $3 WHERE room = $1 AND id = $2`, room, id+1, at)
	}
	for since, want := range map[string]string{
		"2026-01-01":                       "1 2 3 4 5 6",
		"2026-03-01":                       "1 2 3 4 5 6",
		"2026-03-02":                       "2 3 4 5 6",
		"2026-03-03":                       "5 6",
		"2026-03-04":                       "5 6",
		"2026-03-05":                       "",
		"9999-12-31":                       "",
		"0001-01-01":                       "1 2 3 4 5 6",
		"2026-03-02T00:00:00Z":             "2 3 4 5 6",
		"2026-03-02T00:00:00.000001Z":      "4 5 6",
		"2026-03-02T12:00:00.123456Z":      "4 5 6",
		"2026-03-02T12:00:00.123457Z":      "5 6",
		"2026-03-02T13:00:00.123456+01:00": "4 5 6",
		"2026-03-01T19:00:00-05:00":        "2 3 4 5 6",
		"2026-03-04T00:00:00.000001Z":      "6",
	} {
		if got := stretch(t, user, room, "since="+url.QueryEscape(since)); got != want {
			t.Errorf("since %s: %q, want %q", since, got, want)
		}
	}
	if got := stretch(t, user, room, "since=2026-03-02&limit=2"); got != "2 3 …" {
		t.Errorf("two of them: %q", got)
	}
	if got := stretch(t, user, newRoom(t, user), "since=2026-03-02"); got != "" {
		t.Errorf("of an empty room: %q", got)
	}
	// Positions without a message, and messages that were changed, are in nobody's way.
	if err := user.Expect(patient(t), http.StatusOK, http.MethodPatch, "/chat/"+room, map[string]string{"title": "x"}); err != nil {
		t.Fatal(err)
	}
	if _, err := user.Delete(patient(t), room, 4); err != nil {
		t.Fatal(err)
	}
	id := post(t, user, room, "now")
	if got, want := stretch(t, user, room, "since=2026-03-02T12:00:00Z"), fmt.Sprint("4 5 6 ", id); got != want {
		t.Errorf("after changes: %q, want %q", got, want)
	}
	if got, want := stretch(t, user, room, "since="+time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)), fmt.Sprint(id); got != want {
		t.Errorf("since an hour ago: %q, want %q", got, want)
	}
}

// A link to a message that was deleted leads to where it stood.
func TestAroundADeletedMessage(t *testing.T) {
	t.Parallel()
	user := newUser(t)
	room := newRoom(t, user)
	say(t, user, room, 9)
	if _, err := user.Delete(patient(t), room, 5); err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]string{
		"around=5&limit=4":  "3 4 5 6 …",
		"around=5&limit=1":  "5 …",
		"around=5":          "1 2 3 4 5 6 7 8 9",
		"around=10&limit=2": "9 …", // the position of the deletion
		"before=6&limit=2":  "4 5 …",
		"after=4&limit=2":   "5 6 …",
	} {
		if got := stretch(t, user, room, query); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
	page, err := user.Messages(patient(t), room, "around=5&limit=1")
	if err != nil {
		t.Fatal(err)
	}
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(page.Messages[0], &keys); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{"id": "5", "revision": "10", "body": `""`, "deleted": "true"} {
		if got := string(keys[key]); got != want {
			t.Errorf("%s is %s, want %s", key, got, want)
		}
	}
	if len(keys) != 7 { // and room, username, created_at
		t.Errorf("what is left of it is %s", page.Messages[0])
	}
}

func TestPinsComeTheNewestPinFirst(t *testing.T) {
	t.Parallel()
	ada, bob := newUser(t), newUser(t)
	room := newPrivate(t, ada, bob)
	say(t, ada, room, 4)
	check := func(want string) {
		t.Helper()
		pins, err := bob.Pins(patient(t), room)
		if err != nil {
			t.Fatal(err)
		}
		if got := summary(t, pins); got != want {
			t.Errorf("pinned are %q, want %q", got, want)
		}
		whole, err := bob.Whole(patient(t), room)
		if err != nil {
			t.Fatal(err)
		}
		for _, pinned := range pins.Messages { // to the byte what the history has
			if !strings.Contains(fmt.Sprintf("%s", whole.Messages), string(pinned)) {
				t.Errorf("%s is not in the history", pinned)
			}
		}
	}
	check("")
	for _, step := range []struct {
		do   func() (client.Receipt, error)
		want string
	}{
		{func() (client.Receipt, error) { return ada.Pin(patient(t), room, 3, true) }, "3"},
		{func() (client.Receipt, error) { return bob.Pin(patient(t), room, 1, true) }, "1 3"},
		{func() (client.Receipt, error) { return ada.Pin(patient(t), room, 4, true) }, "4 1 3"},
		{func() (client.Receipt, error) { return bob.Pin(patient(t), room, 3, true) }, "4 1 3"}, // it is already
		{func() (client.Receipt, error) { return bob.Pin(patient(t), room, 3, false) }, "4 1"},
		{func() (client.Receipt, error) { return ada.Pin(patient(t), room, 3, true) }, "3 4 1"},
		{func() (client.Receipt, error) { return ada.Edit(patient(t), room, 1, "changed") }, "3 4 1"},
		{func() (client.Receipt, error) { return ada.Delete(patient(t), room, 4) }, "3 1"},
	} {
		if _, err := step.do(); err != nil {
			t.Fatal(err)
		}
		check(step.want)
	}
}

// An owner reads what a message said before; a title in between and reactions
// are no versions.
func TestVersionsAreKeptForOwners(t *testing.T) {
	t.Parallel()
	ada, owner := newUser(t), newUser(t)
	query(t, `UPDATE users SET role = 'owner' WHERE username = $1`, owner.Name)
	room := newPrivate(t, ada, owner)
	id := post(t, ada, room, "one")
	read := func() string {
		t.Helper()
		versions, err := owner.Versions(patient(t), room, id)
		if err != nil {
			t.Fatal(err)
		}
		text := ""
		for _, v := range versions {
			if age := time.Since(v.At); age < -time.Minute || age > time.Minute {
				t.Errorf("replaced %s ago", age)
			}
			text += fmt.Sprintf("%s@%d ", v.Body, v.Revision)
		}
		return text
	}
	if got := read(); got != "" {
		t.Errorf("before any change: %s", got)
	}
	do := func(_ client.Receipt, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	do(ada.Edit(patient(t), room, id, "two"))
	do(ada.Edit(patient(t), room, id, "two"))
	do(owner.React(patient(t), room, id, thumb, true))
	do(ada.Edit(patient(t), room, id, "three"))
	do(ada.Delete(patient(t), room, id))
	if got, want := read(), fmt.Sprintf("one@%d two@%d three@%d ", id, id+2, id+3); got != want {
		t.Errorf("versions are %s, want %s", got, want)
	}
}

// mention inserts whom a message mentions, in place of what finds it in bodies.
func mention(t testing.TB, room string, id chat.Position, names ...string) {
	t.Helper()
	query(t, `UPDATE messages SET mentions = $3 WHERE room = $1 AND id = $2`, room, id, names)
}

// Mentions come newest first over all rooms, page by page, from rooms that one
// may read; who joined later was not among all that were meant.
func TestMentionsOfAllRooms(t *testing.T) {
	t.Parallel()
	ada, bob := newUser(t), newUser(t)
	one, two := newPrivate(t, ada, bob), newPrivate(t, ada)
	mention(t, one, post(t, ada, one, "a"), bob.Name)
	mention(t, two, post(t, ada, two, "all, before bob is there"), "@room")
	mention(t, two, post(t, ada, two, "bob, before bob is there"), bob.Name)
	if err := ada.Add(patient(t), two, bob.Name); err != nil {
		t.Fatal(err)
	}
	mention(t, two, post(t, ada, two, "b"), "@here")
	mention(t, one, post(t, bob, one, "by bob himself"), bob.Name, "@room")
	mention(t, one, post(t, ada, one, "c"), ada.Name, "@room")
	mention(t, one, post(t, ada, one, "of ada alone"), ada.Name)
	mention(t, two, post(t, ada, two, "deleted"), bob.Name)
	if _, err := ada.Delete(patient(t), two, 4); err != nil {
		t.Fatal(err)
	}
	check := func(want string) {
		t.Helper()
		for _, limit := range []int{200, 2, 1} {
			if got := mentionsOf(t, bob, limit); got != want {
				t.Errorf("%d at a time: mentions are %q, want %q", limit, got, want)
			}
		}
	}
	check("c, b, bob, before bob is there, a")
	if err := ada.Remove(patient(t), two, bob.Name); err != nil {
		t.Fatal(err)
	}
	check("c, a")
}

func mentionsOf(t testing.TB, user *client.User, limit int) string {
	t.Helper()
	var all []string
	for query, more := "limit="+strconv.Itoa(limit), true; more; {
		page, err := user.Mentions(patient(t), query)
		if err != nil {
			t.Fatal(err)
		}
		found, err := page.Messages.Read()
		if err != nil {
			t.Fatal(err)
		}
		if len(found) > limit || page.More != (page.Next != "") {
			t.Fatalf("a page of %d with %+v", limit, page)
		}
		for _, m := range found {
			all = append(all, m.Body)
		}
		more = page.More
		query = "limit=" + strconv.Itoa(limit) + "&before=" + url.QueryEscape(page.Next)
	}
	return strings.Join(all, ", ")
}
