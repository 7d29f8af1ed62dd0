package fanout

import "time"

const (
	wheelTick  = 250 * time.Millisecond
	wheelSlots = 64
)

// wheel wakes conns about when they are due, one at a time in each of its
// slots. A conn that is due later than the wheel reaches is woken early, and
// put in again; one that was closed meanwhile stays until its slot comes.
type wheel struct {
	origin time.Time
	tick   int64 // the last one that was turned to
	slots  [wheelSlots][]*conn
}

// add wakes c at the first tick that is not before due.
func (w *wheel) add(c *conn, due time.Time) {
	tick := int64((due.Sub(w.origin) + wheelTick - 1) / wheelTick)
	tick = min(max(tick, w.tick+1), w.tick+wheelSlots-1)
	slot := &w.slots[tick%wheelSlots]
	*slot = append(*slot, c)
}

// turn calls wake for each conn whose slot has come by now. wake may add.
func (w *wheel) turn(now time.Time, wake func(*conn)) {
	for end := int64(now.Sub(w.origin) / wheelTick); w.tick < end; {
		w.tick++
		slot := &w.slots[w.tick%wheelSlots]
		due := *slot
		*slot = nil // add may only reach other slots: they are never a whole turn ahead
		for _, c := range due {
			if !c.closed {
				wake(c)
			}
		}
	}
}
