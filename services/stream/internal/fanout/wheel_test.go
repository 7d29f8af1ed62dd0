package fanout

import (
	"testing"
	"time"
)

func TestWheelWakesWhenDue(t *testing.T) {
	t.Parallel()
	origin := time.Now()
	w := wheel{origin: origin}
	dues := map[handle]time.Duration{}
	for i, due := range []time.Duration{-time.Hour, 0, time.Millisecond, wheelTick, time.Second, 15 * time.Second} {
		h := handle{slot: uint32(i)}
		dues[h] = due
		w.add(h, origin.Add(due))
	}
	for at := wheelTick; at <= 16*time.Second; at += wheelTick {
		w.turn(origin.Add(at), func(h handle) {
			due, ok := dues[h]
			if !ok {
				t.Fatal("woken twice")
			}
			delete(dues, h)
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
	due, woken := origin.Add(time.Minute), 0
	w.add(handle{}, due)
	for at := origin; at.Before(due); at = at.Add(wheelTick) {
		w.turn(at, func(h handle) {
			woken++
			w.add(h, due)
		})
	}
	if woken < 1 || woken > 5 {
		t.Errorf("woken %d times on the way", woken)
	}
	// A turn that comes late wakes all that was due.
	woken = 0
	w.turn(due.Add(time.Hour), func(handle) { woken++ })
	if woken != 1 {
		t.Errorf("woken %d times", woken)
	}
}

func TestTableKnowsGenerations(t *testing.T) {
	t.Parallel()
	var table table
	one := table.put()
	one.sock = new(descriptor)
	first := one.handle
	if table.get(first) != one || table.len() != 1 {
		t.Error("the first is not found")
	}
	table.remove(one)
	two := table.put()
	two.sock = new(descriptor)
	if two.slot != first.slot || table.get(first) != nil || table.get(two.handle) != two {
		t.Error("what is said of the first reaches the second")
	}
	if table.get(handle{slot: 99}) != nil || table.get(handle{slot: 9999}) != nil {
		t.Error("a stream that never was is found")
	}
}

func TestTableGrows(t *testing.T) {
	t.Parallel()
	var table table
	for range 3 * slabSize {
		table.put().sock = new(descriptor)
	}
	seen := map[handle]bool{}
	table.each(func(c *conn) {
		seen[c.handle] = true
		table.remove(c)
	})
	if len(seen) != 3*slabSize || table.len() != 0 {
		t.Errorf("%d seen, %d left", len(seen), table.len())
	}
}
