package room

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
	"unique"

	"parley/core/chat"
	"parley/core/history"
)

func TestTailCounts(t *testing.T) {
	t.Parallel()
	say := func(id chat.Position, by string, mentions ...string) history.Said {
		return history.Said{ID: id, Username: by, Mentions: mentions}
	}
	gone := func(s history.Said) history.Said { s.Deleted = true; return s }
	long := history.Tail{Head: 300, From: 150}
	for id := chat.Position(300); id > 150; id-- {
		long.Said = append(long.Said, say(id, "bob"))
	}
	for name, row := range map[string]struct {
		tail                   history.Tail
		read                   chat.Position
		upto, unread, mentions int
	}{
		"nothing":            {history.Tail{Head: 3}, 0, 0, 0, 0},
		"some":               {history.Tail{Said: []history.Said{say(9, "bob"), say(5, "eve"), say(2, "bob")}}, 2, 2, 2, 0},
		"one's own":          {history.Tail{Said: []history.Said{say(9, "bob"), say(5, "ada"), say(4, "bob")}}, 2, 5, 1, 0},
		"one's own, deleted": {history.Tail{Said: []history.Said{say(9, "bob"), gone(say(5, "ada")), say(4, "bob")}}, 2, 5, 1, 0},
		"deleted":            {history.Tail{Said: []history.Said{gone(say(9, "bob", "ada")), say(5, "bob")}}, 2, 2, 1, 0},
		"mentioned": {
			history.Tail{Said: []history.Said{say(9, "bob", "eve"), say(8, "bob", "eve", "ada"), say(7, "bob", "@room"), say(6, "bob", "@here"), say(1, "bob", "ada")}},
			2, 2, 4, 3,
		},
		"more than a hundred": {long, 150, 150, 100, 0},
		"a hundred":           {long, 200, 200, 100, 0},
		"99":                  {long, 201, 201, 99, 0},
	} {
		made := newTail(row.tail)
		if !made.covers(row.read) {
			t.Errorf("%s: not covered", name)
		}
		upto, unread, mentions := made.count(unique.Make("ada"), row.read)
		if upto != chat.Position(row.upto) || unread != row.unread || mentions != row.mentions {
			t.Errorf("%s: read up to %d, %d unread, %d mentions; want %+v", name, upto, unread, mentions, row)
		}
	}
	some := newTail(history.Tail{From: 5, Said: []history.Said{say(9, "bob")}})
	if some.covers(4) || !some.covers(5) {
		t.Error("a tail covers what it doesn't hold, or not what it does")
	}
}

// counted counts as the definition says, message by message.
const counted = `
	WITH mine AS (
		SELECT greatest(m.read, coalesce((SELECT max(id) FROM messages WHERE room = m.room AND username = m.username AND thread IS NULL AND id > m.reopened), 0)) AS read
		FROM memberships m WHERE m.username = $1 AND m.room = $2
	)
	SELECT mine.read, least(count(s.id), 100), count(s.id) FILTER (WHERE $1 = ANY(s.mentions) OR '@room' = ANY(s.mentions) OR '@here' = ANY(s.mentions))
	FROM mine LEFT JOIN messages s ON s.room = $2 AND s.id > mine.read AND s.thread IS NULL AND s.deleted_at IS NULL AND s.username <> $1
	GROUP BY mine.read`

// Whatever was said, deleted and read in between: what is kept of a room never
// makes a count that counting anew doesn't make.
func TestTailsAreExact(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	people := s.addPeople(t, 4)
	exec := func(sql string, args ...any) {
		t.Helper()
		if _, err := s.pool.Exec(t.Context(), sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	rooms := []string{"calm", "loud"}
	for i, room := range rooms {
		exec(`INSERT INTO rooms (name) VALUES ($1)`, room)
		exec(`INSERT INTO memberships (username, room, revision) SELECT username, $1, $2 FROM users`, room, i+1)
	}
	seed := uint64(time.Now().UnixNano())
	t.Log("seed", seed)
	dice := rand.New(rand.NewPCG(seed, 0))
	for range 150 {
		room := rooms[dice.IntN(2)]
		who := people[dice.IntN(len(people))].Username
		switch dice.IntN(6) {
		case 0: // a few at once, of anybody, some in a thread, some that mention
			exec(`
				WITH head AS (UPDATE rooms SET head = head + $3 WHERE name = $1 RETURNING head - $3 AS before)
				INSERT INTO messages (room, id, revision, username, body, thread, mentions)
				SELECT $1, before + n, before + n, $2, 'x', CASE WHEN n % 5 = 0 THEN 1 END,
					CASE n % 7 WHEN 1 THEN '{p0,p2}'::text[] WHEN 2 THEN '{@room}' WHEN 3 THEN '{@here,p1}' END
				FROM head, generate_series(1, $3::int) AS n`, room, who, 1+dice.IntN(60))
		case 1, 2: // many of one's are deleted, at one position each
			exec(`
				WITH gone AS (SELECT id FROM messages WHERE room = $1 AND username = $2 AND deleted_at IS NULL ORDER BY random() LIMIT 20),
				numbered AS (SELECT id, row_number() OVER () AS n FROM gone),
				head AS (UPDATE rooms SET head = head + (SELECT count(*) FROM gone) WHERE name = $1 RETURNING head)
				UPDATE messages SET deleted_at = now(), body = '', revision = head.head - numbered.n + 1
				FROM numbered, head WHERE messages.room = $1 AND messages.id = numbered.id`, room, who)
		case 4:
			exec(`UPDATE memberships m SET read = (r.head * $3)::bigint, reopened = r.head FROM rooms r WHERE r.name = m.room AND m.room = $1 AND m.username = $2`, room, who, dice.Float64())
		case 3:
			exec(`UPDATE memberships m SET read = greatest(read, (r.head * $3)::bigint) FROM rooms r WHERE r.name = m.room AND m.room = $1 AND m.username = $2`, room, who, dice.Float64())
		}
		s.assertCounted(t, people[dice.IntN(len(people))].Username, rooms)
	}
}

func (s *system) assertCounted(t *testing.T, username string, rooms []string) {
	t.Helper()
	listed, _, err := s.rooms.Mine(t.Context(), username)
	if err != nil {
		t.Fatal(err)
	}
	shown := make(map[string]string)
	for _, r := range listed {
		shown[r.Name] = fmt.Sprintf("read up to %d, %d unread, %d mentions", r.Read, r.Unread, min(r.Mentions, most))
	}
	for _, room := range rooms {
		var read chat.Position
		var unread, mentions int
		if err := s.pool.QueryRow(t.Context(), counted, username, room).Scan(&read, &unread, &mentions); err != nil {
			t.Fatal(err)
		}
		if unread == most { // who has read less than that is shown how far, but not the rest
			continue
		}
		if want := fmt.Sprintf("read up to %d, %d unread, %d mentions", read, unread, mentions); shown[room] != want {
			t.Fatalf("%s in %s: %s, want %s", username, room, shown[room], want)
		}
	}
}

// Beyond a bound all tails are forgotten; what is asked for is exact nevertheless.
func TestTailsAreBounded(t *testing.T) {
	t.Parallel()
	var kept tails
	hundred := tail{head: 100, said: make([]said, 100)}
	for i := range maxSaid/100 + 10 {
		kept.put(fmt.Sprint(i), hundred)
		if kept.said > maxSaid {
			t.Fatalf("%d messages are held", kept.said)
		}
	}
	last := fmt.Sprint(maxSaid/100 + 9)
	if _, ok := kept.get(last, 100, 0); !ok || len(kept.of) != 10 || kept.said != 1000 {
		t.Errorf("%d tails with %d messages are kept", len(kept.of), kept.said)
	}
	kept.put(last, tail{head: 99})
	if _, ok := kept.get(last, 100, 0); !ok {
		t.Error("an earlier tail took the place of a later one")
	}
	kept.put(last, tail{head: 101, said: make([]said, 7)})
	if _, ok := kept.get(last, 100, 0); ok || kept.said != 907 {
		t.Errorf("a tail serves another head; %d messages are counted", kept.said)
	}
}
