// Package proxy stands between the services and Redis and makes the network as
// bad as one likes: what Redis publishes on rooms' channels is dropped, repeated,
// or comes late and so in another order; connections are cut, or go silent.
//
//	service ──commands──────────────────────▶ Redis
//	        ◀──answers────────────────────────
//	        ◀──messages of rooms── weather ───
//
// Everything but rooms' messages passes as it is: a probe that comes back says
// that all is well while rooms hear nothing, which is the worst that can be.
package proxy

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Weather is what befalls rooms' messages: each of the three with a
// probability, in this order.
type Weather struct {
	Drop   float64
	Repeat float64 // comes, and comes again up to By later
	Late   float64 // comes up to By later, behind what was sent after it
	By     time.Duration
}

// Counts are what has befallen so far.
type Counts struct{ Passed, Dropped, Repeated, Late int64 }

// Proxy is one proxy. Its methods may be called from any goroutine.
type Proxy struct {
	listener net.Listener
	stop     context.CancelFunc
	stopped  context.Context
	running  sync.WaitGroup

	passed, dropped, repeated, late atomic.Int64
	waiting                         atomic.Int64 // messages that will come late

	mu      sync.Mutex
	target  string
	weather Weather
	calm    chan struct{} // closed while bytes pass
	pairs   map[*pair]struct{}
}

// Listen starts a proxy on a free loopback port. Until [Proxy.To] it closes
// every connection at once.
func Listen() (*Proxy, error) {
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for Redis: %w", err)
	}
	p := &Proxy{listener: l, calm: make(chan struct{}), pairs: make(map[*pair]struct{})}
	close(p.calm)
	p.stopped, p.stop = context.WithCancel(context.Background())
	p.running.Go(p.accept)
	return p, nil
}

// Addr returns where the proxy listens: host:port.
func (p *Proxy) Addr() string { return p.listener.Addr().String() }

// To sets where Redis is: host:port.
func (p *Proxy) To(target string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.target = target
}

// Set sets the weather, the zero value for fair.
func (p *Proxy) Set(w Weather) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.weather = w
}

// Stall lets no byte pass in either direction until [Proxy.Flow]. Connections
// stay, and new ones are accepted: so looks a peer that hangs.
func (p *Proxy) Stall() {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.calm:
		p.calm = make(chan struct{})
	default:
	}
}

// Flow ends a stall.
func (p *Proxy) Flow() {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.calm:
	default:
		close(p.calm)
	}
}

// Cut closes all connections and returns how many there were.
func (p *Proxy) Cut() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.pairs)
	for pair := range p.pairs {
		pair.close()
	}
	return n
}

// Counts returns what has befallen so far.
func (p *Proxy) Counts() Counts {
	return Counts{Passed: p.passed.Load(), Dropped: p.dropped.Load(), Repeated: p.repeated.Load(), Late: p.late.Load()}
}

// Close ends the proxy and all its connections.
func (p *Proxy) Close() error {
	p.stop()
	err := p.listener.Close()
	p.Cut()
	p.running.Wait()
	return err
}

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue // a client that left again
		}
		p.running.Go(func() { p.serve(client) })
	}
}

const dialTimeout = time.Second

// serve carries one connection until either side closes it.
func (p *Proxy) serve(client net.Conn) {
	p.mu.Lock()
	target := p.target
	p.mu.Unlock()
	dialer := net.Dialer{Timeout: dialTimeout}
	server, err := dialer.DialContext(p.stopped, "tcp", target)
	if err != nil {
		_ = client.Close() // Redis is away, and so are we
		return
	}
	pair := &pair{proxy: p, client: client, server: server, gone: make(chan struct{})}
	p.mu.Lock()
	p.pairs[pair] = struct{}{}
	p.mu.Unlock()
	if p.stopped.Err() != nil {
		pair.close() // Close has not seen it
	}
	pair.carry()
	p.mu.Lock()
	delete(p.pairs, pair)
	p.mu.Unlock()
}

func (p *Proxy) now() (Weather, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.weather, p.calm
}
