package guard

import (
	"net"
	"net/netip"
	"sync/atomic"
	"time"
	"unique"

	"parley/core/session"
)

// Live is a session that has streams here, or handshakes under way.
type Live struct {
	Username string // known once a seat was given

	key       session.Key
	expiresAt int64 // Unix nanoseconds; known likewise
	ended     atomic.Bool
	refs      int32 // Guard.mu: its seats, and those who ask for one
	next      *Live // Guard.mu: of the shelf

	replay *replay // Guard.mu: nil while nobody takes one
}

// replay is what those share who take a replay in one session.
type replay struct {
	turn   chan struct{} // has a token while somebody takes one
	users  int           // those who take one, wait, or are watched
	takers int           // those who take one, or wait
	conns  map[net.Conn]struct{}
}

// Ended reports whether the session is over, whether by notice or by time.
func (l *Live) Ended(now time.Time) bool { return l.ended.Load() || now.UnixNano() >= l.expiresAt }

// Expires returns when the session's time is over.
func (l *Live) Expires() time.Time { return time.Unix(0, l.expiresAt) }

// NewSeat returns a seat in a session that nobody watches over, for tests.
func NewSeat(username string, expires time.Time) Seat {
	return Seat{Live: &Live{Username: username, expiresAt: expires.UnixNano()}}
}

// Seat is one stream's place in its session.
type Seat struct {
	*Live
	network unique.Handle[netip.Prefix] // of its client
}
