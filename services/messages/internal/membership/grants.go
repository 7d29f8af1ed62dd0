package membership

import (
	"context"
	"sync"
	"time"

	"parley/core/access"
	"parley/core/batch"
)

const (
	recallFor = 30 * time.Second
	maxRecent = 50_000 // further ones make room by having all looked up again
)

// Grants tells what people have in rooms. It looks up many at once, and
// remembers for a while who was found to be in a room.
type Grants struct {
	lookup *batch.Lookup[access.Key, access.Grant]

	mu     sync.Mutex
	inside map[access.Key]time.Time // until when that is recalled
}

// NewGrants returns grants from store. Its answers need [Grants.Run].
func NewGrants(store *access.Store) *Grants {
	return &Grants{lookup: batch.NewLookup(store.Grants), inside: make(map[access.Key]time.Time)}
}

// Run answers until ctx ends.
func (g *Grants) Run(ctx context.Context) { g.lookup.Run(ctx) }

// Find returns what key's person has in its room now. Errors:
// [access.ErrNotFound].
func (g *Grants) Find(ctx context.Context, key access.Key) (access.Grant, error) {
	found, ok, err := g.lookup.Find(ctx, key)
	if err == nil && !ok {
		err = access.ErrNotFound
	}
	return found, err
}

// Recall reports whether key's person was in its room a short while ago.
// Whoever acts on this has to make sure, as the committer does, that it is so
// when it counts.
func (g *Grants) Recall(key access.Key) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	until, ok := g.inside[key]
	if ok && !time.Now().Before(until) {
		delete(g.inside, key)
		return false
	}
	return ok
}

// Note has [Grants.Recall] know that key's person is in its room.
func (g *Grants) Note(key access.Key) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.inside) >= maxRecent {
		clear(g.inside)
	}
	g.inside[key] = time.Now().Add(recallFor)
}

// Forget has it not be recalled any more.
func (g *Grants) Forget(key access.Key) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.inside, key)
}
