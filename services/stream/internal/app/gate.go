package app

import (
	"net"
	"net/http"
	"sync"

	"parley/core/serve"
)

// handshakes is how many connections are served at once until they are streams.
// A crowd waits in the kernel's backlog, where it costs neither goroutines nor
// garbage. Fewer at once share fewer queries: with 64 a stream that returns costs
// Postgres twice as much.
const handshakes = 256

// gate lets a bounded number of connections in. One that has become a stream,
// or is idle, doesn't count.
type gate struct {
	slots  chan struct{}
	closed chan struct{}
	once   sync.Once

	mu   sync.Mutex
	held map[net.Conn]struct{}
}

func newGate(n int) *gate {
	return &gate{slots: make(chan struct{}, n), closed: make(chan struct{}), held: make(map[net.Conn]struct{})}
}

// places tells how many are let in. Who waits is the kernel's to know.
func (g *gate) places() serve.Places { return serve.Places{Taken: len(g.slots), Limit: cap(g.slots)} }

// before returns a listener that accepts when the gate has room.
func (g *gate) before(l net.Listener) net.Listener { return &gated{l, g} }

type gated struct {
	net.Listener
	gate *gate
}

// Accept implements [net.Listener].
func (l *gated) Accept() (net.Conn, error) {
	select {
	case l.gate.slots <- struct{}{}:
	case <-l.gate.closed:
		return nil, net.ErrClosed
	}
	conn, err := l.Listener.Accept()
	if err != nil {
		<-l.gate.slots
		return nil, err
	}
	l.gate.hold(conn)
	return conn, nil
}

// Close implements [net.Listener].
func (l *gated) Close() error {
	l.gate.once.Do(func() { close(l.gate.closed) })
	return l.Listener.Close()
}

func (g *gate) hold(conn net.Conn) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.held[conn] = struct{}{}
}

// watch is the server's ConnState: who is served no more, or not now, makes room.
// A second request on a connection takes a place if there is one.
func (g *gate) watch(conn net.Conn, state http.ConnState) {
	g.mu.Lock()
	defer g.mu.Unlock()
	_, holds := g.held[conn]
	switch state {
	case http.StateNew:
	case http.StateActive:
		if holds {
			return
		}
		select {
		case g.slots <- struct{}{}:
			g.held[conn] = struct{}{}
		default:
		}
	case http.StateIdle, http.StateHijacked, http.StateClosed:
		if holds {
			delete(g.held, conn)
			<-g.slots
		}
	}
}
