package batch

import (
	"context"
	"sync"
	"time"
)

const (
	lookups       = 2    // queries at once: one that hangs doesn't stop all
	lookupQueue   = 4096 // callers waiting; more wait for a place
	lookupBatch   = 1000 // callers answered by one query
	lookupTimeout = 5 * time.Second
)

// Lookup answers many callers with few queries: those that gather while a
// query runs share the next. Nobody is answered by a query that began before
// they asked, so nobody is told what has ended already.
type Lookup[K comparable, V any] struct {
	find  func(context.Context, []K) (map[K]V, error)
	asked chan *question[K, V]
}

// question is one caller's.
type question[K comparable, V any] struct {
	key   K
	value V
	found bool
	err   error
	done  chan struct{}
}

// NewLookup returns a lookup by find, which gets distinct keys and returns
// those that it found. Its answers need [Lookup.Run].
func NewLookup[K comparable, V any](find func(context.Context, []K) (map[K]V, error)) *Lookup[K, V] {
	return &Lookup[K, V]{find: find, asked: make(chan *question[K, V], lookupQueue)}
}

// Find returns the value of key; found is false if find had none. Its errors
// are ctx's and find's.
func (l *Lookup[K, V]) Find(ctx context.Context, key K) (value V, found bool, err error) {
	q := &question[K, V]{key: key, done: make(chan struct{})}
	select {
	case l.asked <- q:
	case <-ctx.Done():
		return value, false, ctx.Err()
	}
	select {
	case <-q.done:
		return q.value, q.found, q.err
	case <-ctx.Done():
		return value, false, ctx.Err()
	}
}

// Waiting returns how many callers wait for the next query.
func (l *Lookup[K, V]) Waiting() int { return len(l.asked) }

// Run answers until ctx ends.
func (l *Lookup[K, V]) Run(ctx context.Context) {
	var running sync.WaitGroup
	for range lookups {
		running.Go(func() { l.run(ctx) })
	}
	running.Wait()
}

func (l *Lookup[K, V]) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case first := <-l.asked:
			l.answer(ctx, Gather([]*question[K, V]{first}, l.asked, lookupBatch))
		}
	}
}

func (l *Lookup[K, V]) answer(ctx context.Context, batch []*question[K, V]) {
	ctx, cancel := context.WithTimeout(ctx, lookupTimeout)
	defer cancel()
	found, err := l.find(ctx, distinct(batch))
	for _, q := range batch {
		q.value, q.found = found[q.key]
		q.err = err
		close(q.done)
	}
}

// distinct returns the keys asked for: a busy one is asked for often.
func distinct[K comparable, V any](batch []*question[K, V]) []K {
	keys := make([]K, 0, len(batch))
	seen := make(map[K]struct{}, len(batch))
	for _, q := range batch {
		if _, again := seen[q.key]; !again {
			seen[q.key] = struct{}{}
			keys = append(keys, q.key)
		}
	}
	return keys
}
