package session

import (
	"context"

	"parley/core/batch"
)

// Finder is [Store.Find] for many callers at once; see [batch.Lookup].
type Finder struct {
	lookup *batch.Lookup[Key, Session]
}

// NewFinder returns a finder of the sessions in store. Its answers need [Finder.Run].
func NewFinder(store *Store) *Finder {
	return &Finder{batch.NewLookup(store.FindAll)}
}

// Find is [Store.Find], together with whoever else asks at the moment. Its
// errors are [ErrNotFound], ctx's, and those of Postgres.
func (f *Finder) Find(ctx context.Context, key Key) (Session, error) {
	found, ok, err := f.lookup.Find(ctx, key)
	if err == nil && !ok {
		err = ErrNotFound
	}
	return found, err
}

// Run answers until ctx ends.
func (f *Finder) Run(ctx context.Context) { f.lookup.Run(ctx) }
