package fanout

import "time"

const (
	wheelTick  = 250 * time.Millisecond
	wheelSlots = 64
)

// wheel wakes streams about when they are due. One that is due later than the
// wheel reaches is woken early, and put in again; the handle of one that was
// closed meanwhile stays until its turn comes.
type wheel struct {
	origin time.Time
	tick   int64 // the last one that was turned to
	slots  [wheelSlots][]handle
}

// add wakes h at the first tick that is not before due.
func (w *wheel) add(h handle, due time.Time) {
	tick := int64((due.Sub(w.origin) + wheelTick - 1) / wheelTick)
	tick = min(max(tick, w.tick+1), w.tick+wheelSlots-1)
	slot := &w.slots[tick%wheelSlots]
	*slot = append(*slot, h)
}

// turn calls wake for each handle whose turn has come by now. wake may add.
func (w *wheel) turn(now time.Time, wake func(handle)) {
	for end := int64(now.Sub(w.origin) / wheelTick); w.tick < end; {
		w.tick++
		slot := &w.slots[w.tick%wheelSlots]
		due := *slot
		*slot = nil // what wake adds goes to other slots: it is never a whole turn ahead
		for _, h := range due {
			wake(h)
		}
	}
}
