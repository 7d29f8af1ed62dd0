// Package guard knows which sessions have streams here, and sees to it that no
// stream outlives its session: by the notices that arrive through Redis, and by
// asking Postgres again, a batch every second.
//
// A session is registered before it is looked up, so that no notice falls
// between. A notice is a reason to ask Postgres, and nothing more: whoever
// reaches Redis can send one.
//
//	Admit ─▶ register ─▶ look up ─▶ seat ─▶ … ─▶ Leave
//	notice ─────────────▶ ask Postgres now ─▶ ended ─▶ streams and replays stop
package guard

import (
	"context"
	"log/slog"
	"net/netip"
	"sync"
	"time"
	"unique"

	"parley/core/serve"
	"parley/core/session"
	"parley/stream/internal/slab"
)

const (
	recheckEvery = time.Second
	recheckBatch = 1000 // sessions asked about at once: 25,000 are through in 25 s
	maxNoticed   = 10_000
	readTimeout  = 2 * time.Second
	lookups      = 3 // of one handshake, whose session was said to have ended meanwhile
)

// Guard admits streams and watches over their sessions.
type Guard struct {
	store   *session.Store
	caps    *Caps
	log     *slog.Logger
	onEnded func()
	people  People
	finder  *session.Finder
	kick    chan struct{} // has a token while there are notices to look into

	mu      sync.Mutex
	live    shelf
	round   []*Live // those with seats, which are asked about in turn
	turn    int     // whose in round is next
	noticed []*Live // said to have ended
	slab    slab.Slab[Live]
	names   slab.Names

	// The memory of Run's batches.
	batch []*Live
	keys  []session.Key
}

// People is told of each stream that a person gets, and of its end. It must not
// block.
type People interface {
	Came(username string)
	Left(username string)
}

// New returns a guard. onEnded is called when sessions have ended; it must not
// block. Admission needs [Guard.Run].
func New(store *session.Store, caps *Caps, log *slog.Logger, onEnded func(), people People) *Guard {
	return &Guard{
		store: store, caps: caps, log: log, onEnded: onEnded, people: people,
		finder: session.NewFinder(store),
		kick:   make(chan struct{}, 1),
		live:   newShelf(),
	}
}

// Admit returns a seat for a stream of the session of key, from the client at
// addr; it is given back with [Guard.Leave]. Its errors are
// session.ErrNotFound, [ErrTooMany], ctx's, and those of Postgres.
func (g *Guard) Admit(ctx context.Context, key session.Key, addr netip.Addr) (Seat, error) {
	for range lookups {
		l := g.register(key)
		found, err := g.finder.Find(ctx, key)
		if err != nil {
			g.release(l)
			return Seat{}, err
		}
		if l.ended.Load() { // maybe after it was found: ask again
			g.release(l)
			continue
		}
		network := serve.Network(addr)
		if err := g.caps.Take(found.Username, network); err != nil {
			g.release(l)
			return Seat{}, err
		}
		g.mu.Lock()
		if l.Username == "" {
			l.Username, l.expiresAt = g.names.Keep(found.Username), found.ExpiresAt.UnixNano()
			g.round = append(g.round, l)
		}
		g.mu.Unlock()
		g.people.Came(l.Username)
		return Seat{Live: l, network: unique.Make(network)}, nil
	}
	return Seat{}, session.ErrNotFound
}

func (g *Guard) register(key session.Key) *Live {
	g.mu.Lock()
	defer g.mu.Unlock()
	l := g.live.get(key)
	if l == nil || l.ended.Load() {
		l = g.slab.New()
		l.key = key
		g.live.put(l)
	}
	l.refs++
	return l
}

// Leave gives back one stream's seat.
func (g *Guard) Leave(seat Seat) {
	g.people.Left(seat.Username)
	g.caps.Give(seat.Username, seat.network.Value())
	g.release(seat.Live)
}

func (g *Guard) release(l *Live) {
	g.mu.Lock()
	defer g.mu.Unlock()
	l.refs--
	if l.refs == 0 && g.live.has(l) {
		g.live.remove(l)
	}
}

// Noticed takes a notice that the sessions of keys have ended. Those that have
// streams here are asked about at once.
func (g *Guard) Noticed(keys []session.Key) {
	some := false
	g.mu.Lock()
	for _, key := range keys {
		if l := g.live.get(key); l != nil && len(g.noticed) < maxNoticed {
			g.noticed = append(g.noticed, l)
			some = true
		}
	}
	g.mu.Unlock()
	if some {
		g.lookNow()
	}
}

func (g *Guard) lookNow() {
	select {
	case g.kick <- struct{}{}:
	default:
	}
}

// end ends sessions, cuts their replays short, and tells.
func (g *Guard) end(keys []session.Key) {
	some := false
	g.mu.Lock()
	for _, key := range keys {
		if l := g.live.get(key); l != nil {
			l.ended.Store(true)
			l.cut()
			some = true
		}
	}
	g.mu.Unlock()
	if some {
		g.onEnded()
	}
}

// Run answers admissions, and asks about the live sessions again, until ctx ends.
func (g *Guard) Run(ctx context.Context) {
	var looking sync.WaitGroup
	defer looking.Wait()
	looking.Go(func() { g.finder.Run(ctx) })
	tick := time.NewTicker(recheckEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-g.kick:
			g.recheck(ctx, g.takeNoticed())
		case <-tick.C:
			g.recheck(ctx, g.next(g.takeNoticed()))
		}
	}
}

// recheck asks Postgres about sessions. While it doesn't answer, those that
// were noticed are asked about again, and nobody is signed out.
func (g *Guard) recheck(ctx context.Context, batch []*Live) {
	if len(batch) == 0 {
		return
	}
	defer clear(batch) // who has left is to be forgotten
	g.keys = g.keys[:0]
	for _, l := range batch {
		g.keys = append(g.keys, l.key)
	}
	asking, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	gone, err := g.store.Gone(asking, g.keys)
	if err != nil {
		if ctx.Err() == nil {
			g.log.Warn("sessions not checked", "error", err)
			g.notYet(batch)
		}
		return
	}
	g.end(gone)
}

// takeNoticed begins a batch with those that were noticed since the last.
func (g *Guard) takeNoticed() []*Live {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.batch = append(g.batch[:0], g.noticed...)
	g.noticed = nil
	return g.batch
}

// notYet has sessions asked about at the next tick.
func (g *Guard) notYet(batch []*Live) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.noticed)+len(batch) <= maxNoticed {
		g.noticed = append(g.noticed, batch...)
	}
}

// next appends to batch those whose turn it is, and lets go of those that have
// left: the last of the round takes their place.
func (g *Guard) next(batch []*Live) []*Live {
	g.mu.Lock()
	defer g.mu.Unlock()
	for range min(recheckBatch, len(g.round)) {
		if g.turn >= len(g.round) {
			g.turn = 0
		}
		if l := g.round[g.turn]; g.live.has(l) && !l.ended.Load() {
			batch = append(batch, l)
			g.turn++
			continue
		}
		last := len(g.round) - 1
		g.round[g.turn], g.round[last] = g.round[last], nil
		g.round = g.round[:last]
	}
	g.batch = batch
	return batch
}
