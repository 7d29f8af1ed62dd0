package search

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
)

func TestOneLeavesPlacesToOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		var leave []func()
		enter := func(username string) error {
			l, err := g.enter(t.Context(), username)
			if err == nil {
				leave = append(leave, l)
			}
			return err
		}
		for range ownPlaces {
			if err := enter("ada"); err != nil {
				t.Fatal(err)
			}
		}
		if err := enter("ada"); !errors.Is(err, ErrBusy) {
			t.Errorf("one more of ada's: %v", err)
		}
		for range poolSize - ownPlaces {
			if err := enter("bob"); err != nil {
				t.Fatal(err)
			}
		}
		if err := enter("eve"); !errors.Is(err, ErrBusy) {
			t.Errorf("one more than all: %v", err)
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := g.enter(gone, "eve"); !errors.Is(err, context.Canceled) {
			t.Errorf("who has left: %v", err)
		}

		var waiting sync.WaitGroup
		waiting.Go(func() {
			if err := enter("ada"); err != nil {
				t.Errorf("a place is free, and %v", err)
			}
		})
		synctest.Wait()
		leave[0]()
		waiting.Wait()
		for _, l := range leave[1:] {
			l()
		}
		if len(g.people) != 0 || len(g.all) != 0 {
			t.Errorf("%d people and %d places are left", len(g.people), len(g.all))
		}
	})
}
