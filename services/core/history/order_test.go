package history

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"parley/core/chat"
	"parley/core/wire"
	"parley/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// said is a room at head 9: message 1 was changed at 6, the room itself at 4,
// first, and at 8; position 9 belongs to message 9.
const said = `
	INSERT INTO users (username, password_hash, head, revision, role) VALUES
		('ada', 'x', 5, 4, 'admin'), ('bob', 'x', 0, 0, 'member'), ('eve', 'x', 0, 0, 'guest');
	INSERT INTO rooms (name, head, revision, title, topic, archived_at) VALUES ('launch', 9, 8, 'Launch', 'soon', now());
	INSERT INTO rooms (name, kind, head) VALUES ('cabinet', 'private', 1), ('dm-1', 'direct', 0);
	UPDATE rooms SET people = '{ada,bob}' WHERE name = 'dm-1';
	INSERT INTO messages (room, id, revision, username, body, client_id)
	SELECT 'launch', id, CASE id WHEN 1 THEN 6 ELSE id END, 'ada', 'say ' || id, 'c' || id FROM unnest(ARRAY[1, 2, 3, 5, 7, 9]) AS id;
	INSERT INTO messages (room, id, revision, username, body) VALUES ('cabinet', 1, 1, 'ada', 'secret');
	INSERT INTO memberships (username, room, revision, member, moderator, joined, read, notify) VALUES
		('ada', 'launch', 2, true, true, 0, 7, 'mentions'), ('ada', 'dm-1', 3, true, false, 0, 0, 'all'), ('ada', 'cabinet', 5, false, false, 0, 1, 'none');`

func start(t *testing.T) *Store {
	t.Helper()
	pool := testkit.Database(t)
	if _, err := pool.Exec(t.Context(), said); err != nil {
		t.Fatal(err)
	}
	return NewStore(pool)
}

// positions writes events as "1@6 room@8 launch@2": what they are about, and where.
func positions(events []wire.Event) string {
	var out []string
	for _, e := range events {
		var key string
		switch e := e.(type) {
		case *chat.Message:
			key = fmt.Sprint(e.ID)
		case *wire.Room:
			key = "room"
		case *wire.Membership:
			key = e.Room
		case *wire.Profile:
			key = e.Username
		case *wire.Person:
			key = "person"
		}
		out = append(out, fmt.Sprintf("%s@%d", key, e.At()))
	}
	return strings.Join(out, " ")
}

func TestAfter(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, row := range []struct {
		topic wire.Topic
		at    chat.Position
		limit int
		want  string
		upto  chat.Position
	}{
		{"launch", 0, 100, "2@2 3@3 5@5 1@6 7@7 room@8 9@9", 9},
		{"launch", 5, 100, "1@6 7@7 room@8 9@9", 9},
		{"launch", 7, 100, "room@8 9@9", 9},
		{"launch", 8, 100, "9@9", 9},
		{"launch", 9, 100, "", 9},
		{"launch", 12, 100, "", 9},
		{"launch", 0, 2, "2@2 3@3", 3},
		{"launch", 5, 3, "1@6 7@7 room@8", 8},
		{"launch", 5, 2, "1@6 7@7", 7},
		{"launch", 7, 1, "room@8", 8},
		{"@ada", 0, 100, "launch@2 dm-1@3 person@4 cabinet@5", 5},
		{"@ada", 2, 100, "dm-1@3 person@4 cabinet@5", 5},
		{"@ada", 2, 2, "dm-1@3 person@4", 4},
		{"@ada", 2, 1, "dm-1@3", 3},
		{"@ada", 5, 100, "", 5},
		{"@bob", 0, 100, "", 0},
		{"general", 0, 100, "", 0},
	} {
		page, err := s.After(t.Context(), row.topic, row.at, row.limit)
		if err != nil {
			t.Fatal(err)
		}
		if got := positions(page.Events); got != row.want || page.Upto != row.upto || page.From != row.at {
			t.Errorf("%s after %d, %d at most: %q up to %d, want %q up to %d", row.topic, row.at, row.limit, got, page.Upto, row.want, row.upto)
		}
	}
	for _, topic := range []wire.Topic{"nowhere", "@nobody"} {
		if _, err := s.After(t.Context(), topic, 0, 10); !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: %v", topic, err)
		}
	}
}

// Pages, one after the other, bring what one page does: nothing is lost or
// repeated where they meet.
func TestPagesMeet(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, topic := range []wire.Topic{"launch", "@ada"} {
		whole, err := s.After(t.Context(), topic, 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		for limit := 1; limit <= 4; limit++ {
			var all []wire.Event
			for at := chat.Position(0); ; {
				page, err := s.After(t.Context(), topic, at, limit)
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, page.Events...)
				if page.Upto == page.Head {
					break
				}
				at = page.Upto
			}
			if got, want := positions(all), positions(whole.Events); got != want {
				t.Errorf("%s in pages of %d: %s, want %s", topic, limit, got, want)
			}
		}
	}
}

func TestLatest(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, row := range []struct {
		topic       wire.Topic
		limit, size int
		want        string
		from        chat.Position
	}{
		{"launch", 100, 1000, "2@2 3@3 5@5 1@6 7@7 room@8 9@9", 1},
		{"launch", 2, 1000, "7@7 room@8 9@9", 6},
		{"launch", 1, 1000, "9@9", 8},
		{"launch", 100, 9, "9@9", 8}, // a body has 5 bytes
		{"launch", 100, 10, "7@7 room@8 9@9", 6},
		{"launch", 100, 1, "", 9},
		{"general", 2, 1000, "", 0},
		{"@ada", 10, 1000, "", 5},
	} {
		pages, err := s.Latest(t.Context(), []wire.Topic{"general", row.topic, "nowhere", "@nobody"}, row.limit, row.size)
		if err != nil {
			t.Fatal(err)
		}
		page := pages[row.topic]
		if got := positions(page.Events); got != row.want || page.From != row.from || page.Upto != page.Head {
			t.Errorf("%s, %d at most: %q from %d up to %d of %d, want %q from %d", row.topic, row.limit, got, page.From, page.Upto, page.Head, row.want, row.from)
		}
		for _, topic := range []wire.Topic{"nowhere", "@nobody"} {
			if _, exists := pages[topic]; exists {
				t.Errorf("%s has a page", topic)
			}
		}
	}
}

func TestEventsAreWhole(t *testing.T) {
	t.Parallel()
	s := start(t)
	for topic, want := range map[wire.Topic][]string{
		"launch": {`{"type":"room","revision":8,"room":"launch","kind":"open","title":"Launch","topic":"soon","archived":true}`},
		"@ada": {
			`{"type":"membership","revision":2,"room":"launch","kind":"open","member":true,"moderator":true,"joined":0,"read":7,"notify":"mentions"}`,
			`{"type":"membership","revision":3,"room":"dm-1","kind":"direct","member":true,"moderator":false,"joined":0,"read":0,"notify":"all","people":["ada","bob"]}`,
			`{"type":"person","revision":4,"username":"ada","display_name":"","role":"admin"}`,
			`{"type":"membership","revision":5,"room":"cabinet","kind":"private","member":false,"moderator":false,"joined":0,"read":1,"notify":"none"}`,
		},
	} {
		page, err := s.After(t.Context(), topic, 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range page.Events {
			if _, isMessage := e.(*chat.Message); !isMessage {
				got = append(got, string(e.AppendJSON(nil)))
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s:\n%s\nwant\n%s", topic, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

func TestHeads(t *testing.T) {
	t.Parallel()
	s := start(t)
	heads, err := s.Heads(t.Context(), []wire.Topic{"launch", "general", "@ada", "@bob", "@launch", "ada", "nowhere", "@nobody"})
	if err != nil {
		t.Fatal(err)
	}
	want := map[wire.Topic]chat.Position{"launch": 9, "general": 0, "@ada": 5, "@bob": 0}
	if len(heads) != len(want) {
		t.Errorf("heads of %v", heads)
	}
	for topic, head := range want {
		if got, ok := heads[topic]; !ok || got != head {
			t.Errorf("%s: %d, %v; want %d", topic, got, ok, head)
		}
	}
}

func TestMoved(t *testing.T) {
	t.Parallel()
	s := start(t)
	var known Known
	for range 2 {
		for topic, head := range map[wire.Topic]chat.Position{
			"launch": 9, "general": 1, "cabinet": 0, "@ada": 5, "@bob": 3, "@eve": 0, "nowhere": 4, "gone": 0, "@nobody": 2,
			"null": 1, "@null": 1, // which Postgres would take for no name, if it were bare
		} {
			known.Add(topic, head)
		}
		moved, err := s.Moved(t.Context(), &known)
		if err != nil {
			t.Fatal(err)
		}
		got := make(map[wire.Topic][2]chat.Position)
		for _, m := range moved {
			got[m.Topic] = [2]chat.Position{m.Known, m.Head}
		}
		want := map[wire.Topic][2]chat.Position{"general": {1, 0}, "cabinet": {0, 1}, "@bob": {3, 0}, "nowhere": {4, 0}, "@nobody": {2, 0}, "null": {1, 0}, "@null": {1, 0}}
		if !maps.Equal(got, want) {
			t.Errorf("%v moved, want %v", got, want)
		}
		known.Clear()
		if moved, err = s.Moved(t.Context(), &known); err != nil || len(moved) != 0 {
			t.Errorf("of none %v moved, %v", moved, err)
		}
	}
}

func TestStretch(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, row := range []struct {
		cut   Cut
		limit int
		want  string
		more  bool
	}{
		{Cut{}, 10, "1 2 3 5 7 9", false},
		{Cut{}, 2, "7 9", true},
		{Cut{}, 6, "1 2 3 5 7 9", false},
		{Cut{Before: 5}, 10, "1 2 3", false},
		{Cut{Before: 5}, 2, "2 3", true},
		{Cut{Before: 1}, 2, "", false},
		{Cut{After: 3}, 10, "5 7 9", false},
		{Cut{After: 3}, 2, "5 7", true},
		{Cut{After: 9}, 2, "", false},
		{Cut{Around: 5}, 2, "3 5", true},
		{Cut{Around: 5}, 4, "2 3 5 7", true},
		{Cut{Around: 5}, 100, "1 2 3 5 7 9", false},
		{Cut{Around: 4}, 2, "3 5", true},
		{Cut{Around: 1}, 3, "1 2 3", false},
		{Cut{Around: 100}, 4, "7 9", true},
	} {
		found, err := s.Stretch(t.Context(), "bob", "launch", row.cut, row.limit)
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, m := range found.Messages {
			ids = append(ids, fmt.Sprint(m.ID))
		}
		if got := strings.Join(ids, " "); got != row.want || found.More != row.more || found.Head != 9 {
			t.Errorf("%+v, %d at most: %q, more %v, head %d; want %q, more %v", row.cut, row.limit, got, found.More, found.Head, row.want, row.more)
		}
	}
}

func TestStretchOfWhatOneMayNotRead(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, row := range [][2]string{{"bob", "cabinet"}, {"ada", "cabinet"}, {"eve", "launch"}, {"bob", "nowhere"}, {"nobody", "launch"}} {
		for _, cut := range []Cut{{}, {Before: 9}, {After: 1}, {Around: 1}} {
			if found, err := s.Stretch(t.Context(), row[0], row[1], cut, 10); !errors.Is(err, ErrNotFound) {
				t.Errorf("%v, %+v: %+v, %v", row, cut, found, err)
			}
		}
	}
}
