package bench

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"parley/deploy/bench/internal/load"
	"parley/deploy/bench/internal/wire"
)

const (
	fewRooms  = 50
	manyRooms = 500
	// roomMessages is how much was said in each of them, and roomUnread how much
	// of it nobody has read.
	roomMessages = 30
	roomUnread   = 7
	// openPatience is for streams that open: it is no measure.
	openPatience = 2 * time.Minute
)

// crew are people who are in the same rooms. No two crews share a person.
type crew struct {
	first, n int // users
	rooms    []string
}

// crewSize is how many people each crew has.
func (b *bench) crewSize() int { return full(b, 2000, 200) }

// crews puts people into rooms, by SQL: some into few, as many into many. It
// does so once a run.
func (b *bench) crews(ctx context.Context) (few, many crew, err error) {
	n := b.crewSize()
	few, many = crew{0, n, nil}, crew{n, n, nil}
	for i := range manyRooms {
		many.rooms = append(many.rooms, fmt.Sprintf("mine-%03d", i))
	}
	few.rooms = many.rooms[:fewRooms]
	if b.populated {
		return few, many, nil
	}
	b.logf("%d people into %d rooms, as many into %d", n, fewRooms, manyRooms)
	for _, step := range []struct {
		what, sql string
		args      []any
	}{
		{"make rooms", `
			INSERT INTO rooms (name, title, head) SELECT name, name, $2 FROM unnest($1::text[]) AS name`, []any{many.rooms, roomMessages}},
		{"write history", `
			INSERT INTO messages (room, id, revision, username, body, client_id)
			SELECT room, id, id, $3, $2, '~' || id
			FROM unnest($1::text[]) AS room, generate_series(1, $4::int) AS id`,
			[]any{many.rooms, load.Body(bodySize), username(users - 1), roomMessages}},
		{"leave it out of the search", `
			INSERT INTO search_rooms (room, position) SELECT name, head FROM rooms WHERE head > 0 ON CONFLICT DO NOTHING`, nil},
		{"put people into few rooms", joinSQL, []any{few.usernames(), few.rooms, roomMessages - roomUnread}},
		{"put people into many rooms", joinSQL, []any{many.usernames(), many.rooms, roomMessages - roomUnread}},
		{"set heads of people", `
			UPDATE users SET head = had.n
			FROM (SELECT username, count(*) AS n FROM memberships GROUP BY username) AS had WHERE users.username = had.username`, nil},
	} {
		if _, err := b.system.pool.Exec(ctx, step.sql, step.args...); err != nil {
			return few, many, fmt.Errorf("%s: %w", step.what, err)
		}
	}
	if _, err := b.system.pool.Exec(ctx, `VACUUM (ANALYZE) users, rooms, messages, memberships`); err != nil {
		return few, many, fmt.Errorf("gather statistics: %w", err)
	}
	b.populated = true
	return few, many, nil
}

const joinSQL = `
	INSERT INTO memberships (username, room, revision, joined, read)
	SELECT username, room, row_number() OVER (PARTITION BY username ORDER BY room), 0, $3
	FROM unnest($1::text[]) AS username, unnest($2::text[]) AS room`

func (c crew) usernames() (names []string) {
	for i := range c.n {
		names = append(names, username(c.first+i))
	}
	return names
}

// openMine opens everything of a crew's first n people's, of which behind is
// where they are in the rooms that they name.
func (b *bench) openMine(c crew, n int, behind map[string]int64, window int) *load.Crowd {
	var after []string
	for room, at := range behind {
		after = append(after, room+":"+strconv.FormatInt(at, 10))
	}
	listeners := make([]load.Listener, n)
	for i := range listeners {
		request := everythingRequest(b.parley.streams, b.system.cookies[c.first+i], after)
		listeners[i] = load.Listener{To: b.parley.streams, Request: request, After: behind, Sparse: true}
	}
	return b.reader.Open(listeners, window)
}

// everythingRequest opens everything of one person's, which goes on after these positions.
func everythingRequest(to netip.AddrPort, cookie string, after []string) []byte {
	return fmt.Appendf(nil, "GET /chat/stream?after=%s HTTP/1.1\r\nHost: %s\r\nAccept: text/event-stream\r\nCookie: %s\r\n\r\n",
		strings.Join(after, ","), to, cookie)
}

// awaitMine waits until all streams of a crowd are live in all rooms of the
// crew, and have what they missed: messages each. Their own log is live besides.
func awaitMine(ctx context.Context, crowd *load.Crowd, c crew, n int, messages int64) error {
	ctx, cancel := context.WithTimeout(ctx, openPatience)
	defer cancel()
	live, all := int64(n*(len(c.rooms)+1)), int64(n)*messages
	err := crowd.Await(ctx, func(t *wire.Tally) bool {
		return t.Ready >= live && t.Messages >= all || t.Refused+t.Closed > 0
	})
	t := crowd.Tally()
	if err == nil && (t.Ready != live || t.Messages != all || t.Faults() != 0 || t.Refused+t.Closed != 0) {
		err = errors.New("that is wrong")
	}
	if err != nil {
		return fmt.Errorf("%d streams of %d rooms, %d messages behind: %w: %d ready, %d messages, %d faults, %d refused, %d closed %v",
			n, len(c.rooms), messages, err, t.Ready, t.Messages, t.Faults(), t.Refused, t.Closed, t.Ends)
	}
	return nil
}
