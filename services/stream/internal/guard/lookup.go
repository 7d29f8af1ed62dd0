package guard

import (
	"context"

	"parley/core/session"
)

const (
	maxLookups  = 4096 // callers waiting; more wait for a place
	lookupBatch = 1000 // sessions looked up in one query
)

// lookup is one caller's question.
type lookup struct {
	key   session.Key
	found session.Session
	err   error
	done  chan struct{}
}

// find looks a session up together with whoever else asks at the moment: a
// crowd that returns costs a few queries, not one each.
func (g *Guard) find(ctx context.Context, key session.Key) (session.Session, error) {
	l := &lookup{key: key, done: make(chan struct{})}
	select {
	case g.lookups <- l:
	case <-ctx.Done():
		return session.Session{}, ctx.Err()
	}
	select {
	case <-l.done:
		return l.found, l.err
	case <-ctx.Done():
		return session.Session{}, ctx.Err()
	}
}

// look answers lookups: those that gather while a query runs share the next.
func (g *Guard) look(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case first := <-g.lookups:
			g.answer(ctx, gather(first, g.lookups))
		}
	}
}

func gather(first *lookup, more <-chan *lookup) []*lookup {
	batch := []*lookup{first}
	for len(batch) < lookupBatch {
		select {
		case l := <-more:
			batch = append(batch, l)
		default:
			return batch
		}
	}
	return batch
}

func (g *Guard) answer(ctx context.Context, batch []*lookup) {
	keys := make([]session.Key, len(batch))
	for i, l := range batch {
		keys[i] = l.key
	}
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	found, err := g.store.FindAll(ctx, keys)
	for _, l := range batch {
		var ok bool
		if l.found, ok = found[l.key]; !ok && err == nil {
			l.err = session.ErrNotFound
		} else {
			l.err = err
		}
		close(l.done)
	}
}
