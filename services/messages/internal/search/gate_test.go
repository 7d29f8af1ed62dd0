package search

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"

	"parley/core/serve"
)

// enter takes n places for somebody, and returns how to leave them.
func enter(t *testing.T, g *gate, username string, n int) (leave []func()) {
	t.Helper()
	for range n {
		l, err := g.enter(t.Context(), username)
		if err != nil {
			t.Fatalf("%s: %v", username, err)
		}
		leave = append(leave, l)
	}
	return leave
}

func TestOneLeavesPlacesToOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		leave := enter(t, g, "ada", ownPlaces)
		if _, err := g.enter(t.Context(), "ada"); !errors.Is(err, ErrBusy) {
			t.Errorf("one more of ada's: %v", err)
		}
		leave = append(leave, enter(t, g, "bob", poolSize-ownPlaces)...)
		if _, err := g.enter(t.Context(), "eve"); !errors.Is(err, ErrBusy) {
			t.Errorf("one more than all: %v", err)
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := g.enter(gone, "eve"); !errors.Is(err, context.Canceled) {
			t.Errorf("who has left: %v", err)
		}
		for _, l := range leave {
			l()
		}
		if len(g.people) != 0 || len(g.all) != 0 {
			t.Errorf("%d people and %d places are left", len(g.people), len(g.all))
		}
	})
}

func TestPlaceThatIsLeftGoesToWhoWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		leave := enter(t, g, "ada", ownPlaces)
		var waiting sync.WaitGroup
		waiting.Go(func() {
			if _, err := g.enter(t.Context(), "ada"); err != nil {
				t.Errorf("a place is free, and %v", err)
			}
		})
		synctest.Wait()
		if got, want := g.searches(), (serve.Places{Taken: ownPlaces, Waiting: 1, Limit: poolSize}); got != want {
			t.Errorf("searches are %+v, want %+v", got, want)
		}
		leave[0]()
		waiting.Wait()
	})
}
