package commit

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"parley/core/chat"
	"parley/core/session"
)

// storePosts is the whole transaction: it raises the heads of the rooms by the
// number of their posts, which locks them, and inserts the posts behind the old
// heads, unless one of the sessions has ended.
//
// The rooms come in order of name, and are found by index one after the other,
// so that two replicas don't wait for each other in a circle. One that waits
// goes on from the head that the other has committed (READ COMMITTED). The time
// is taken under the room's lock, so it doesn't go back from one position to
// the next. A room that doesn't exist yields no row.
//
// That a post is not a repetition isn't asked but left to the unique index:
// repetitions are rare, and to look for them would cost every post.
const storePosts = `
	WITH gone AS MATERIALIZED (
		SELECT key FROM unnest($8::bytea[]) AS asked (key)
		WHERE NOT EXISTS (SELECT FROM sessions WHERE token_hash = key AND expires_at > now())
	), raised AS (
		UPDATE rooms SET head = head + asked.posts
		FROM unnest($1::text[], $2::int8[]) WITH ORDINALITY AS asked (room, posts, n)
		WHERE rooms.name = asked.room AND NOT EXISTS (SELECT FROM gone)
		RETURNING asked.n, asked.room, rooms.head - asked.posts AS base, clock_timestamp() AS at
	), inserted AS (
		INSERT INTO messages (room, id, revision, username, body, client_id, created_at)
		SELECT raised.room, base + nth, base + nth, username, body, client_id, at
		FROM raised
		JOIN unnest($3::int8[], $4::int8[], $5::text[], $6::text[], $7::text[])
			AS post (n, nth, username, body, client_id) USING (n)
	)
	SELECT n, base, at, NULL::bytea FROM raised
	UNION ALL
	SELECT 0, 0, now(), key FROM gone`

// request is what storePosts is given: columns of rooms, of posts, of sessions.
type request struct {
	rooms             []string // in order of name
	counts            []int64
	room, nth         []int64 // of a post: its room's place in rooms, from 1, and its own in the room, from 1
	usernames, bodies []string
	clientIDs         []*string
	sessions          [][]byte
}

func newRequest(jobs []*job) *request {
	n := len(jobs)
	r := &request{
		room: make([]int64, n), nth: make([]int64, n),
		usernames: make([]string, n), bodies: make([]string, n), clientIDs: make([]*string, n),
	}
	place := make(map[string]int64, n) // of a room
	for _, j := range jobs {
		if place[j.Room] == 0 {
			place[j.Room] = 1
			r.rooms = append(r.rooms, j.Room)
		}
	}
	slices.Sort(r.rooms)
	for i, name := range r.rooms {
		place[name] = int64(i + 1)
	}
	r.counts = make([]int64, len(r.rooms))
	asked := make(map[session.Key]struct{}, n)
	for i, j := range jobs {
		at := place[j.Room]
		r.counts[at-1]++
		r.room[i], r.nth[i] = at, r.counts[at-1]
		r.usernames[i], r.bodies[i] = j.Username, j.Body
		if j.ClientID != "" {
			r.clientIDs[i] = &j.ClientID
		}
		if _, again := asked[j.Session]; !again && j.Session != (session.Key{}) {
			asked[j.Session] = struct{}{}
			r.sessions = append(r.sessions, j.Session[:])
		}
	}
	return r
}

// row is what became of a post. Its id is 0 if there is no such room.
type row struct {
	id chat.Position
	at time.Time
}

func (r row) message(j *job) chat.Message {
	return chat.Message{
		ID: r.id, Revision: r.id, Room: j.Room, Username: j.Username, Body: j.Body, CreatedAt: r.at, ClientID: j.ClientID,
	}
}

// endedError says that nothing was stored because these sessions have ended.
type endedError map[session.Key]struct{}

func (e endedError) Error() string { return fmt.Sprintf("%d sessions have ended", len(e)) }

// isRepetition reports whether nothing was stored because there is a message of
// the same room, username and client id.
func isRepetition(err error) bool {
	var refusal *pgconn.PgError
	return errors.As(err, &refusal) && refusal.Code == pgerrcode.UniqueViolation && refusal.ConstraintName == "messages_client_id"
}

// transact stores jobs in one transaction of one round trip: all of them or,
// after an error, none.
func (c *Committer) transact(jobs []*job) ([]row, error) {
	ctx, cancel := context.WithTimeout(context.Background(), commitTimeout)
	defer cancel()
	r := newRequest(jobs)
	result, err := c.pool.Query(ctx, storePosts, r.rooms, r.counts, r.room, r.nth, r.usernames, r.bodies, r.clientIDs, r.sessions)
	if err != nil {
		return nil, fmt.Errorf("store messages: %w", err)
	}
	bases := make([]row, len(r.rooms)) // by room: the head before, and the time
	var ended endedError
	var n int
	var base row
	var key []byte
	// This reads up to the end of the transaction: it fails if the commit does.
	_, err = pgx.ForEachRow(result, []any{&n, &base.id, &base.at, &key}, func() error {
		switch {
		case key != nil:
			if ended == nil {
				ended = make(endedError)
			}
			ended[session.Key(key)] = struct{}{}
		case n < 1 || n > len(bases):
			return errors.New("a room that was not asked for")
		default:
			bases[n-1] = base
		}
		return nil
	})
	switch {
	case err != nil:
		return nil, fmt.Errorf("store messages: %w", err)
	case ended != nil:
		return nil, ended
	}
	rows := make([]row, len(jobs))
	for i := range rows {
		if base := bases[r.room[i]-1]; !base.at.IsZero() {
			rows[i] = row{id: base.id + r.nth[i], at: base.at}
		}
	}
	return rows, nil
}

const findPosts = `
	SELECT n, id
	FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[]) WITH ORDINALITY AS p (room, username, client_id, session, n)
	JOIN messages m ON m.room = p.room AND m.username = p.username AND m.client_id = p.client_id
	WHERE p.session IS NULL OR EXISTS (SELECT FROM sessions WHERE token_hash = p.session AND expires_at > now())`

// answerKnown answers those of jobs that are stored already, if their sessions
// are live, and returns the others.
func (c *Committer) answerKnown(jobs []*job) ([]*job, error) {
	ctx, cancel := context.WithTimeout(context.Background(), commitTimeout)
	defer cancel()
	rooms, usernames, clientIDs := make([]string, len(jobs)), make([]string, len(jobs)), make([]string, len(jobs))
	sessions := make([][]byte, len(jobs))
	for i, j := range jobs {
		rooms[i], usernames[i], clientIDs[i] = j.Room, j.Username, j.ClientID // "" is nobody's
		if j.Session != (session.Key{}) {
			sessions[i] = j.Session[:]
		}
	}
	rows, err := c.pool.Query(ctx, findPosts, rooms, usernames, clientIDs, sessions)
	if err != nil {
		return nil, fmt.Errorf("find messages: %w", err)
	}
	ids := make([]chat.Position, len(jobs))
	var n int
	var id chat.Position
	_, err = pgx.ForEachRow(rows, []any{&n, &id}, func() error {
		ids[n-1] = id
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("find messages: %w", err)
	}
	var others []*job
	for i, j := range jobs {
		if ids[i] == 0 {
			others = append(others, j)
			continue
		}
		j.answer(Receipt{ID: ids[i], Repeated: true}, nil)
	}
	return others, nil
}

// freeRooms returns which of the rooms of jobs nobody has locked at the moment.
func (c *Committer) freeRooms(ctx context.Context, jobs []*job) (map[string]bool, error) {
	rows, err := c.pool.Query(ctx, `
		SELECT name FROM rooms WHERE name = ANY($1) ORDER BY name FOR NO KEY UPDATE SKIP LOCKED`, newRequest(jobs).rooms)
	if err != nil {
		return nil, fmt.Errorf("look which rooms are locked: %w", err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("look which rooms are locked: %w", err)
	}
	free := make(map[string]bool, len(found))
	for _, name := range found {
		free[name] = true
	}
	return free, nil
}
