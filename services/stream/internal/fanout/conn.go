package fanout

import (
	"time"

	"parley/core/sse"
	"parley/stream/internal/guard"
	"parley/stream/internal/hub"
)

// conn is one stream: a socket and a cursor for each of its logs. All of it
// belongs to its loop's goroutine. Its memory is the table's, and is used again
// for another stream; whoever remembers it across rounds of the loop holds a
// handle.
type conn struct {
	handle
	first      uint32     // its subs, linked; 0 for none
	tagged     sse.Tagged // the form of its ids
	everything bool       // it gains and loses rooms as its person does
	sock       socket     // nil when the stream is closed
	session    guard.Seat
	person     *hub.Log // of whose log it is a reader, maybe a silent one
	blocked    *blocked // nil while the socket takes what is written
	lastWrite  int64    // Unix nanoseconds
	endsAt     int64    // its greatest age, likewise
}

// blocked is a socket that takes nothing at the moment.
type blocked struct {
	pending []byte    // what it didn't take yet
	since   time.Time // when it began
}

func (c *conn) closed() bool { return c.sock == nil }
