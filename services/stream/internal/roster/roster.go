// Package roster keeps streams in line with what their people have: which
// rooms they are in, and which role.
//
// Whoever sees a reason, an event on a person's log or a rewind of it, asks for
// a [Roster.Sync]. The roster then asks Postgres, and has the answer applied to
// all streams of the person. What Redis said about a membership is never
// applied: it only tells when to ask.
//
//	event on @ada ─▶ Sync ─▶ Postgres: rooms of ada ─▶ logs ─▶ Applier ─▶ streams of ada
//	                            │ no answer within a second
//	                            └──▶ the streams of ada end; they resume where Postgres answers
package roster

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"parley/core/access"
	"parley/core/batch"
	"parley/core/chat"
	"parley/core/wire"
	"parley/stream/internal/fanout"
	"parley/stream/internal/hub"
)

const (
	workers  = 16
	queue    = 4096                    // people; beyond, their streams end
	patience = 1800 * time.Millisecond // with Postgres, and Redis for what is new
)

// Applier brings streams into line.
type Applier interface {
	Apply(fanout.Rooms)
}

// Roster asks for people's rooms.
type Roster struct {
	hub    *hub.Hub
	log    *slog.Logger
	store  *access.Store
	rooms  *batch.Lookup[string, access.Rooms]
	grants *batch.Lookup[access.Key, access.Grant]
	to     Applier
	due    chan *hub.Log

	mu     sync.Mutex
	states map[*hub.Log]state
}

// state is how far the sync of a person has come; one that is absent rests.
type state uint8

const (
	waiting state = iota + 1 // in due
	running
	again // running, and to be run once more
)

// New returns a roster that has its answers applied by to. Its answers need [Roster.Run].
func New(store *access.Store, h *hub.Hub, to Applier, log *slog.Logger) *Roster {
	return &Roster{
		hub: h, to: to, log: log, store: store,
		rooms:  batch.NewLookup(store.RoomsOf),
		grants: batch.NewLookup(store.Grants),
		due:    make(chan *hub.Log, queue),
		states: make(map[*hub.Log]state),
	}
}

// Rooms returns the rooms of a person; found is false if there is no such
// account, or it is banned.
func (r *Roster) Rooms(ctx context.Context, username string) (rooms access.Rooms, found bool, err error) {
	return r.rooms.Find(ctx, username)
}

// Grant returns what a person may in a room; found is false for a room that
// they may not read, and for one that there isn't.
func (r *Roster) Grant(ctx context.Context, username, room string) (g access.Grant, found bool, err error) {
	return r.grants.Find(ctx, access.Key{Username: username, Room: room})
}

// Grants returns what a person may in each of many rooms, in one query.
func (r *Roster) Grants(ctx context.Context, keys []access.Key) (map[access.Key]access.Grant, error) {
	return r.store.Grants(ctx, keys)
}

// Sync brings the streams of a person's log into line soon. It doesn't block.
func (r *Roster) Sync(person *hub.Log) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch r.states[person] {
	case waiting, again:
		return
	case running:
		r.states[person] = again
		return
	}
	r.enqueue(person)
}

// SyncAgain is [Roster.Sync] if one is under way, whose answer may be older than
// what the caller knows. It doesn't block.
func (r *Roster) SyncAgain(person *hub.Log) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.states[person] == running {
		r.states[person] = again
	}
}

// enqueue has a person's sync run. Beyond the queue's length the streams of the
// person end, and resume with what is true then. r.mu is held.
func (r *Roster) enqueue(person *hub.Log) {
	select {
	case r.due <- person:
		r.states[person] = waiting
	default:
		delete(r.states, person)
		r.log.Warn("too many people change at once", "person", person.Topic)
		r.to.Apply(fanout.Rooms{Person: person, Failed: true})
	}
}

// Run answers until ctx ends.
func (r *Roster) Run(ctx context.Context) {
	var working sync.WaitGroup
	defer working.Wait()
	working.Go(func() { r.rooms.Run(ctx) })
	working.Go(func() { r.grants.Run(ctx) })
	for range workers {
		working.Go(func() { r.work(ctx) })
	}
}

func (r *Roster) work(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case person := <-r.due:
			r.begin(person)
			r.to.Apply(r.sync(ctx, person))
			r.end(person)
		}
	}
}

func (r *Roster) begin(person *hub.Log) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.states[person] = running
}

func (r *Roster) end(person *hub.Log) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.states[person] == again {
		r.enqueue(person)
		return
	}
	delete(r.states, person)
}

// sync asks Postgres what a person has, and acquires the logs.
func (r *Roster) sync(ctx context.Context, person *hub.Log) fanout.Rooms {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	username, _ := person.Topic.Person()
	seen := person.Head()
	rooms, found, err := r.rooms.Find(ctx, username)
	if err == nil && !found {
		return fanout.Rooms{Person: person, Gone: true}
	}
	var in []fanout.Room
	if err == nil && person.Head() < rooms.Head {
		// What the person's log says of it goes out before a room begins.
		err = r.hub.Refresh(ctx, person)
	}
	if err == nil {
		in, err = r.acquire(ctx, rooms)
	}
	if err != nil {
		r.log.Warn("rooms of a person not read; their streams end", "person", person.Topic, "error", err)
		return fanout.Rooms{Person: person, Failed: true}
	}
	return fanout.Rooms{Person: person, Seen: seen, Guest: rooms.Role == chat.Guest, In: in}
}

func (r *Roster) acquire(ctx context.Context, rooms access.Rooms) ([]fanout.Room, error) {
	topics := make([]wire.Topic, len(rooms.Names))
	for i, name := range rooms.Names {
		topics[i] = wire.RoomTopic(name)
	}
	logs, err := r.hub.AcquireAll(ctx, topics, true)
	if err != nil {
		return nil, err
	}
	in := make([]fanout.Room, 0, len(logs))
	for i, l := range logs {
		if l == nil {
			continue
		}
		in = append(in, fanout.Room{Log: l, At: rooms.Joined[i], Joined: rooms.Joined[i], Generation: l.Generation()})
		if l.Head() >= rooms.Joined[i] {
			continue
		}
		// What was said before the joining has not arrived here yet: without Redis
		// that takes a second. The room begins behind it.
		if err := r.hub.Refresh(ctx, l); err != nil {
			r.hub.Release(logs...)
			return nil, err
		}
	}
	return in, nil
}
