package fanout

// table finds a loop's streams by slot. Each slot counts its generations, so
// that what is said of a stream that has gone isn't taken for its successor.
type table struct {
	slots []tableSlot
	free  []uint32
}

type tableSlot struct {
	conn *conn
	gen  uint32
}

// put gives c a slot, and returns the slot's generation.
func (t *table) put(c *conn) (gen uint32) {
	if n := len(t.free); n > 0 {
		c.slot = t.free[n-1]
		t.free = t.free[:n-1]
	} else {
		c.slot = uint32(len(t.slots)) //nolint:gosec // bounded by descriptors
		t.slots = append(t.slots, tableSlot{})
	}
	t.slots[c.slot].conn = c
	return t.slots[c.slot].gen
}

// get returns the stream in slot, or nil if it isn't of that generation.
func (t *table) get(slot, gen uint32) *conn {
	if int(slot) >= len(t.slots) || t.slots[slot].gen != gen {
		return nil
	}
	return t.slots[slot].conn
}

// remove frees c's slot.
func (t *table) remove(c *conn) {
	t.slots[c.slot].conn = nil
	t.slots[c.slot].gen++
	t.free = append(t.free, c.slot)
}

func (t *table) len() int { return len(t.slots) - len(t.free) }

// each calls do for every stream; do may remove it.
func (t *table) each(do func(*conn)) {
	for i := range t.slots {
		if c := t.slots[i].conn; c != nil {
			do(c)
		}
	}
}
