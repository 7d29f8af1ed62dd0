package app

import (
	"net"
	"net/http"
	"testing"
	"time"
)

// pipe is a listener of connections that are made up.
type pipe struct {
	conns chan net.Conn
	ended chan struct{}
}

func (p *pipe) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.ended:
		return nil, net.ErrClosed
	}
}

func (p *pipe) Close() error   { close(p.ended); return nil }
func (p *pipe) Addr() net.Addr { return &net.TCPAddr{} }

func TestGateLetsFewInAtOnce(t *testing.T) {
	t.Parallel()
	p := &pipe{conns: make(chan net.Conn, 10), ended: make(chan struct{})}
	g := newGate(2)
	l := g.before(p)
	accepted := make(chan net.Conn)
	ended := make(chan error, 1)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				ended <- err
				return
			}
			accepted <- c
		}
	}()
	for range 4 {
		near, far := net.Pipe()
		t.Cleanup(func() { _, _ = near.Close(), far.Close() })
		p.conns <- near
	}
	one, two := <-accepted, <-accepted
	select {
	case <-accepted:
		t.Fatal("a third one came in")
	case <-time.After(20 * time.Millisecond):
	}
	if p := g.places(); p.Taken != 2 || p.Limit != 2 {
		t.Errorf("places are %+v", p)
	}
	g.watch(one, http.StateActive) // it has its place already
	g.watch(one, http.StateHijacked)
	<-accepted
	g.watch(two, http.StateIdle)
	<-accepted
	g.watch(two, http.StateActive) // there is no place: it is served nevertheless
	g.watch(two, http.StateClosed)
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	select {
	case <-ended:
	case <-time.After(patience):
		t.Fatal("Accept goes on after Close")
	}
}
