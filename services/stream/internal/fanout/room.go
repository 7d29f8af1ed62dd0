package fanout

import (
	"parley/stream/internal/hub"
	"parley/stream/internal/slab"
)

// room lists the subs that a loop has in one log.
type room struct {
	log        *hub.Log
	generation uint32 // of the log, which the subs are at
	subs       []uint32
	only       [1]uint32 // the memory of subs while there is one
	restsUntil int64     // Unix nanoseconds
}

// roomTable holds the logs that a loop's streams read, and finds them by log
// and by number.
type roomTable struct {
	numbers map[*hub.Log]uint32
	rooms   []*room
	free    []uint32
	slab    slab.Slab[room]
}

func newRoomTable() roomTable { return roomTable{numbers: make(map[*hub.Log]uint32)} }

func (t *roomTable) at(n uint32) *room { return t.rooms[n] }

// get returns the room of log, or nil if no stream reads it.
func (t *roomTable) get(log *hub.Log) *room {
	if n, ok := t.numbers[log]; ok {
		return t.rooms[n]
	}
	return nil
}

// of returns the number of the room of log, which may be new.
func (t *roomTable) of(log *hub.Log) uint32 {
	if n, ok := t.numbers[log]; ok {
		return n
	}
	r := t.slab.New()
	r.log, r.generation = log, log.Generation()
	r.subs = r.only[:0]
	var n uint32
	if last := len(t.free) - 1; last >= 0 {
		n = t.free[last]
		t.free = t.free[:last]
		t.rooms[n] = r
	} else {
		n = uint32(len(t.rooms)) //nolint:gosec // bounded by memory
		t.rooms = append(t.rooms, r)
	}
	t.numbers[log] = n
	return n
}

// drop forgets a room that nobody reads.
func (t *roomTable) drop(n uint32) {
	delete(t.numbers, t.rooms[n].log)
	t.rooms[n] = nil
	t.free = append(t.free, n)
}

// join makes a stream a reader of log.
func (l *loop) join(c *conn, place Room) *sub {
	number := l.rooms.of(place.Log)
	r := l.rooms.at(number)
	n := l.subs.put()
	s := l.subs.at(n)
	s.conn, s.room, s.next = c.slot, number, c.first
	s.setAt(place.At)
	s.joined = uint16(place.Joined) //nolint:gosec // its lowest bits
	s.setIndex(len(r.subs))
	if place.Silent {
		s.set(subSilent)
	}
	if place.Named {
		s.set(subNamed)
	}
	r.subs = append(r.subs, n)
	c.first = n
	if to, now := place.Log.RewoundSince(place.Generation); now != place.Generation && s.at() > to {
		l.rewind(s, to)
	}
	return s
}

// leave ends that a stream reads the log of sub n. Walks from the end of the
// log's list to its beginning survive it: the last entry takes n's place.
func (l *loop) leave(c *conn, n uint32) *hub.Log {
	s := l.subs.at(n)
	r := l.rooms.at(s.room)
	last := len(r.subs) - 1
	moved := r.subs[last]
	r.subs[s.index()] = moved
	l.subs.at(moved).setIndex(s.index())
	r.subs = r.subs[:last]
	if last == 0 {
		l.rooms.drop(s.room)
	}
	link := &c.first
	for *link != n {
		link = &l.subs.at(*link).next
	}
	*link = s.next
	l.subs.remove(n)
	return r.log
}

// each calls do for every sub of a stream; do may leave it.
func (l *loop) each(c *conn, do func(n uint32, s *sub)) {
	for n := c.first; n != 0; {
		s := l.subs.at(n)
		next := s.next
		do(n, s)
		n = next
	}
}

// align brings the subs of a room to its log's present generation: those that
// have seen what is not true go back to where the log was rewound to.
func (l *loop) align(r *room) {
	if r.log.Generation() == r.generation {
		return
	}
	var to int64
	to, r.generation = r.log.RewoundSince(r.generation)
	for _, n := range r.subs {
		if s := l.subs.at(n); s.at() > to {
			l.rewind(s, to)
		}
	}
	if _, person := r.log.Topic.Person(); person {
		l.engine.owners.Sync(r.log) // memberships may have been told that are not true
	}
}

func (l *loop) rewind(s *sub, to int64) {
	s.setAt(to)
	if !s.has(subSilent) {
		s.set(subReset)
	}
}
