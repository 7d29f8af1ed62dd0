package fanout

import "parley/core/chat"

// subSlab is how many subs' memory is allocated at once.
const subSlab = 256

// sub is a stream's place in one log. It and its entry in the log's list take
// 28 bytes, so that a stream can have hundreds. Its number stays the same as
// long as it lives; 0 is no sub.
type sub struct {
	low    uint32 // everything up to position high<<32 + low was handed to the socket
	high   uint16
	joined uint16 // the position at which its person came in, its lowest bits
	conn   uint32 // its stream's slot
	room   uint32 // its log's number
	next   uint32 // of the same stream, or the next free one
	bits   uint32 // flags, and its index in the log's list
}

// The flags of a sub, in the upper bits of sub.bits.
const (
	subReady  = 1 << 31 // the replay is over
	subReset  = 1 << 30 // its reader must be told that the log was rewound to at
	subSilent = 1 << 29 // nothing is written: the stream only watches the log
	subNamed  = 1 << 28 // an open room that the client named: it needs no membership
	subHeld   = 1 << 27 // nothing is written until Postgres has said what its person has
	subLeft   = 1 << 26 // its reader is told that its person has left

	indexMask = subLeft - 1
)

// at returns the sub's position. 48 bits are enough for 8,900 years of a
// thousand messages a second.
func (s *sub) at() chat.Position { return int64(s.high)<<32 | int64(s.low) }

func (s *sub) setAt(at chat.Position) {
	s.low, s.high = uint32(at), uint16(at>>32) //nolint:gosec // its parts
}

// cameIn reports whether its person came in at a position. Of two joinings
// exactly 65,536 positions apart it can't tell, and the room goes on.
func (s *sub) cameIn(joined chat.Position) bool { return s.joined == uint16(joined) } //nolint:gosec // its lowest bits

// rejoin has the sub go on from where its person came in anew. A reader who
// wasn't told of the leaving, and has more already, goes on from there.
func (s *sub) rejoin(joined chat.Position) {
	if s.has(subLeft) || s.at() < joined {
		s.setAt(joined)
		s.unset(subReady)
	}
	s.joined = uint16(joined) //nolint:gosec // its lowest bits
	s.unset(subHeld | subLeft)
}

func (s *sub) has(flag uint32) bool { return s.bits&flag != 0 }
func (s *sub) set(flag uint32)      { s.bits |= flag }
func (s *sub) unset(flag uint32)    { s.bits &^= flag }

func (s *sub) index() int     { return int(s.bits & indexMask) }
func (s *sub) setIndex(i int) { s.bits = s.bits&^indexMask | uint32(i) } //nolint:gosec // bounded by memory

// subTable holds a loop's subs and finds them by number.
type subTable struct {
	slabs []*[subSlab]sub
	free  uint32
}

func (t *subTable) at(n uint32) *sub { return &t.slabs[n/subSlab][n%subSlab] }

// put returns the number of an empty sub.
func (t *subTable) put() uint32 {
	if t.free == 0 {
		t.grow()
	}
	n := t.free
	s := t.at(n)
	t.free = s.next
	*s = sub{}
	return n
}

func (t *subTable) grow() {
	base := uint32(len(t.slabs) * subSlab) //nolint:gosec // bounded by memory
	t.slabs = append(t.slabs, new([subSlab]sub))
	for i := uint32(subSlab); i > 0; i-- {
		if n := base + i - 1; n != 0 {
			t.remove(n)
		}
	}
}

// remove makes the number free for another sub.
func (t *subTable) remove(n uint32) {
	*t.at(n) = sub{next: t.free}
	t.free = n
}
