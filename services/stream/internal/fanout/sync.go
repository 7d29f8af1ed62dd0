package fanout

import (
	"parley/core/chat"
	"parley/core/sse"
	"parley/core/wire"
	"parley/stream/internal/hub"
)

// Rooms is what a person has, as Postgres said it: the streams of the person
// are brought into line with it.
type Rooms struct {
	Person *hub.Log
	Seen   chat.Position // the head of the person's log before Postgres was asked
	Gone   bool          // there is no such account any more, or it is banned
	Failed bool          // Postgres didn't answer: the streams end, and resume where it does
	Guest  bool          // open rooms need a membership
	In     []Room
}

// Apply brings the streams of a person into line. The caller has a reader of
// each log in rooms.In, which the engine gives back.
func (e *Engine) Apply(rooms Rooms) {
	for _, r := range rooms.In {
		for range len(e.loops) - 1 {
			e.owners.Retain(r.Log)
		}
	}
	for _, l := range e.loops {
		l.apply(rooms)
	}
}

// applied carries out [Engine.Apply] in a loop.
func (l *loop) applied(rooms Rooms) {
	if r := l.rooms.get(rooms.Person); r != nil {
		in := make(map[*hub.Log]chat.Position, len(rooms.In))
		for _, one := range rooms.In {
			in[one.Log] = one.Joined
		}
		for i := len(r.subs) - 1; i >= 0; i-- {
			l.applyTo(l.table.at(l.subs.at(r.subs[i]).conn), rooms, in)
		}
		if rooms.Person.Head() > rooms.Seen { // what came since was held against the rooms that were carried then
			l.engine.owners.Sync(rooms.Person)
		}
	}
	for _, one := range rooms.In {
		l.engine.owners.Logs(one.Log)
	}
}

func (l *loop) applyTo(c *conn, rooms Rooms, in map[*hub.Log]chat.Position) {
	switch {
	case rooms.Gone:
		l.end(c, sse.EndSession)
		return
	case rooms.Failed:
		l.end(c, sse.EndSlow)
		return
	}
	has := make(map[*hub.Log]struct{}, len(in))
	lost := l.lost(c, rooms.Guest, in, has)
	if len(lost) > 0 && !c.everything { // it was about that room alone
		l.end(c, sse.EndSession)
		return
	}
	if len(lost) > 0 && c.blocked != nil { // what waits to be written may be of a room that was lost
		l.end(c, sse.EndSlow)
		return
	}
	for _, n := range lost {
		l.engine.owners.Logs(l.leave(c, n))
	}
	some := l.goOn(c, in, rooms.Person.Head() <= rooms.Seen)
	// The event that a room begins with may not have been looked at here yet: it
	// goes out first.
	own := l.own(c)
	behind := own != 0 && l.subs.at(own).at() < rooms.Person.Head()
	if (some || behind) && c.blocked == nil {
		l.scratch = l.scratch[:0]
		l.catchUp(c)
	}
	if c.everything && !c.closed() {
		l.gain(c, rooms.In, has)
	}
}

// lost returns the subs of a stream whose rooms its person may not read any
// more, and notes the others in has.
func (l *loop) lost(c *conn, guest bool, in map[*hub.Log]chat.Position, has map[*hub.Log]struct{}) (lost []uint32) {
	l.each(c, func(n uint32, s *sub) {
		log := l.rooms.at(s.room).log
		if _, member := in[log]; member || log == c.person || s.has(subNamed) && !guest {
			has[log] = struct{}{}
		} else {
			lost = append(lost, n)
		}
	})
	return lost
}

// goOn has what is carried still go on, or begin anew where the person came in
// anew. What is held goes on if the answer is of now. It reports whether there
// was any.
func (l *loop) goOn(c *conn, in map[*hub.Log]chat.Position, now bool) (some bool) {
	l.each(c, func(_ uint32, s *sub) {
		log := l.rooms.at(s.room).log
		joined, member := in[log]
		switch {
		case member && c.everything && !s.has(subNamed) && !s.cameIn(joined):
			s.rejoin(joined)
			some = true
		case s.has(subHeld) && now:
			s.unset(subHeld | subLeft)
			some = true
		}
	})
	return some
}

// gain makes a stream a reader of the rooms that it lacks, from where its
// person came in: if the log is not there yet, it is waited for. It may close c.
func (l *loop) gain(c *conn, in []Room, has map[*hub.Log]struct{}) {
	for _, one := range in {
		if _, had := has[one.Log]; had {
			continue
		}
		l.engine.owners.Retain(one.Log)
		s := l.join(c, one)
		if c.blocked != nil {
			continue // resume will go on
		}
		var w window
		l.advance(c, s, l.rooms.at(s.room), one.Log.Head(), &w)
		if c.closed() {
			return
		}
	}
}

// hold has nothing more written of a room that an event says its person has
// left, or has joined again, until Postgres has said what is true. So who has
// been told of a leaving gets nothing from before the joining after it.
func (l *loop) hold(log *hub.Log, e wire.Event) {
	m, ok := e.(*wire.Membership)
	r := l.rooms.get(log)
	if !ok || r == nil {
		return
	}
	for _, n := range r.subs {
		l.each(l.table.at(l.subs.at(n).conn), func(_ uint32, s *sub) {
			switch {
			case l.rooms.at(s.room).log.Topic != wire.RoomTopic(m.Room) || s.has(subNamed):
			case !m.Member:
				s.set(subHeld | subLeft)
			case !s.cameIn(m.Joined):
				s.set(subHeld)
			}
		})
	}
}

// holdAll does so with all rooms of a stream that need a membership.
func (l *loop) holdAll(c *conn) {
	l.each(c, func(_ uint32, s *sub) {
		if l.rooms.at(s.room).log != c.person && !s.has(subNamed) {
			s.set(subHeld)
		}
	})
}

// changed looks whether an event on a person's log may begin or end a room on
// one of the person's streams. Only Postgres knows; so it is asked.
func (l *loop) changed(log *hub.Log, e wire.Event) {
	r := l.rooms.get(log)
	if r == nil {
		return
	}
	if m, ok := e.(*wire.Membership); ok && m.Member && l.allCarry(r, wire.RoomTopic(m.Room)) {
		// A read position, or a level: nothing to begin. But an answer that takes
		// the room away may be on its way, which this event came after.
		l.engine.owners.SyncAgain(log)
		return
	}
	l.engine.owners.Sync(log)
}

// allCarry reports whether every stream in r that carries everything carries
// the room topic, and none is held.
func (l *loop) allCarry(r *room, topic wire.Topic) bool {
	for _, n := range r.subs {
		c := l.table.at(l.subs.at(n).conn)
		if !c.everything {
			continue
		}
		carried := false
		l.each(c, func(_ uint32, s *sub) {
			carried = carried || l.rooms.at(s.room).log.Topic == topic && !s.has(subHeld)
		})
		if !carried {
			return false
		}
	}
	return true
}
