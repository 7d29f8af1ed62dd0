package guard

import (
	"context"
	"errors"
	"net"
	"time"
)

// ErrBusy is returned for a replay that too many of the same session wait for.
var ErrBusy = errors.New("too many replays of a session")

// maxTogether is how many streams of a session may take a replay, or wait.
const maxTogether = 20

// Replay waits until no other stream of the session takes a replay; the caller
// must call done. A replay holds memory and asks Postgres, so that a session
// has one at a time. Errors: [ErrBusy] if some wait already, and ctx's.
func (g *Guard) Replay(ctx context.Context, seat Seat) (done func(), err error) {
	r := g.join(seat.Live)
	if g.take(r, 1) > maxTogether {
		g.take(r, -1)
		g.part(seat.Live, r)
		return nil, ErrBusy
	}
	select {
	case r.turn <- struct{}{}:
		return func() { <-r.turn; g.take(r, -1); g.part(seat.Live, r) }, nil
	case <-ctx.Done():
		g.take(r, -1)
		g.part(seat.Live, r)
		return nil, ctx.Err()
	}
}

// Watch cuts conn short when the session ends, also in the middle of a write;
// unwatch ends that.
func (g *Guard) Watch(seat Seat, conn net.Conn) (unwatch func()) {
	r := g.join(seat.Live)
	g.mu.Lock()
	r.conns[conn] = struct{}{}
	if seat.ended.Load() {
		seat.cut()
	}
	g.mu.Unlock()
	return func() {
		g.mu.Lock()
		delete(r.conns, conn)
		g.mu.Unlock()
		g.part(seat.Live, r)
	}
}

func (g *Guard) join(l *Live) *replay {
	g.mu.Lock()
	defer g.mu.Unlock()
	if l.replay == nil {
		l.replay = &replay{turn: make(chan struct{}, 1), conns: make(map[net.Conn]struct{})}
	}
	l.replay.users++
	return l.replay
}

// take counts those who take a replay, or wait for it.
func (g *Guard) take(r *replay, n int) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	r.takers += n
	return r.takers
}

func (g *Guard) part(l *Live, r *replay) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if r.users--; r.users == 0 {
		l.replay = nil
	}
}

// cut lets every write to the session's replays fail from now on. Guard.mu is held.
func (l *Live) cut() {
	if l.replay == nil {
		return
	}
	for conn := range l.replay.conns {
		_ = conn.SetDeadline(time.Unix(1, 0)) // it may be closed already
	}
}
