package room

import (
	"context"
	"sync"
	"unique"

	"github.com/jackc/pgx/v5"

	"parley/core/chat"
	"parley/core/history"
)

// maxSaid is how many messages all tails hold together, some 12 MB.
const maxSaid = 500_000

// tails keeps the tails of rooms. What a room is at a head never changes: so a
// tail is exact for as long as the room has its head, and serves all people.
type tails struct {
	mu   sync.Mutex
	of   map[string]tail // by room
	said int             // in all of them
}

// get returns the tail of a room at a head, if there is one that covers read.
func (t *tails) get(room string, head, read chat.Position) (found tail, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	found, ok = t.of[room]
	return found, ok && found.head == head && found.covers(read)
}

// put keeps the tail of a room, unless a later one is there. It forgets all if
// there are too many.
func (t *tails) put(room string, fresh tail) {
	t.mu.Lock()
	defer t.mu.Unlock()
	old, known := t.of[room]
	if known && old.head > fresh.head {
		return
	}
	t.said += len(fresh.said) - len(old.said)
	if t.of == nil || t.said > maxSaid {
		t.of, t.said = make(map[string]tail), len(fresh.said)
	}
	t.of[room] = fresh
}

// count fills in what a person has not read in their rooms, all as tx sees them.
func (t *tails) count(ctx context.Context, tx pgx.Tx, username string, rooms []Room) error {
	person := unique.Make(username)
	var missing, reopened []*Room
	for i := range rooms {
		r := &rooms[i]
		if r.Read >= r.Head {
			continue
		}
		if r.Reopened > r.Read {
			reopened = append(reopened, r)
		} else if found, ok := t.get(r.Name, r.Head, r.Read); ok {
			r.Read, r.Unread, r.Mentions = found.count(person, r.Read)
		} else {
			missing = append(missing, r)
		}
	}
	// Where much was deleted, the tail is read again, and further.
	for limit := most; len(missing) > 0; limit *= 10 {
		found, err := load(ctx, tx, missing, limit)
		if err != nil {
			return err
		}
		var short []*Room
		for _, r := range missing {
			fresh := newTail(found[r.Name])
			if !fresh.covers(r.Read) {
				short = append(short, r)
				continue
			}
			t.put(r.Name, fresh)
			r.Read, r.Unread, r.Mentions = fresh.count(person, r.Read)
		}
		missing = short
	}
	return countReopened(ctx, tx, username, reopened)
}

// countReopened fills in what a person has not read in rooms that they marked
// unread, as far as they have not read them since: these are few, and no tail
// says it of them.
func countReopened(ctx context.Context, tx pgx.Tx, username string, rooms []*Room) error {
	for _, r := range rooms {
		read, unread, mentions, err := history.In(tx).Unread(ctx, username, r.Name, r.Read, r.Reopened, most)
		if err != nil {
			return err
		}
		r.Read, r.Unread, r.Mentions = read, unread, mentions
	}
	return nil
}

func load(ctx context.Context, tx pgx.Tx, rooms []*Room, limit int) (map[string]history.Tail, error) {
	names, after := make([]string, len(rooms)), make([]chat.Position, len(rooms))
	for i, r := range rooms {
		names[i], after[i] = r.Name, r.Read
	}
	return history.In(tx).Tails(ctx, names, after, limit)
}
