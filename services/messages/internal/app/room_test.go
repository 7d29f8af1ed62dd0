package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"parley/core/wire"
	"parley/messages/internal/room"
)

// mine is the JSON of GET /chat.
type mine struct {
	Rooms []room.Room
	Me    int64
}

func (m mine) text(of func(room.Room) string) string {
	var all []string
	for _, r := range m.Rooms {
		all = append(all, of(r))
	}
	return strings.Join(all, " ")
}

func (m mine) room(t testing.TB, name string) room.Room {
	t.Helper()
	for _, r := range m.Rooms {
		if r.Name == name {
			return r
		}
	}
	t.Fatalf("%s is not among %v", name, m.Rooms)
	return room.Room{}
}

func (c *client) rooms() (m mine) {
	c.t.Helper()
	c.get("/chat").into(c.t, &m)
	return m
}

// sendJSON sends JSON by any method.
func (c *client) sendJSON(method, path string, v any) answer {
	c.t.Helper()
	body, err := json.Marshal(v)
	if err != nil {
		c.t.Fatal(err)
	}
	return c.do(method, path, "application/json", bytes.NewReader(body))
}

// step is one request of a sequence, by somebody, and what it is answered.
type step struct {
	who          *client
	method, path string
	body         any
	status       int
	code         string
}

func walk(t *testing.T, steps ...step) {
	t.Helper()
	for i, s := range steps {
		a := s.who.sendJSON(s.method, s.path, s.body)
		if a.status != s.status || a.code() != s.code {
			t.Errorf("step %d, %s %s %v: %d %s, want %d %s", i, s.method, s.path, s.body, a.status, a.body, s.status, s.code)
		}
	}
}

// cast is a service with people of all roles.
type cast struct {
	*bundle
	owner, ada, bob, carl, guest *client
}

func newCast(t *testing.T, change ...func(*Config)) *cast {
	t.Helper()
	c := &cast{bundle: start(t, change...)}
	c.owner, c.ada, c.bob, c.carl, c.guest = c.register("owner"), c.register("ada"), c.register("bob"), c.register("carl"), c.register("guest")
	c.exec(`UPDATE users SET role = CASE username WHEN 'owner' THEN 'owner' WHEN 'guest' THEN 'guest' ELSE 'member' END`)
	c.exec(`UPDATE memberships SET member = false WHERE username = 'guest'`)
	return c
}

func (b *bundle) exec(sql string) {
	b.t.Helper()
	if _, err := b.db.Exec(b.t.Context(), sql); err != nil {
		b.t.Fatal(err)
	}
}

const (
	put   = http.MethodPut
	patch = http.MethodPatch
	del   = http.MethodDelete
	pst   = http.MethodPost
	get   = http.MethodGet
)

func TestMaking(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	walk(t,
		step{c.ada, pst, "/chat", fields{"name": "launch", "title": " The launch ", "kind": "private"}, 201, ""},
		step{c.bob, pst, "/chat", fields{"name": "launch"}, 409, "room_exists"},
		step{c.ada, pst, "/chat", fields{"name": "launch"}, 409, "room_exists"},
		step{c.ada, pst, "/chat", fields{"name": "tea", "kind": "open"}, 201, ""},
		step{c.ada, pst, "/chat", fields{"name": "x", "kind": "direct"}, 422, "kind_invalid"},
		step{c.ada, pst, "/chat", fields{"name": "x", "kind": "odd"}, 422, "kind_invalid"},
		step{c.ada, pst, "/chat", fields{"name": "dm-x"}, 422, "room_name_invalid"},
		step{c.ada, pst, "/chat", fields{"name": "x", "title": strings.Repeat("é", 81)}, 422, "title_too_long"},
		step{c.ada, pst, "/chat", fields{"name": "x", "title": "a\x00b"}, 422, "text_invalid"},
		step{c.ada, pst, "/chat", fields{"name": "x", "title": "gro.elpmaxe\u202emoor"}, 422, "text_invalid"},
		step{c.ada, pst, "/chat", fields{"name": "x", "title": "two\u2028lines"}, 422, "text_invalid"},
		step{c.ada, pst, "/chat", fields{"name": "x", "title": 1}, 400, "invalid_json"},
		step{c.guest, pst, "/chat", fields{"name": "x"}, 403, "forbidden"},
	)
	got := c.ada.rooms()
	launch, tea := got.room(t, "launch"), got.room(t, "tea")
	if launch.Title != "The launch" || launch.Kind != "private" || !launch.Moderator || launch.Notify != "all" || launch.Archived {
		t.Errorf("launch: %+v", launch)
	}
	if tea.Title != "tea" || tea.Kind != "open" || got.Me != 3 {
		t.Errorf("tea: %+v, me %d", tea, got.Me)
	}
	if n := count(t, c.bundle, `SELECT count(*) FROM rooms`); n != 3 {
		t.Errorf("%d rooms, want 3: bad input must change nothing", n)
	}
}

// What nobody would see is no name.
func TestNamesShow(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	walk(t,
		step{c.ada, pst, "/chat", fields{"name": "tea", "title": "\u200b"}, 201, ""},
		step{c.ada, patch, "/me", fields{"display_name": "\u3164 \u2800"}, 200, ""},
	)
	if tea := c.ada.rooms().room(t, "tea"); tea.Title != "tea" {
		t.Errorf("the room is called %q", tea.Title)
	}
	if a := c.ada.get("/me"); !strings.Contains(a.body, `"display_name":""`) {
		t.Errorf("ada is called %s", a.body)
	}
}

func TestMakingIsBounded(t *testing.T) {
	t.Parallel()
	c := newCast(t, func(cfg *Config) { cfg.RateLimitRooms = 2 })
	walk(t,
		step{c.ada, pst, "/chat", fields{"name": "No"}, 422, "room_name_invalid"},
		step{c.ada, pst, "/chat", fields{"name": "one"}, 201, ""},
		step{c.ada, pst, "/direct", fields{"people": []string{"bob"}}, 201, ""},
		step{c.ada, pst, "/direct", fields{"people": []string{"bob"}}, 200, ""},
		step{c.ada, pst, "/chat", fields{"name": "two"}, 429, "rate_limited"},
		step{c.ada, pst, "/direct", fields{"people": []string{"carl"}}, 429, "rate_limited"},
		step{c.bob, pst, "/chat", fields{"name": "two"}, 201, ""},
	)
}

func TestChangesAreBounded(t *testing.T) {
	t.Parallel()
	c := newCast(t, func(cfg *Config) { cfg.RateLimitChanges = 4 }) // each has joined general
	walk(t,
		step{c.ada, pst, "/chat", fields{"name": "one"}, 201, ""},
		step{c.ada, put, "/chat/one/members/bob", nil, 204, ""},
		step{c.ada, del, "/chat/one/members/bob", nil, 204, ""},
		step{c.ada, put, "/chat/one/members/bob", nil, 429, "rate_limited"},
		step{c.ada, patch, "/chat/one", fields{"title": "One"}, 429, "rate_limited"},
		step{c.ada, patch, "/me", fields{"display_name": "Ada"}, 429, "rate_limited"},
		step{c.ada, pst, "/chat/one/messages", fields{"body": "hi"}, 201, ""},
		step{c.ada, put, "/chat/one/read", fields{"id": 1}, 204, ""},
		step{c.ada, pst, "/chat/one/typing", nil, 204, ""},
		step{c.ada, get, "/chat", nil, 200, ""},
		step{c.ada, del, "/sessions/nowhere", nil, 404, "session_not_found"},
		step{c.bob, patch, "/me", fields{"display_name": "Bob"}, 200, ""},
	)
}

func TestPrivateRooms(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	walk(t,
		step{c.ada, pst, "/chat", fields{"name": "launch", "kind": "private"}, 201, ""},
		step{c.ada, pst, "/chat/launch/messages", fields{"body": "hi"}, 201, ""},
	)
	// To strangers, whatever their role, it is as a room that never was.
	for _, who := range []*client{c.owner, c.bob, c.guest} {
		for _, r := range roomRequests {
			there, never := who.sendJSON(r.method, "/chat/launch"+r.path, r.body), who.sendJSON(r.method, "/chat/nowhere"+r.path, r.body)
			if there.status != 404 || there.body != never.body || never.code() != "room_not_found" {
				t.Errorf("%s %s: %d %s, of one that never was %s", r.method, r.path, there.status, there.body, never.body)
			}
		}
	}
	const members = "/chat/launch/members"
	walk(t,
		step{c.ada, put, members + "/BOB", nil, 204, ""},
		step{c.ada, put, members + "/bob", nil, 204, ""},
		step{c.ada, put, members + "/nobody", nil, 404, "person_not_found"},
		step{c.ada, put, members + "/n%00", nil, 404, "person_not_found"},
		step{c.bob, put, members + "/guest", nil, 204, ""},
		step{c.guest, pst, "/chat/launch/messages", fields{"body": "hello"}, 201, ""},
		step{c.guest, put, members + "/carl", nil, 404, "person_not_found"}, // whom the guest may not know of
		step{c.bob, del, members + "/guest", nil, 403, "forbidden"},
		step{c.bob, patch, "/chat/launch", fields{"title": "x"}, 403, "forbidden"},
		step{c.ada, del, members + "/guest", nil, 204, ""},
		step{c.ada, del, members + "/guest", nil, 204, ""},
		step{c.guest, pst, "/chat/launch/messages", fields{"body": "still here"}, 404, "room_not_found"},
		step{c.guest, get, members, nil, 404, "room_not_found"},
		step{c.bob, del, members + "/bob", nil, 204, ""},
		step{c.bob, get, "/chat/launch/messages", nil, 404, "room_not_found"},
		step{c.ada, put, members + "/owner", nil, 204, ""},
		step{c.owner, patch, "/chat/launch", fields{"topic": "by an admin who is in it"}, 200, ""},
		step{c.owner, del, members + "/ada", nil, 204, ""},
	)
	if n := count(t, c.bundle, `SELECT count(*) FROM audit WHERE actor = 'owner' AND (subject || detail::text) NOT LIKE '%launch%'`); n != 2 {
		t.Errorf("%d records of the owner's acts, want 2, without the room's name", n)
	}
	if n := count(t, c.bundle, `SELECT count(*) FROM audit`); n != 2 {
		t.Errorf("%d records, want 2: none of a moderator's acts", n)
	}
	if got := c.guest.rooms(); len(got.Rooms) != 0 {
		t.Errorf("the guest has %v", got.Rooms)
	}
}

// roomRequests are those of one room.
var roomRequests = []step{
	{method: get, path: ""},
	{method: get, path: "/messages"},
	{method: get, path: "/messages?before=2"},
	{method: pst, path: "/messages", body: fields{"body": "x"}},
	{method: patch, path: "", body: fields{"title": "x"}},
	{method: pst, path: "/join"},
	{method: pst, path: "/leave"},
	{method: get, path: "/members"},
	{method: put, path: "/members/carl"},
	{method: put, path: "/members/owner"},
	{method: put, path: "/members/nobody"},
	{method: del, path: "/members/ada"},
	{method: put, path: "/read", body: fields{"id": 1}},
	{method: put, path: "/notify", body: fields{"level": "none"}},
	{method: pst, path: "/typing"},
}

// A stranger is not kept waiting by what goes on in a private room: it would tell
// that there is one.
func TestStrangersDoNotWaitForPrivateRooms(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	walk(t,
		step{c.ada, pst, "/chat", fields{"name": "launch", "kind": "private"}, 201, ""},
		step{c.ada, pst, "/chat/launch/messages", fields{"body": "hi"}, 201, ""},
	)
	tx, err := c.db.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(context.WithoutCancel(t.Context()))
	if _, err := tx.Exec(t.Context(), `SELECT FROM rooms WHERE name = 'launch' FOR UPDATE`); err != nil {
		t.Fatal(err)
	}
	for _, r := range append(messageRequests, roomRequests...) {
		a := c.bob.sendJSON(r.method, "/chat/launch"+r.path, r.body)
		if a.status != 404 || a.code() != "room_not_found" { // 503 who has waited
			t.Errorf("%s %s: %d %s", r.method, r.path, a.status, a.body)
		}
	}
}

// messageRequests are those of one message of a room.
var messageRequests = []step{
	{method: patch, path: "/messages/1", body: fields{"body": "x"}},
	{method: del, path: "/messages/1"},
	{method: put, path: "/messages/1/reactions/%F0%9F%91%8D"},
	{method: del, path: "/messages/1/reactions/%F0%9F%91%8D"},
	{method: put, path: "/messages/1/pin"},
	{method: del, path: "/messages/1/pin"},
	{method: get, path: "/messages/1/versions"},
}

func TestOpenRooms(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	walk(t,
		step{c.ada, pst, "/chat", fields{"name": "tea"}, 201, ""},
		step{c.bob, put, "/chat/tea/read", fields{"id": 1}, 409, "not_member"},
		step{c.bob, put, "/chat/tea/notify", fields{"level": "none"}, 409, "not_member"},
		step{c.bob, put, "/chat/tea/members/carl", nil, 409, "not_member"},
		step{c.bob, get, "/chat/tea/members", nil, 200, ""},
		step{c.bob, pst, "/chat/tea/leave", nil, 204, ""},
		step{c.bob, pst, "/chat/tea/join", nil, 204, ""},
		step{c.bob, pst, "/chat/tea/join", nil, 204, ""},
		step{c.bob, put, "/chat/tea/members/guest", nil, 204, ""},
		step{c.carl, pst, "/chat/tea/messages", fields{"body": "posting joins"}, 201, ""},
		step{c.owner, get, "/chat/tea", nil, 200, ""}, // so does opening
		step{c.bob, del, "/chat/tea/members/carl", nil, 403, "forbidden"},
		step{c.ada, del, "/chat/tea/members/carl", nil, 204, ""},
		step{c.bob, put, "/chat/tea/notify", fields{"level": "mentions"}, 204, ""},
		step{c.bob, put, "/chat/tea/notify", fields{"level": "loud"}, 422, "level_invalid"},
		step{c.bob, put, "/chat/tea/read", fields{"id": -1}, 422, "id_invalid"},
		step{c.bob, put, "/chat/tea/read", fields{}, 422, "id_invalid"},
		step{c.bob, put, "/chat/tea/read", fields{"id": "1"}, 400, "invalid_json"},
	)
	a := c.bob.get("/chat/tea/members")
	want := `{"members":[{"username":"ada","display_name":"","role":"member","moderator":true,"state":"offline"},` +
		`{"username":"bob","display_name":"","role":"member","moderator":false,"state":"offline"},` +
		`{"username":"guest","display_name":"","role":"guest","moderator":false,"state":"offline"},` +
		`{"username":"owner","display_name":"","role":"owner","moderator":false,"state":"offline"}],"more":false}`
	if a.body != want {
		t.Errorf("members: %s\nwant %s", a.body, want)
	}
	if a := c.bob.get("/chat/tea/members?after=bob"); strings.Contains(a.body, `"bob"`) || !strings.Contains(a.body, `"guest"`) {
		t.Errorf("members after bob: %s", a.body)
	}
	// carl was removed, and comes back with what he says.
	walk(t, step{c.carl, pst, "/chat/tea/messages", fields{"body": "again"}, 201, ""})
	if r := c.carl.rooms().room(t, "tea"); r.Read != 2 || r.Unread != 0 {
		t.Errorf("carl has read %d, and %d not", r.Read, r.Unread)
	}
	if got := c.bob.rooms(); got.room(t, "tea").Notify != "mentions" || got.room(t, "tea").Unread != 2 || got.Me != 3 {
		t.Errorf("bob: %+v", got)
	}
	for path, next := range map[string]string{"join": "/chat/tea", "leave": "/chat"} {
		if a := c.bob.form("/chat/tea/"+path, ""); a.status != 303 || a.header.Get("Location") != next {
			t.Errorf("%s by form: %d to %s", path, a.status, a.header.Get("Location"))
		}
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	s := subscribe(t, c.bundle, wire.RoomTopic("tea").Channel())
	walk(t, step{c.ada, pst, "/chat", fields{"name": "tea"}, 201, ""})
	a := c.ada.sendJSON(patch, "/chat/tea", fields{"title": "Tea", "topic": "Hot"})
	if want := `{"archived":false,"kind":"open","name":"tea","revision":1,"title":"Tea","topic":"Hot"}`; a.body != want {
		t.Errorf("changed: %d %s, want %s", a.status, a.body, want)
	}
	walk(t,
		step{c.ada, patch, "/chat/tea", fields{"title": "Tea"}, 200, ""},
		step{c.ada, patch, "/chat/tea", fields{}, 200, ""},
		step{c.bob, patch, "/chat/tea", fields{"title": "x"}, 403, "forbidden"},
		step{c.ada, patch, "/chat/tea", fields{"topic": strings.Repeat("x", 251)}, 422, "topic_too_long"},
		step{c.ada, patch, "/chat/tea", fields{"topic": "a\nb"}, 422, "text_invalid"},
		step{c.ada, patch, "/chat/tea", fields{"topic": "a\u202eb"}, 422, "text_invalid"},
		step{c.bob, pst, "/chat/tea/join", nil, 204, ""},
		step{c.owner, patch, "/chat/tea", fields{"archived": true}, 200, ""},
		step{c.owner, patch, "/chat/tea", fields{"archived": true}, 200, ""},
		step{c.ada, patch, "/chat/tea", fields{"title": "x"}, 409, "room_archived"},
		step{c.ada, pst, "/chat/tea/messages", fields{"body": "x"}, 409, "room_archived"},
		step{c.carl, pst, "/chat/tea/messages", fields{"body": "x"}, 409, "room_archived"},
		step{c.carl, pst, "/chat/tea/join", nil, 409, "room_archived"},
		step{c.ada, put, "/chat/tea/members/carl", nil, 409, "room_archived"},
		step{c.carl, get, "/chat/tea", nil, 200, ""},
		step{c.bob, put, "/chat/tea/read", fields{"id": 2}, 204, ""},
		step{c.bob, put, "/chat/tea/notify", fields{"level": "none"}, 204, ""},
		step{c.bob, pst, "/chat/tea/typing", nil, 204, ""},
		step{c.bob, pst, "/chat/tea/leave", nil, 204, ""},
		step{c.ada, patch, "/chat/tea", fields{"archived": false, "title": ""}, 200, ""},
		step{c.ada, pst, "/chat/tea/messages", fields{"body": "x"}, 201, ""},
	)
	for i, want := range []string{
		`{"type":"room","revision":1,"room":"tea","kind":"open","title":"Tea","topic":"Hot","archived":false}`,
		`{"type":"room","revision":2,"room":"tea","kind":"open","title":"Tea","topic":"Hot","archived":true}`,
		`{"type":"room","revision":3,"room":"tea","kind":"open","title":"tea","topic":"Hot","archived":false}`,
		`{"id":4,"revision":4,"room":"tea",`,
	} {
		if got := receive(t, s); !strings.HasPrefix(got, want) {
			t.Errorf("published %d: %s, want %s", i, got, want)
		}
	}
	if n := count(t, c.bundle, `SELECT count(*) FROM audit WHERE actor = 'owner' AND action = 'room.change' AND subject = 'tea' AND detail = '{"archived": true}'`); n != 1 {
		t.Errorf("%d records of the owner's act, want 1", n)
	}
}

func TestDirectRooms(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	direct := func(who *client, status int, code string, people ...string) string {
		t.Helper()
		a := who.post("/direct", fields{"people": people})
		if a.status != status || a.code() != code {
			t.Errorf("%v: %d %s, want %d %s", people, a.status, a.body, status, code)
		}
		var made struct{ Name string }
		a.into(t, &made)
		return made.Name
	}
	name := direct(c.ada, 201, "", "bob")
	for _, again := range []string{direct(c.ada, 200, "", "Bob", "bob", "ada"), direct(c.bob, 200, "", "ada")} {
		if again != name || !strings.HasPrefix(name, "dm-") || len(name) != 27 {
			t.Errorf("again: %s, want %s", again, name)
		}
	}
	if three := direct(c.ada, 201, "", "bob", "carl"); three == name {
		t.Error("three have the room of two")
	}
	direct(c.ada, 422, "people_invalid")
	direct(c.ada, 422, "people_invalid", "ada")
	direct(c.ada, 404, "person_not_found", "nobody")
	direct(c.ada, 404, "person_not_found", "\x00")
	direct(c.ada, 422, "people_invalid", "b1", "b2", "b3", "b4", "b5", "b6", "b7", "b8", "b9")
	direct(c.guest, 404, "person_not_found", "ada") // they share no room
	c.exec(`UPDATE users SET banned_at = now() WHERE username = 'carl'`)
	direct(c.ada, 404, "person_not_found", "carl")
	direct(c.ada, 201, "", "guest")
	direct(c.guest, 404, "person_not_found", "ada", "bob") // but not with bob
	for _, r := range roomRequests {
		if a := c.owner.sendJSON(r.method, "/chat/"+name+r.path, r.body); a.status != 404 || a.code() != "room_not_found" {
			t.Errorf("an owner who is not in it: %s %s: %d %s", r.method, r.path, a.status, a.body)
		}
	}
	walk(t,
		step{c.ada, pst, "/chat/" + name + "/messages", fields{"body": "psst"}, 201, ""},
		step{c.ada, pst, "/chat/" + name + "/join", nil, 204, ""},
		step{c.ada, pst, "/chat/" + name + "/leave", nil, 409, "room_direct"},
		step{c.ada, put, "/chat/" + name + "/members/owner", nil, 409, "room_direct"},
		step{c.ada, del, "/chat/" + name + "/members/bob", nil, 409, "room_direct"},
		step{c.ada, patch, "/chat/" + name, fields{"title": "x"}, 409, "room_direct"},
	)
	r := c.bob.rooms().room(t, name)
	if fmt.Sprint(r.People) != "[ada bob]" || r.Title != "" || r.Kind != "direct" || r.Unread != 1 {
		t.Errorf("bob's: %+v", r)
	}
	if got := c.bob.rooms().room(t, "general"); got.People != nil {
		t.Errorf("general has people: %v", got.People)
	}
}

func TestBrowse(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	c.exec(`INSERT INTO rooms (name, title) SELECT 'r' || lpad(n::text, 5, '0'), 'No ' || n FROM generate_series(1, 10000) n`)
	c.exec(`INSERT INTO rooms (name, kind, title, archived_at) VALUES ('hidden', 'private', 'No 77', NULL), ('old', 'open', 'No 77', now()), ('x_y', 'open', '100% tea', NULL)`)
	type page struct {
		Rooms []room.Found
		More  bool
	}
	seen, after := 0, ""
	for {
		var p page
		c.ada.get("/chat?browse=1&q=r00&after="+after).into(t, &p)
		for _, r := range p.Rooms {
			if r.Name <= after || r.Member {
				t.Errorf("%+v after %s", r, after)
			}
			after = r.Name
		}
		seen += len(p.Rooms)
		if !p.More {
			break
		}
	}
	if seen != 999 {
		t.Errorf("%d rooms found, want 999", seen)
	}
	for q, want := range map[string]string{"no%2077": "r00077 r00770", "GENER": "general", "x_y": "x_y", "0%25": "x_y", "_": "x_y", "%5C": ""} {
		var p page
		c.ada.get("/chat?browse=1&q="+q).into(t, &p)
		var names []string
		for _, r := range p.Rooms {
			names = append(names, r.Name)
		}
		if got := strings.Join(names, " "); !strings.HasPrefix(got, want) || want == "" && got != "" {
			t.Errorf("%s: %s, want %s", q, got, want)
		}
	}
	if got := c.ada.rooms(); len(got.Rooms) != 1 {
		t.Errorf("ada has %d rooms, want 1", len(got.Rooms))
	}
}

func TestBadBrowsing(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	for _, r := range []request{
		{name: "guest", path: "/chat?browse=1", status: 403, code: "forbidden"},
		{name: "after odd", path: "/chat?browse=1&after=%00", status: 422, code: "after_invalid"},
		{name: "q odd", path: "/chat?browse=1&q=%ff", status: 422, code: "query_invalid"},
		{name: "q NUL", path: "/chat?browse=1&q=%00", status: 422, code: "query_invalid"},
	} {
		r.method = get
		who := c.ada
		if r.name == "guest" {
			who = c.guest
		}
		r.run(t, who)
	}
}

func TestUnread(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	say := func(who *client, n int) {
		t.Helper()
		for range n {
			if a := who.post("/chat/general/messages", fields{"body": "x"}); a.status != 201 {
				t.Fatalf("%d %s", a.status, a.body)
			}
		}
	}
	check := func(what string, read int64, unread int) {
		t.Helper()
		if r := c.ada.rooms().room(t, "general"); r.Read != read || r.Unread != unread {
			t.Errorf("%s: read %d, unread %d; want %d, %d", what, r.Read, r.Unread, read, unread)
		}
	}
	mark := func(id int64) { t.Helper(); walk(t, step{c.ada, put, "/chat/general/read", fields{"id": id}, 204, ""}) }
	check("at first", 0, 0)
	say(c.bob, 3)
	check("bob says three", 0, 3)
	mark(2)
	check("two are read", 2, 1)
	mark(1)
	check("it only grows", 2, 1)
	say(c.ada, 1)
	check("ada answers", 4, 0)
	say(c.bob, 2)
	check("bob says two", 4, 2)
	mark(999)
	check("never beyond the head", 6, 0)
	say(c.bob, 99)
	check("99", 6, 99)
	say(c.bob, 1)
	check("100 is more than 99", 6, 100)
	say(c.bob, 1)
	check("and so is 101", 6, 100)
	mark(8)
	check("99 again", 8, 99)
	say(c.ada, 1)
	check("ada says that she was away", 108, 0)
	say(c.bob, 20)
	say(c.ada, 1)
	reopen := func(id int64) {
		t.Helper()
		walk(t, step{c.ada, put, "/chat/general/read", fields{"id": id, "unread": true}, 204, ""})
	}
	reopen(127)
	check("two are unread again, though she has answered", 127, 1)
	mark(120)
	check("less is not read by it", 127, 1)
	say(c.bob, 1)
	check("bob goes on", 127, 2)
	reopen(107)
	check("from before her own on", 107, 21)
	say(c.bob, 100)
	check("and so much that nothing else counts", 107, 100)
	say(c.ada, 1)
	check("what she says now reads all", 231, 0)
	reopen(999)
	check("never beyond the head", 231, 0)
}

func TestTyping(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	s := subscribe(t, c.bundle, wire.RoomTopic("general").Channel())
	for range 5 {
		walk(t, step{c.ada, pst, "/chat/general/typing", nil, 204, ""})
	}
	walk(t, step{c.bob, pst, "/chat/general/typing", nil, 204, ""},
		step{c.bob, pst, "/chat/general/messages", fields{"body": "done"}, 201, ""})
	for _, want := range []string{`{"type":"typing","room":"general","username":"ada"}`, `{"type":"typing","room":"general","username":"bob"}`, `{"id":1,`} {
		if got := receive(t, s); !strings.HasPrefix(got, want) {
			t.Errorf("published %s, want %s", got, want)
		}
	}
}

func TestTypingIsOff(t *testing.T) {
	t.Parallel()
	c := newCast(t, func(cfg *Config) { cfg.Typing = false })
	s := subscribe(t, c.bundle, wire.RoomTopic("general").Channel())
	walk(t, step{c.ada, pst, "/chat/general/typing", nil, 204, ""},
		step{c.bob, pst, "/chat", fields{"name": "tea", "kind": "private"}, 201, ""},
		step{c.ada, pst, "/chat/tea/typing", nil, 404, "room_not_found"},
		step{c.ada, pst, "/chat/general/messages", fields{"body": "done"}, 201, ""})
	if got := receive(t, s); !strings.HasPrefix(got, `{"id":1,`) {
		t.Errorf("published %s", got)
	}
}

func TestStretches(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada := b.register("ada")
	for i := range 20 {
		if a := ada.post("/chat/general/messages", fields{"body": fmt.Sprint(i)}); a.status != 201 {
			t.Fatal(a.body)
		}
	}
	const there = "/chat/general/messages"
	for query, want := range map[string]string{
		"?after=0&limit=3":           "1-3 true",
		"?after=17&limit=3":          "18-20 false",
		"?after=20":                  "none false",
		"?after=9223372036854775807": "none false",
		"?around=10&limit=4":         "8-11 true",
		"?around=1&limit=4":          "1-4 false",
		"?around=20&limit=4":         "18-20 true",
		"?before=4&limit=2":          "2-3 true",
		"?limit=2":                   "19-20 true",
	} {
		var page stretch
		ada.get(there+query).into(t, &page)
		got := fmt.Sprint("none ", page.More)
		if n := len(page.Messages); n > 0 {
			got = fmt.Sprintf("%d-%d %v", page.Messages[0].ID, page.Messages[n-1].ID, page.More)
		}
		if got != want || page.Head != 20 {
			t.Errorf("%s: %s, head %d; want %s", query, got, page.Head, want)
		}
	}
	for query, code := range map[string]string{
		"?after=-1": "after_invalid", "?after=x": "after_invalid", "?around=0": "around_invalid", "?around=": "around_invalid",
		"?before=1&after=1": "place_invalid", "?after=1&around=1": "place_invalid",
	} {
		request{name: query, method: get, path: there + query, status: 422, code: code}.run(t, ada)
	}
}
