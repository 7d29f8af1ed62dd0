package browser

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
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
	asked    []string              // "GET /chat", of all requests
	received atomic.Int64          // bytes
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
	copyTo := func(to io.Writer, from io.Reader) {
		_, _ = io.Copy(to, from)
		_ = near.Close()
		_ = far.Close()
	}
	both.Go(func() { copyTo(io.MultiWriter(near, &counter{&c.received}), far) })
	both.Go(func() { copyTo(far, io.TeeReader(near, &listener{cable: c})) })
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

// counter counts what is written.
type counter struct{ sum *atomic.Int64 }

// Write implements [io.Writer].
func (c *counter) Write(p []byte) (int, error) {
	c.sum.Add(int64(len(p)))
	return len(p), nil
}

// listener notes the requests that pass on one connection.
type listener struct {
	cable *cable
	line  []byte
}

// Write implements [io.Writer]. Each line that looks like a request's first is
// taken for one.
func (l *listener) Write(p []byte) (int, error) {
	l.line = append(l.line, p...)
	for {
		line, rest, ended := bytes.Cut(l.line, []byte("\r\n"))
		if !ended {
			return len(p), nil
		}
		if request, ok := strings.CutSuffix(string(line), " HTTP/1.1"); ok {
			l.cable.note(request)
		}
		l.line = rest
	}
}

func (c *cable) note(request string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, request)
}

func (c *cable) requests() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.asked)
}
