package load

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/netip"

	"golang.org/x/sys/unix"

	"parley/deploy/bench/internal/wire"
)

// Listener is a stream to be opened.
type Listener struct {
	To      netip.AddrPort
	Request []byte           // the whole GET
	After   map[string]int64 // where it goes on, by room; "" on a stream of one
	Sparse  bool             // no other rooms than those are followed
}

// Crowd is a number of streams that are opened, watched and closed together.
type Crowd struct {
	reader *Reader

	// Of the reader's goroutine.
	conns    []*conn
	todo     []*conn
	window   int // streams that may wait for their answers at once
	underway int
	tally    wire.Tally
	failed   int64
	failure  error // the first
}

type conn struct {
	crowd    *Crowd
	stream   wire.Stream
	to       netip.AddrPort
	request  []byte // nil once it is sent
	fd, slot int
	number   int
	answered bool
}

// defaultWindow is below what a kernel lets wait to be accepted (somaxconn, 4096).
const defaultWindow = 1024

// Open begins to open streams, at most window (0: about a thousand) at once
// that are not answered yet. It doesn't wait for them.
func (r *Reader) Open(listeners []Listener, window int) *Crowd {
	if window == 0 {
		window = defaultWindow
	}
	crowd := &Crowd{reader: r, window: window, conns: make([]*conn, len(listeners))}
	for i, l := range listeners {
		c := &conn{crowd: crowd, to: l.To, request: l.Request, number: i, stream: wire.Stream{Tally: &crowd.tally, Sparse: l.Sparse}}
		for room, at := range l.After {
			c.stream.Expect(room, at)
		}
		crowd.conns[i] = c
	}
	crowd.todo = append([]*conn(nil), crowd.conns...)
	r.do(func() { r.crowds = append(r.crowds, crowd) })
	return crowd
}

// Close closes the crowd's streams.
func (c *Crowd) Close() {
	c.reader.do(func() {
		c.todo = nil
		for _, one := range c.conns {
			if one.slot < len(c.reader.conns) && c.reader.conns[one.slot] == one {
				c.reader.drop(one)
			}
		}
	})
}

// Await returns when condition holds of the tally, or with an error when ctx
// ends or a stream has failed before.
func (c *Crowd) Await(ctx context.Context, condition func(*wire.Tally) bool) error {
	met := make(chan struct{})
	c.reader.do(func() {
		c.reader.waiting = append(c.reader.waiting, waiter{
			condition: func() bool { return c.failure != nil || condition(&c.tally) }, met: met,
		})
	})
	select {
	case <-met:
	case <-ctx.Done():
		t := c.Tally()
		return fmt.Errorf("%w: %d of %d streams opened, %d refused, %d closed, %d messages, ends %v",
			ctx.Err(), t.Opened, len(c.conns), t.Refused, t.Closed, t.Messages, t.Ends)
	}
	var err error
	c.reader.do(func() {
		if c.failure != nil {
			err = fmt.Errorf("%d streams failed, the first: %w", c.failed, c.failure)
		}
	})
	return err
}

// Opened returns when every stream is answered and has said that it is ready,
// in as many rooms as it has: 0 for servers that don't say so.
func (c *Crowd) Opened(ctx context.Context, rooms int) error {
	all := int64(len(c.conns))
	err := c.Await(ctx, func(t *wire.Tally) bool {
		return t.Refused > 0 || t.Opened == all && t.Ready >= all*int64(rooms)
	})
	if t := c.Tally(); err == nil && t.Refused > 0 {
		return fmt.Errorf("open streams: %d were refused", t.Refused)
	}
	return err
}

// Tally returns what the crowd has received up to now.
func (c *Crowd) Tally() (t wire.Tally) {
	c.reader.do(func() {
		t = c.tally
		t.Ends = maps.Clone(c.tally.Ends)
	})
	return t
}

// Reset forgets what was received, but not where each stream stands.
func (c *Crowd) Reset() {
	c.reader.do(func() {
		c.tally = wire.Tally{}
		for _, one := range c.conns {
			one.stream.Order = 0
		}
	})
}

// Orders returns how many different orders of messages the streams have seen.
func (c *Crowd) Orders() int {
	orders := make(map[uint64]struct{})
	c.reader.do(func() {
		for _, one := range c.conns {
			orders[one.stream.Order] = struct{}{}
		}
	})
	return len(orders)
}

func (c *Crowd) mayDial() bool { return len(c.todo) > 0 && c.underway < c.window }

// fail notes a fault of the load or of the machine: nothing that is measured
// after it counts.
func (c *Crowd) fail(err error) {
	c.failed++
	if c.failure == nil {
		c.failure = err
	}
}

// lost notes a stream that the server has closed. Before its answer that is a
// fault; later it is counted.
func (c *Crowd) lost(one *conn, errno unix.Errno) {
	if one.stream.Status() == 0 {
		c.fail(errors.Join(errors.New("closed before it was answered"), errnoError(errno)))
		return
	}
	c.tally.Closed++
}

func errnoError(errno unix.Errno) error {
	if errno == 0 {
		return nil
	}
	return errno
}
