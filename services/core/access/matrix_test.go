package access

import (
	"context"
	"slices"
	"testing"

	"parley/core/chat"
	"parley/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// people are of every role, in rooms of every kind. Rooms named in- are those
// that all of them are in, left- those that they have left.
const people = `
	INSERT INTO users (username, password_hash, role, head, banned_at) VALUES
		('owner', 'x', 'owner', 9, NULL), ('admin', 'x', 'admin', 9, NULL), ('member', 'x', 'member', 9, NULL),
		('guest', 'x', 'guest', 9, NULL), ('banned', 'x', 'owner', 9, now());
	INSERT INTO rooms (name, kind, archived_at) VALUES
		('in-open', 'open', NULL), ('in-private', 'private', NULL), ('in-direct', 'direct', NULL),
		('left-open', 'open', NULL), ('left-private', 'private', NULL), ('left-direct', 'direct', NULL),
		('open', 'open', now()), ('private', 'private', NULL), ('direct', 'direct', NULL);
	INSERT INTO memberships (username, room, revision, member, moderator, joined)
	SELECT u.username, r.name::text, row_number() OVER (PARTITION BY u.username ORDER BY r.name), r.name LIKE 'in-%', true, 5
	FROM users u, rooms r WHERE r.name LIKE 'in-%' OR r.name LIKE 'left-%';`

func start(t *testing.T) *Store {
	t.Helper()
	pool := testkit.Database(t)
	if _, err := pool.Exec(t.Context(), people); err != nil {
		t.Fatal(err)
	}
	return NewStore(pool)
}

func TestWhoMayReadWhat(t *testing.T) {
	t.Parallel()
	s := start(t)
	inside := []string{"in-direct", "in-open", "in-private"}
	all := []string{"general", "in-direct", "in-open", "in-private", "left-open", "open"}
	want := map[string][]string{"owner": all, "admin": all, "member": all, "guest": inside, "banned": nil, "nobody": nil}
	rooms := []string{"general", "in-direct", "in-open", "in-private", "left-direct", "left-open", "left-private", "open", "private", "direct", "nowhere"}
	for username, readable := range want {
		var keys []Key
		for _, room := range rooms {
			keys = append(keys, Key{username, room})
		}
		grants, err := s.Grants(t.Context(), keys)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for key := range grants {
			got = append(got, key.Room)
		}
		slices.Sort(got)
		if !slices.Equal(got, readable) {
			t.Errorf("%s may read %v, want %v", username, got, readable)
		}
	}
}

func TestGrant(t *testing.T) {
	t.Parallel()
	s := start(t)
	for key, want := range map[Key]Grant{
		{"member", "in-open"}:   {Role: chat.Member, Kind: chat.Open, Member: true, Moderator: true, Joined: 5, Revision: 2, Head: 9},
		{"member", "left-open"}: {Role: chat.Member, Kind: chat.Open, Revision: 5, Head: 9},
		{"admin", "open"}:       {Role: chat.Admin, Kind: chat.Open, Archived: true, Head: 9},
		{"guest", "in-private"}: {Role: chat.Guest, Kind: chat.Private, Member: true, Moderator: true, Joined: 5, Revision: 3, Head: 9},
	} {
		grants, err := s.Grants(t.Context(), []Key{key})
		if err != nil {
			t.Fatal(err)
		}
		if got := grants[key]; got != want {
			t.Errorf("%v: %+v, want %+v", key, got, want)
		}
	}
	for want, grants := range map[bool][]Grant{
		true:  {{Moderator: true, Kind: chat.Private, Role: chat.Member}, {Kind: chat.Open, Role: chat.Admin}, {Kind: chat.Open, Role: chat.Owner}},
		false: {{Kind: chat.Open, Role: chat.Member, Member: true}, {Kind: chat.Private, Role: chat.Member, Member: true}, {Kind: chat.Open, Role: chat.Guest}},
	} {
		for _, g := range grants {
			if g.Moderates() != want {
				t.Errorf("%+v moderates: %v", g, !want)
			}
		}
	}
}

func TestRoomsOf(t *testing.T) {
	t.Parallel()
	s := start(t)
	all, err := s.RoomsOf(t.Context(), []string{"guest", "owner", "banned", "nobody"})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 2 {
		t.Errorf("found %v", all)
	}
	for username, role := range map[string]chat.Role{"guest": chat.Guest, "owner": chat.Owner} {
		got := all[username]
		if got.Role != role || got.Head != 9 || !slices.Equal(got.Names, []string{"in-direct", "in-open", "in-private"}) ||
			!slices.Equal(got.Joined, []chat.Position{5, 5, 5}) {
			t.Errorf("%s: %+v", username, got)
		}
	}
}

func TestWithoutPostgres(t *testing.T) {
	t.Parallel()
	s := start(t)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Grants(gone, []Key{{"member", "general"}}); err == nil {
		t.Error("grants without an answer")
	}
	if _, err := s.RoomsOf(gone, []string{"member"}); err == nil {
		t.Error("rooms without an answer")
	}
}
