// Package message changes messages that are stored: edits, deletions,
// reactions, pins.
//
// Changes of one room that come while another of it is stored are stored
// together, in one transaction, and each message takes one position for all of
// them: five hundred people who react at once are a few events, not five
// hundred.
//
//	Edit, Delete, React, Pin ─▶ the room's queue ─▶ lock the log, read, change, write ─▶ publish, answer
//
// Rooms don't wait for each other, but for a place among [lanes].
package message

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"parley/core/access"
	"parley/core/chat"
	"parley/core/session"
	"parley/core/trace"
	"parley/messages/internal/change"
)

// Why a message can't be changed.
var (
	ErrNotFound         = errors.New("no such message")
	ErrNotYours         = errors.New("message of another person")
	ErrDeleted          = errors.New("message deleted")
	ErrTooManyReactions = errors.New("too many reactions")
	ErrTooManyPins      = errors.New("too many pins")
)

const (
	lanes      = 4    // rooms whose changes are stored at once
	maxWaiting = 1024 // changes of a room; more are refused
	maxBatch   = 256  // of them in a transaction
	timeout    = 5 * time.Second
)

// Ref names a message, and says on whose behalf something is done with it.
type Ref struct {
	By   session.Session
	Room string
	ID   chat.Position
}

// Receipt is a message's position after a change.
type Receipt struct {
	ID, Revision chat.Position
}

// Amender changes messages.
type Amender struct {
	pool         *pgxpool.Pool
	changes      *change.Applier
	keepVersions bool
	lanes        chan struct{}
	running      sync.WaitGroup

	mu      sync.Mutex
	closed  bool
	waiting map[string][]*amendment // by room; a room in it has a goroutine
}

// NewAmender returns an amender. Replaced bodies are kept as versions if
// keepVersions is set. The caller must Close it.
func NewAmender(pool *pgxpool.Pool, changes *change.Applier, keepVersions bool) *Amender {
	return &Amender{
		pool: pool, changes: changes, keepVersions: keepVersions,
		lanes: make(chan struct{}, lanes), waiting: make(map[string][]*amendment),
	}
}

// Close stores what waits.
func (a *Amender) Close() {
	a.mu.Lock()
	a.closed = true
	a.mu.Unlock()
	a.running.Wait()
}

// amendment is one change that waits to be stored.
type amendment struct {
	Ref
	act
	ctx  context.Context
	span *trace.Span // until it is answered
	done chan error  // buffered

	receipt Receipt
}

// act is something that is done with a message.
type act struct {
	// change changes the message, if that is allowed, and reports whether it did.
	change func(d *draft) (changed bool, err error)
	// moderation may be done from outside the room by who moderates it.
	moderation bool
}

// do has an act done, and returns when it is committed. Errors, besides the
// act's: [ErrNotFound], [access.ErrNotFound] for a room that the person may not
// read, [access.ErrNotMember], [access.ErrArchived], [session.ErrNotFound],
// [change.ErrBusy], [change.ErrClosed], that ctx has ended, Postgres's.
func (a *Amender) do(ctx context.Context, ref Ref, act act) (_ Receipt, err error) {
	one := &amendment{Ref: ref, act: act, ctx: ctx, span: trace.Start(ctx, "amend"), done: make(chan error, 1)}
	defer func() { one.span.End(err) }()
	if err := a.enqueue(one); err != nil {
		return Receipt{}, err
	}
	select {
	case err := <-one.done:
		return one.receipt, err
	case <-ctx.Done():
		return Receipt{}, fmt.Errorf("wait for the commit: %w", ctx.Err())
	}
}

func (a *Amender) enqueue(one *amendment) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	queue, busy := a.waiting[one.Room]
	switch {
	case a.closed:
		return change.ErrClosed
	case len(queue) >= maxWaiting:
		return change.ErrBusy
	}
	a.waiting[one.Room] = append(queue, one)
	if !busy {
		a.running.Go(func() { a.work(one.Room) })
	}
	return nil
}

// work stores the changes of a room until none waits.
func (a *Amender) work(room string) {
	for {
		a.lanes <- struct{}{}
		batch := a.take(room)
		if len(batch) > 0 {
			a.store(room, batch)
		}
		<-a.lanes
		if len(batch) == 0 {
			return
		}
	}
}

// take returns the next changes of a room; none, and the room has no goroutine
// any more.
func (a *Amender) take(room string) []*amendment {
	a.mu.Lock()
	defer a.mu.Unlock()
	queue := a.waiting[room]
	if len(queue) == 0 {
		delete(a.waiting, room)
		return nil
	}
	n := min(len(queue), maxBatch)
	a.waiting[room] = queue[n:]
	return queue[:n:n]
}

// store stores a batch of a room's changes and answers each. An error of
// Postgres is all of theirs.
func (a *Amender) store(room string, batch []*amendment) {
	var spans []*trace.Span
	for _, one := range batch {
		if one.span != nil {
			spans = append(spans, one.span)
		}
	}
	span := trace.Gather("store", spans)
	ctx, cancel := context.WithTimeout(span.Context(context.Background()), timeout)
	defer cancel()
	var outcomes []error
	err := a.changes.Apply(ctx, change.Scope{Rooms: []string{room}}, func(ctx context.Context, tx *change.Tx) (err error) {
		outcomes, err = a.apply(ctx, tx, room, batch)
		return err
	})
	span.End(err)
	for i, one := range batch {
		if err != nil {
			one.done <- err
		} else {
			one.done <- outcomes[i]
		}
	}
}

// apply does the acts of a batch, each on what those before it have left, and
// writes the messages that have changed. It returns each one's error; an error
// of its own undoes all.
func (a *Amender) apply(ctx context.Context, tx *change.Tx, room string, batch []*amendment) ([]error, error) {
	s, err := read(ctx, tx, room, batch)
	if err != nil {
		return nil, err
	}
	outcomes := make([]error, len(batch))
	for i, one := range batch {
		if outcomes[i] = one.ctx.Err(); outcomes[i] == nil {
			outcomes[i] = s.do(one)
		}
	}
	if err := s.write(ctx, tx, a.keepVersions); err != nil {
		return nil, err
	}
	for i, one := range batch {
		if outcomes[i] == nil {
			one.receipt = Receipt{one.ID, s.drafts[one.ID].Revision}
		}
	}
	return outcomes, nil
}

// allowed returns why one's person may not change messages of the room at all.
func (s *state) allowed(one *amendment) (access.Grant, error) {
	grant, ok := s.grants[access.Key{Username: one.By.Username, Room: s.room}]
	switch {
	case !s.live[one.By.Key]:
		return grant, session.ErrNotFound
	case !ok:
		return grant, access.ErrNotFound
	case !grant.Member && !(one.moderation && grant.Moderates()):
		return grant, access.ErrNotMember
	case grant.Archived:
		return grant, access.ErrArchived
	}
	return grant, nil
}
