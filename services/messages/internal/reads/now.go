// Package reads keeps answers that were read and rendered, and tells whether
// they still hold.
//
// Positions make that exact: what somebody's page of a room shows follows from
// the head of the room, the head of their own log, and the heads of the rooms
// that they are in. One query for all requests that wait asks for these, and
// whether each request's session is live and its person may read the room, as
// of now. If they are what they were, so is the answer. As long as nobody has
// committed anything since, Postgres need only say that.
package reads

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"parley/core/access"
	"parley/core/backing"
	"parley/core/batch"
	"parley/core/chat"
	"parley/core/session"
)

// Key is who asks for which room.
type Key struct {
	Session  session.Key // whose it is has to be Username's
	Username string
	Room     string
	Mine     bool // what is asked for shows the person's rooms, too
}

// Now is what an answer depends on. Heads only grow, so what is equal has not
// changed in between.
type Now struct {
	access.Grant
	Rooms chat.Position // the sum of the heads of the rooms that the person is in; 0 if Key.Mine is not set
}

// Finder tells what holds now.
type Finder struct {
	pool   *pgxpool.Pool
	lookup *batch.Lookup[Key, Now]
	still  still
}

// NewFinder returns a finder on pool. Its answers need [Finder.Run].
func NewFinder(pool *pgxpool.Pool) *Finder {
	f := &Finder{pool: pool}
	f.lookup = batch.NewLookup(f.find)
	return f
}

// Run answers until ctx ends.
func (f *Finder) Run(ctx context.Context) { f.lookup.Run(ctx) }

// Find returns what holds for key. ok is false if its session is not live, or
// its person may not read the room.
func (f *Finder) Find(ctx context.Context, key Key) (now Now, ok bool, err error) {
	return f.lookup.Find(ctx, key)
}

func (f *Finder) find(ctx context.Context, keys []Key) (map[Key]Now, error) {
	found := make(map[Key]Now, len(keys))
	if f.still.hasAny(keys) {
		var snapshot string
		if err := f.pool.QueryRow(ctx, `SELECT `+backing.Moment).Scan(&snapshot); err != nil {
			return nil, fmt.Errorf("look whether anything has changed: %w", err)
		}
		if keys = f.still.find(snapshot, keys, found); len(keys) == 0 {
			return found, nil
		}
	}
	return found, f.look(ctx, keys, found)
}

// look adds to found what Postgres has of keys.
func (f *Finder) look(ctx context.Context, keys []Key, found map[Key]Now) error {
	sessions, usernames, rooms, mine := make([][]byte, len(keys)), make([]string, len(keys)), make([]string, len(keys)), make([]bool, len(keys))
	for i := range keys {
		sessions[i], usernames[i], rooms[i], mine[i] = keys[i].Session[:], keys[i].Username, keys[i].Room, keys[i].Mine
	}
	asked := time.Now()
	// The heads are looked up one by one: a join would read all rooms once there
	// are very many.
	rows, err := f.pool.Query(ctx, `
		SELECT (SELECT `+backing.Moment+`), asked.n, extract(epoch FROM s.expires_at - now())::float8, `+access.Columns+`, coalesce((
			SELECT sum((SELECT head FROM rooms WHERE name = own.room))
			FROM memberships AS own WHERE asked.mine AND own.username = p.username AND own.member), 0)::int8
		FROM unnest($1::bytea[], $2::text[], $3::text[], $4::bool[]) WITH ORDINALITY AS asked (session, username, room, mine, n)
		JOIN sessions s ON s.token_hash = asked.session AND s.username = asked.username AND s.expires_at > now()
		JOIN users p ON p.username = asked.username
		JOIN rooms r ON r.name = asked.room
		LEFT JOIN memberships m ON m.username = p.username AND m.room = r.name
		WHERE `+access.Read, sessions, usernames, rooms, mine)
	if err != nil {
		return fmt.Errorf("look what holds now: %w", err)
	}
	holds := make(map[Key]held, len(keys))
	var snapshot string
	var n int
	var left float64 // seconds that the session lives
	var now Now
	_, err = pgx.ForEachRow(rows, append(append([]any{&snapshot, &n, &left}, now.Targets()...), &now.Rooms), func() error {
		found[keys[n-1]], holds[keys[n-1]] = now, held{now, asked.Add(min(stillFor, time.Duration(left*float64(time.Second))))}
		return nil
	})
	if err != nil {
		return fmt.Errorf("look what holds now: %w", err)
	}
	f.still.note(snapshot, holds)
	return nil
}
