package browser

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"sync"
)

// cable is between a person's browser and Parley. DevTools can take the network
// from a tab, but not from the worker that holds the stream for all tabs; a
// cable that is pulled takes it from everything.
type cable struct {
	listener net.Listener
	target   string

	mu       sync.Mutex
	pulled   bool
	pairs    map[net.Conn]struct{} // both ends of each connection
	carrying sync.WaitGroup
}

// layCable returns a cable to base, and the address at its near end.
func layCable(base string) (*cable, string, error) {
	to, err := url.Parse(base)
	if err != nil {
		return nil, "", fmt.Errorf("address of Parley: %w", err)
	}
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, "", fmt.Errorf("lay cable: %w", err)
	}
	c := &cable{listener: l, target: to.Host, pairs: make(map[net.Conn]struct{})}
	c.carrying.Go(c.accept)
	return c, to.Scheme + "://" + l.Addr().String(), nil
}

// pull cuts all connections, and those to come; or plugs the cable in again.
func (c *cable) pull(pulled bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pulled = pulled
	if !pulled {
		return
	}
	for conn := range c.pairs {
		_ = conn.Close()
	}
}

func (c *cable) close() {
	_ = c.listener.Close()
	c.pull(true)
	c.carrying.Wait()
}

func (c *cable) accept() {
	for {
		near, err := c.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err == nil {
			c.carrying.Go(func() { c.carry(near) })
		}
	}
}

// carry joins a connection to one to Parley until either ends.
func (c *cable) carry(near net.Conn) {
	defer near.Close()
	far, err := net.Dial("tcp", c.target) //nolint:noctx // closing the cable closes it
	if err != nil {
		return
	}
	defer far.Close()
	defer c.remove(near, far)
	if !c.add(near, far) {
		return
	}
	var both sync.WaitGroup
	for _, way := range [][2]net.Conn{{near, far}, {far, near}} {
		both.Go(func() {
			_, _ = io.Copy(way[0], way[1])
			_ = way[0].Close()
			_ = way[1].Close()
		})
	}
	both.Wait()
}

func (c *cable) add(conns ...net.Conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, conn := range conns {
		c.pairs[conn] = struct{}{}
	}
	return !c.pulled
}

func (c *cable) remove(conns ...net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, conn := range conns {
		delete(c.pairs, conn)
	}
}
