package fanout

import (
	"testing"
	"time"
)

func TestWheelWakesWhenDue(t *testing.T) {
	t.Parallel()
	origin := time.Now()
	w := wheel{origin: origin}
	dues := map[*conn]time.Duration{}
	for _, due := range []time.Duration{-time.Hour, 0, time.Millisecond, wheelTick, time.Second, 15 * time.Second} {
		c := &conn{}
		dues[c] = due
		w.add(c, origin.Add(due))
	}
	gone := &conn{closed: true}
	w.add(gone, origin)
	for at := wheelTick; at <= 16*time.Second; at += wheelTick {
		w.turn(origin.Add(at), func(c *conn) {
			due, ok := dues[c]
			if !ok {
				t.Fatal("woken twice, or though closed")
			}
			delete(dues, c)
			if at < due || at > max(due, 0)+wheelTick {
				t.Errorf("due at %s, woken at %s", due, at)
			}
		})
	}
	if len(dues) != 0 {
		t.Errorf("%d were not woken", len(dues))
	}
}

func TestWheelWakesEarlyBeyondItsReach(t *testing.T) {
	t.Parallel()
	origin := time.Now()
	w := wheel{origin: origin}
	c := &conn{}
	due, woken := origin.Add(time.Minute), 0
	w.add(c, due)
	for at := origin; at.Before(due); at = at.Add(wheelTick) {
		w.turn(at, func(c *conn) {
			woken++
			w.add(c, due)
		})
	}
	if woken < 1 || woken > 5 {
		t.Errorf("woken %d times on the way", woken)
	}
	// A turn that comes late wakes all that was due.
	woken = 0
	w.turn(due.Add(time.Hour), func(*conn) { woken++ })
	if woken != 1 {
		t.Errorf("woken %d times", woken)
	}
}

func TestTableKnowsGenerations(t *testing.T) {
	t.Parallel()
	var table table
	one, two := &conn{}, &conn{}
	first := table.put(one)
	if table.get(one.slot, first) != one || table.len() != 1 {
		t.Error("the first is not found")
	}
	table.remove(one)
	second := table.put(two)
	if two.slot != one.slot || table.get(two.slot, first) != nil || table.get(two.slot, second) != two {
		t.Error("what is said of the first reaches the second")
	}
	if table.get(99, 0) != nil {
		t.Error("a slot that never was is found")
	}
}
