package fanout

// slabSize is how many streams' memory is allocated at once: apart from the
// garbage of the handshakes, which so can be returned to the system.
const slabSize = 64

// handle names a stream. Each slot counts its generations, so that what is
// said of a stream that has gone isn't taken for its successor.
type handle struct {
	slot, gen uint32
}

// table holds a loop's streams and finds them by handle.
type table struct {
	slabs []*[slabSize]conn
	free  []uint32
	used  int
}

// put returns a slot's memory, empty but for its handle.
func (t *table) put() *conn {
	if len(t.free) == 0 {
		t.grow()
	}
	c := t.at(t.free[len(t.free)-1])
	t.free = t.free[:len(t.free)-1]
	t.used++
	return c
}

func (t *table) grow() {
	slab := new([slabSize]conn)
	base := len(t.slabs) * slabSize
	for i := slabSize - 1; i >= 0; i-- {
		slab[i].slot = uint32(base + i) //nolint:gosec // bounded by descriptors
		t.free = append(t.free, slab[i].slot)
	}
	t.slabs = append(t.slabs, slab)
}

func (t *table) at(slot uint32) *conn { return &t.slabs[slot/slabSize][slot%slabSize] }

// get returns the stream of h, or nil if it has gone.
func (t *table) get(h handle) *conn {
	if int(h.slot) >= len(t.slabs)*slabSize {
		return nil
	}
	if c := t.at(h.slot); c.handle == h && !c.closed() {
		return c
	}
	return nil
}

// remove empties c's slot for the next.
func (t *table) remove(c *conn) {
	*c = conn{handle: handle{c.slot, c.gen + 1}}
	t.free = append(t.free, c.slot)
	t.used--
}

func (t *table) len() int { return t.used }

// each calls do for every stream; do may remove it.
func (t *table) each(do func(*conn)) {
	for _, slab := range t.slabs {
		for i := range slab {
			if c := &slab[i]; !c.closed() {
				do(c)
			}
		}
	}
}
