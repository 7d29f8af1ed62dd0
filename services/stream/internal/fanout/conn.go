package fanout

import (
	"time"

	"parley/core/chat"
	"parley/core/sse"
	"parley/stream/internal/guard"
	"parley/stream/internal/hub"
)

// conn is one stream: a socket and a cursor for each of its rooms. All of it
// belongs to its loop's goroutine. Its memory is the table's, and is used again
// for another stream; whoever remembers it across rounds of the loop holds a
// handle.
type conn struct {
	handle
	sock      socket // nil when the stream is closed
	session   guard.Seat
	tagged    sse.Tagged
	subs      []sub
	only      [1]sub    // the memory of subs for a stream of one room
	pending   []byte    // what the socket didn't take yet; nil while it isn't blocked
	blockedAt time.Time // since when it takes nothing
	lastWrite time.Time
	endsAt    time.Time // its greatest age
}

func (c *conn) closed() bool { return c.sock == nil }

// sub is a conn's place in one room.
type sub struct {
	conn  *conn
	log   *hub.Log
	at    chat.Position // everything up to here was handed to the socket
	index int           // in its room's list
	ready bool          // the replay is over
}

// room lists the subs that a loop has in one room.
type room struct {
	subs       []*sub
	restsUntil time.Time
}

func (r *room) add(s *sub) {
	s.index = len(r.subs)
	r.subs = append(r.subs, s)
}

// remove puts the last sub in the removed one's place: a walk from the end to
// the beginning survives the removal of the sub it is at.
func (r *room) remove(s *sub) {
	last := len(r.subs) - 1
	r.subs[s.index] = r.subs[last]
	r.subs[s.index].index = s.index
	r.subs[last] = nil
	r.subs = r.subs[:last]
}
