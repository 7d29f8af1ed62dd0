package guard

import (
	"encoding/binary"

	"parley/core/session"
)

// shelf finds sessions by their keys. It is a map by a part of the key, as each
// session has its whole key already; those that share the part are linked. The
// zero shelf is not ready; see newShelf.
type shelf struct {
	first map[uint64]*Live
}

func newShelf() shelf { return shelf{make(map[uint64]*Live)} }

// part is as good as random: a key is a hash.
func part(key session.Key) uint64 { return binary.NativeEndian.Uint64(key[:]) }

// get returns the session of key, nil if there is none.
func (s shelf) get(key session.Key) *Live {
	l := s.first[part(key)]
	for l != nil && l.key != key {
		l = l.next
	}
	return l
}

// has reports whether l itself is there, and not another of the same key.
func (s shelf) has(l *Live) bool { return s.get(l.key) == l }

// put puts l in the place of another of the same key, if there is one.
func (s shelf) put(l *Live) {
	if other := s.get(l.key); other != nil {
		s.remove(other)
	}
	l.next = s.first[part(l.key)]
	s.first[part(l.key)] = l
}

// remove takes out l, which must be there.
func (s shelf) remove(l *Live) {
	first := s.first[part(l.key)]
	switch {
	case first == l && l.next == nil:
		delete(s.first, part(l.key))
	case first == l:
		s.first[part(l.key)] = l.next
	default:
		before := first
		for before.next != l {
			before = before.next
		}
		before.next = l.next
	}
	l.next = nil
}
