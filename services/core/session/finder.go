package session

import (
	"context"
	"sync"
	"time"
)

const (
	finders     = 2    // queries at once: one that hangs doesn't stop all
	findQueue   = 4096 // callers waiting; more wait for a place
	findBatch   = 1000 // sessions looked up in one query
	findTimeout = 5 * time.Second
)

// Finder looks sessions up for many callers at once: those that gather while
// a query runs share the next. A crowd costs a few queries, not one each; and
// since nobody is answered by a query that began before they asked, a session
// that has ended is found by nobody.
type Finder struct {
	store *Store
	asked chan *question
}

// question is one caller's.
type question struct {
	key   Key
	found Session
	err   error
	done  chan struct{}
}

// NewFinder returns a finder of the sessions in store. Its answers need [Finder.Run].
func NewFinder(store *Store) *Finder {
	return &Finder{store: store, asked: make(chan *question, findQueue)}
}

// Find is [Store.Find], together with whoever else asks at the moment. Its
// errors are [ErrNotFound], ctx's, and those of Postgres.
func (f *Finder) Find(ctx context.Context, key Key) (Session, error) {
	q := &question{key: key, done: make(chan struct{})}
	select {
	case f.asked <- q:
	case <-ctx.Done():
		return Session{}, ctx.Err()
	}
	select {
	case <-q.done:
		return q.found, q.err
	case <-ctx.Done():
		return Session{}, ctx.Err()
	}
}

// Run answers until ctx ends.
func (f *Finder) Run(ctx context.Context) {
	var running sync.WaitGroup
	for range finders {
		running.Go(func() { f.run(ctx) })
	}
	running.Wait()
}

func (f *Finder) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case first := <-f.asked:
			f.answer(ctx, gather(first, f.asked))
		}
	}
}

func gather(first *question, more <-chan *question) []*question {
	batch := []*question{first}
	for len(batch) < findBatch {
		select {
		case q := <-more:
			batch = append(batch, q)
		default:
			return batch
		}
	}
	return batch
}

func (f *Finder) answer(ctx context.Context, batch []*question) {
	ctx, cancel := context.WithTimeout(ctx, findTimeout)
	defer cancel()
	found, err := f.store.FindAll(ctx, distinct(batch))
	for _, q := range batch {
		var ok bool
		if q.found, ok = found[q.key]; !ok && err == nil {
			q.err = ErrNotFound
		} else {
			q.err = err
		}
		close(q.done)
	}
}

// distinct returns the keys asked for: a busy session is asked for often.
func distinct(batch []*question) []Key {
	keys := make([]Key, 0, len(batch))
	seen := make(map[Key]struct{}, len(batch))
	for _, q := range batch {
		if _, again := seen[q.key]; !again {
			seen[q.key] = struct{}{}
			keys = append(keys, q.key)
		}
	}
	return keys
}
