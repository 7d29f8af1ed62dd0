package fanout

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// goroutines is the poller for systems without epoll: each socket has one
// goroutine that writes and one that reads. It is correct everywhere and cheap
// nowhere.
type goroutines struct {
	ready  chan readiness
	closed chan struct{}
	once   sync.Once
}

func newGoroutines() *goroutines {
	return &goroutines{ready: make(chan readiness), closed: make(chan struct{})}
}

func (p *goroutines) detach(conn net.Conn) (socket, error) {
	if err := conn.SetDeadline(time.Time{}); err != nil {
		_ = conn.Close() // it is broken
		return nil, fmt.Errorf("detach connection: %w", err)
	}
	return &connection{conn: conn, work: make(chan []byte, 1), idle: true}, nil
}

func (p *goroutines) watch(s socket, h handle) error {
	c := s.(*connection) //nolint:forcetypeassert // detach made it
	go c.writeAll(func() { p.report(readiness{handle: h, writable: true}) })
	go func() {
		_, _ = io.Copy(io.Discard, c.conn) // ends with the connection, whichever way
		p.report(readiness{handle: h, gone: true})
	}()
	return nil
}

// await has nothing to do: a socket that was blocked reports by itself.
func (p *goroutines) await(socket, handle, bool) error { return nil }

func (p *goroutines) report(r readiness) {
	select {
	case p.ready <- r:
	case <-p.closed:
	}
}

func (p *goroutines) wait(list []readiness) ([]readiness, error) {
	select {
	case r := <-p.ready:
		return append(list, r), nil
	case <-p.closed:
		return list, fmt.Errorf("wait for sockets: %w", os.ErrClosed)
	}
}

func (p *goroutines) close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

// connection hands a copy of one slice at a time to its writing goroutine.
type connection struct {
	conn net.Conn
	work chan []byte // has room for one

	mu      sync.Mutex
	idle    bool // the goroutine has nothing to write
	blocked bool // somebody was told that it is not idle, and waits for readiness
	err     error
}

func (c *connection) write(b []byte) (n int, blocked bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return 0, false, c.err
	}
	if !c.idle {
		c.blocked = true
		return 0, true, nil
	}
	c.idle = false
	c.work <- bytes.Clone(b)
	return len(b), false, nil
}

// writeAll writes what comes until the socket is closed, and then closes the
// connection. A peer that takes nothing for too long is given up.
func (c *connection) writeAll(writable func()) {
	for b := range c.work {
		err := c.conn.SetWriteDeadline(time.Now().Add(blockedPatience))
		if err == nil {
			_, err = c.conn.Write(b)
		}
		c.mu.Lock()
		c.idle, c.err = true, err
		blocked := c.blocked
		c.blocked = false
		c.mu.Unlock()
		if blocked {
			writable()
		}
	}
	_ = c.conn.Close() // nothing is left to lose
}

// discard has nothing to do: the reading goroutine does it.
func (c *connection) discard() (gone bool) { return false }

func (c *connection) close() error {
	close(c.work)
	return nil
}
