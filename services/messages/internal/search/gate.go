package search

import (
	"context"
	"errors"
	"sync"
	"time"

	"parley/core/serve"
)

// ErrBusy is returned when too many searches wait already.
var ErrBusy = errors.New("too many searches at once")

const (
	// ownPlaces is how many searches of one person are under way at once, so that
	// nobody fills all places.
	ownPlaces = poolSize / 2
	// gatePatience is how long a search waits for a place.
	gatePatience = 3 * time.Second
)

// gate lets as many searches through at a time as there are connections.
type gate struct {
	all chan struct{}

	mu     sync.Mutex
	people map[string]*places
}

// places are those of one person. They are forgotten when nobody uses them.
type places struct {
	taken chan struct{}
	users int
}

func newGate() *gate {
	return &gate{all: make(chan struct{}, poolSize), people: make(map[string]*places)}
}

// enter waits for a place. Whoever got one must leave. Errors: [ErrBusy], ctx's.
func (g *gate) enter(ctx context.Context, username string) (leave func(), err error) {
	patient, cancel := context.WithTimeout(ctx, gatePatience)
	defer cancel()
	own := g.placesOf(username)
	if err := take(patient, own.taken); err != nil {
		g.forget(username, own)
		return nil, busy(ctx)
	}
	if err := take(patient, g.all); err != nil {
		<-own.taken
		g.forget(username, own)
		return nil, busy(ctx)
	}
	return func() {
		<-g.all
		<-own.taken
		g.forget(username, own)
	}, nil
}

// searches tells how many are under way, and wait.
func (g *gate) searches() serve.Places {
	g.mu.Lock()
	defer g.mu.Unlock()
	users := 0
	for _, own := range g.people {
		users += own.users
	}
	taken := len(g.all)
	return serve.Places{Taken: taken, Waiting: max(users-taken, 0), Limit: cap(g.all)}
}

func take(ctx context.Context, places chan struct{}) error {
	select {
	case places <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// busy returns ctx's error, or that patience is over.
func busy(ctx context.Context) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return ErrBusy
}

func (g *gate) placesOf(username string) *places {
	g.mu.Lock()
	defer g.mu.Unlock()
	own := g.people[username]
	if own == nil {
		own = &places{taken: make(chan struct{}, ownPlaces)}
		g.people[username] = own
	}
	own.users++
	return own
}

func (g *gate) forget(username string, own *places) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if own.users--; own.users == 0 {
		delete(g.people, username)
	}
}
