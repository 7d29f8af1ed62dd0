// Package guard knows which sessions have streams here, and sees to it that no
// stream outlives its session: by the notices that arrive through Redis, and by
// asking Postgres again, a batch every second.
package guard

import (
	"context"
	"log/slog"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"parley/core/session"
)

const (
	recheckEvery = time.Second
	recheckBatch = 1000 // sessions asked about at once: 30,000 are through in 30 s
	readTimeout  = 5 * time.Second
)

// Live is a session that has streams here.
type Live struct {
	Username  string
	ExpiresAt time.Time

	key   session.Key
	ended atomic.Bool
	refs  int // Guard.mu: its streams
}

// Ended reports whether the session is over, whether by notice or by time.
func (l *Live) Ended(now time.Time) bool {
	return l.ended.Load() || !now.Before(l.ExpiresAt)
}

// Seat is one stream's place in its session.
type Seat struct {
	*Live
	addr netip.Addr // of its client
}

// Guard admits streams and watches over their sessions.
type Guard struct {
	store   *session.Store
	caps    *Caps
	log     *slog.Logger
	onEnded func()
	finder  *session.Finder

	mu    sync.Mutex
	live  map[session.Key]*Live
	queue []*Live // in the order in which they are asked about again
}

// New returns a guard. onEnded is called when sessions have ended; it must not
// block. Admission needs [Guard.Run].
func New(store *session.Store, caps *Caps, log *slog.Logger, onEnded func()) *Guard {
	return &Guard{
		store: store, caps: caps, log: log, onEnded: onEnded,
		finder: session.NewFinder(store),
		live:   make(map[session.Key]*Live),
	}
}

// Admit returns a seat for a stream of the session of key, from the client at
// addr; it is given back with [Guard.Leave]. Its errors are
// session.ErrNotFound, [ErrTooMany], ctx's, and those of Postgres.
func (g *Guard) Admit(ctx context.Context, key session.Key, addr netip.Addr) (Seat, error) {
	found, err := g.finder.Find(ctx, key)
	if err != nil {
		return Seat{}, err
	}
	if err := g.caps.Take(found.Username, addr); err != nil {
		return Seat{}, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	l := g.live[key]
	if l == nil || l.ended.Load() {
		l = &Live{Username: found.Username, ExpiresAt: found.ExpiresAt, key: key}
		g.live[key] = l
		g.queue = append(g.queue, l)
	}
	l.refs++
	return Seat{Live: l, addr: addr}, nil
}

// Leave gives back one stream's seat.
func (g *Guard) Leave(seat Seat) {
	l := seat.Live
	g.caps.Give(l.Username, seat.addr)
	g.mu.Lock()
	defer g.mu.Unlock()
	l.refs--
	if l.refs == 0 && g.live[l.key] == l {
		delete(g.live, l.key)
	}
}

// End ends the sessions of keys, as far as they have streams here.
func (g *Guard) End(keys []session.Key) {
	some := false
	g.mu.Lock()
	for _, key := range keys {
		if l := g.live[key]; l != nil {
			l.ended.Store(true)
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
		case <-tick.C:
			g.recheck(ctx)
		}
	}
}

// recheck asks Postgres about those sessions that waited longest.
func (g *Guard) recheck(ctx context.Context) {
	batch := g.next()
	if len(batch) == 0 {
		return
	}
	keys := make([]session.Key, len(batch))
	for i, l := range batch {
		keys[i] = l.key
	}
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	gone, err := g.store.Gone(ctx, keys)
	if err != nil { // Postgres is away: nobody is signed out for that
		g.log.Warn("sessions not checked", "error", err)
		return
	}
	g.End(gone)
}

// next takes a batch from the head of the queue and puts it back at its end,
// without the sessions that have left.
func (g *Guard) next() []*Live {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := min(recheckBatch, len(g.queue))
	batch := make([]*Live, 0, n)
	for _, l := range g.queue[:n] {
		if g.live[l.key] == l && !l.ended.Load() {
			batch = append(batch, l)
		}
	}
	clear(g.queue[:n])
	g.queue = append(g.queue[n:], batch...)
	return batch
}
