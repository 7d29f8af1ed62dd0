package history

import (
	"slices"
	"time"

	"parley/core/wire"
)

// stay is one version of somebody's membership.
type stay struct {
	from time.Duration // 0 for before the run
	row  *Row
}

// stays returns the versions of a person's membership in a room, in their order.
func (c *checker) stays(person, room string) []stay {
	l := c.ledgers[string(wire.PersonTopic(person))]
	if l == nil {
		return nil
	}
	var all []stay
	for at, row := range l.held {
		if row.room() == room {
			all = append(all, stay{l.Times[at], row})
		}
	}
	slices.SortFunc(all, func(a, b stay) int { return int(a.row.Revision - b.row.Revision) })
	return all
}

// mine reports whether a log is the client's in the end: its person's own, and
// those of the rooms that the person is in.
func (e *ear) mine(log string) bool {
	if log == string(wire.PersonTopic(e.client.Person)) {
		return true
	}
	all := e.stays(e.client.Person, log)
	return len(all) > 0 && all[len(all)-1].row.Member
}

// others reports whether a log is another person's own.
func (e *ear) others(log string) bool {
	person, ok := wire.Topic(log).Person()
	return ok && person != e.client.Person
}

// personal lets rooms begin and end with what the person's own log says.
func (e *ear) personal(event *Event) {
	own := string(wire.PersonTopic(e.client.Person))
	switch {
	case !e.client.Everything || event.Log != own:
		return
	case event.Kind == Ready:
		e.live = event.At
		return
	case event.Kind != Said || event.Row.room() == "":
		return
	}
	room := event.Row.room()
	log, told := e.logs[room], e.told[room]
	e.told[room] = event.Row
	switch {
	case !event.Row.Member:
		if log == nil { // it may be on its way still
			log = &heard{}
			e.logs[room] = log
		}
		log.out = true
	case log != nil && log.out, told != nil && !told.Member, told == nil && e.joining(event.Row):
		e.joined(event, log)
	case log != nil && told != nil && told.Joined != event.Row.Joined:
		log.rejoined(event.Row)
	}
}

// rejoined has a room go on, or begin anew: its person was out and back in between.
func (h *heard) rejoined(row *Row) { h.free, h.ready = row.Joined, false }

// joined begins a room, unless it is carried already. What was there when the
// stream's rooms were looked up begins as it was asked for, or at the head; what
// came later, at the joining. Where it can't be told which of them it was, the
// first event of the room will tell.
func (e *ear) joined(event *Event, log *heard) {
	room := event.Row.room()
	made := e.ledgers[event.Log].Times[event.Row.Revision]
	open := e.ledgers[room] != nil && !e.ledgers[room].Private
	switch {
	case log != nil && !log.out && (log.came || log.broken || open):
		if e.again(event.Row) && !(open && e.named[room]) {
			log.rejoined(event.Row)
		}
	case log != nil && !log.out && e.live == 0 && made+clocks < e.place.connection().Opened:
	case e.live == 0 || made <= e.live+clocks, log != nil && !log.out, open && e.named[room]:
		e.logs[room] = &heard{}
	default:
		e.logs[room] = &heard{}
		e.logs[room].start(event.Row.Joined)
	}
}

// joining reports whether a version of a membership is a coming in: the one
// before was out.
func (e *ear) joining(row *Row) bool {
	all := e.stays(e.client.Person, row.room())
	i := slices.IndexFunc(all, func(s stay) bool { return s.row.Revision == row.Revision })
	return i == 0 || i > 0 && (!all[i-1].row.Member || all[i-1].row.Joined != row.Joined)
}

// again reports whether a version of a membership is a coming back.
func (e *ear) again(row *Row) bool {
	return slices.ContainsFunc(e.stays(e.client.Person, row.room()), func(s stay) bool {
		return s.row.Revision < row.Revision && s.row.Member && s.row.Joined != row.Joined
	})
}

// admitted checks that a client got of each room only what its person may have.
func (c *checker) admitted(client *Client) {
	if client.Person == "" || client.Slow {
		return
	}
	stays := make(map[string][]stay)
	for number, connection := range client.Connections {
		for i := range connection.Events {
			event := &connection.Events[i]
			if _, room := wire.Topic(event.Log).Room(); event.Kind == Odd || !room || !c.closed(client, connection, event.Log) {
				continue
			}
			if _, known := stays[event.Log]; !known {
				stays[event.Log] = c.stays(client.Person, event.Log)
			}
			if text := c.leaked(client.Person, event, stays[event.Log]); text != "" {
				c.report(c.at(place{client, number}, i, event.At, Leaked, "%s of %s came to %s, %s", event, event.Log, client.Person, text))
				return // once a client
			}
		}
	}
}

// closed reports whether a room comes to a connection only by membership.
func (c *checker) closed(client *Client, connection *Connection, room string) bool {
	l := c.ledgers[room]
	if l == nil {
		return false
	}
	return l.Private || client.Everything && !slices.ContainsFunc(connection.Cursors, func(cursor Cursor) bool { return cursor.Log == room })
}

// leaked says why an event should not have come, "" if it may.
func (c *checker) leaked(person string, event *Event, stays []stay) string {
	var now *stay
	for i := range stays {
		if stays[i].from <= event.At+clocks {
			now = &stays[i]
		}
	}
	if now == nil {
		return "who was never in it"
	}
	if now.row.Member {
		return ""
	}
	out, acknowledged := c.acknowledgedOut(person, event.Log, now.from)
	if !acknowledged || event.At <= c.excused(out, event.At)+c.Grace {
		return ""
	}
	return "who was out since " + moments(out)
}

// acknowledgedOut returns when somebody was first told that a person is out of a room.
func (c *checker) acknowledgedOut(person, room string, since time.Duration) (at time.Duration, ok bool) {
	for i := range c.Acts {
		a := &c.Acts[i]
		if a.Person == person && a.Room == room && !a.Member && a.acknowledged() && a.Answered+clocks >= since && (!ok || a.Answered < at) {
			at, ok = a.Answered, true
		}
	}
	return at, ok
}

// excused returns from when on the grace counts: after the last fault that held
// up what was under way.
func (c *checker) excused(from, until time.Duration) time.Duration {
	for _, f := range c.Faults {
		if f.Holds && f.From <= until && f.To > from {
			from = f.To
		}
	}
	return from
}

// acted checks that what was acknowledged was so, at some time while it was asked for.
func (c *checker) acted() {
	for i := range c.Acts {
		a := &c.Acts[i]
		if c.ledgers[string(wire.PersonTopic(a.Person))] == nil {
			continue
		}
		switch {
		case a.acknowledged() && !c.wasSo(a):
			v := violation(Lost, a.Answered, "%s was told so, and room %s was never so for %s", a.By, a.Room, a.Person)
			v.lines = []string{a.String()}
			c.report(v)
		case a.Status != 0 && a.Status != 503 && !a.acknowledged():
			v := violation(Refused, a.Answered, "a good change of membership was answered %d", a.Status)
			v.lines = []string{a.String()}
			c.report(v)
		}
	}
}

func (c *checker) wasSo(a *Act) bool {
	member := false // before the first
	for _, s := range c.stays(a.Person, a.Room) {
		if s.from > a.Answered+clocks {
			break
		}
		if s.from+clocks >= a.Sent && (s.row.Member == a.Member || member == a.Member) {
			return true
		}
		member = s.row.Member
	}
	return member == a.Member
}
