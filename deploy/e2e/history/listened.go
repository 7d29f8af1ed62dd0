package history

import (
	"maps"
	"slices"
	"time"

	"parley/core/chat"
)

// listened checks what one client saw, in each of its logs. What follows a
// violation in a log is not looked at: it would be said again and again.
func (c *checker) listened(client *Client) {
	e := &ear{checker: c, client: client, logs: make(map[string]*heard), told: make(map[string]*Row)}
	for number, connection := range client.Connections {
		e.place = place{client, number}
		if s := connection.Status; s != 0 && s != 200 {
			c.report(c.at(e.place, -1, connection.Ended, Refused, "a stream was answered %d", s))
		}
		e.begin(connection)
		for i := range connection.Events {
			e.saw(i)
		}
	}
	if !client.Left {
		e.ended()
	}
}

// ear follows one client.
type ear struct {
	*checker
	client *Client
	place  place
	logs   map[string]*heard
	named  map[string]bool // on this connection
	told   map[string]*Row // the latest of each membership, by room
	live   time.Duration   // since when the person's own log is live on this connection; 0: it isn't
}

// heard is how far a client has come in a log.
type heard struct {
	at     chat.Position
	known  bool          // at means something: it does not before the first event of a client that asked for the head
	ready  bool          // on this connection
	came   bool          // something of it, on this connection
	forged time.Duration // since when the last is a forgery that was handed over; 0: it isn't
	free   chat.Position // up to here it need not come: the person was out meanwhile
	out    bool          // the person has left: what still comes is for admitted to judge
	broken bool
	view   view
}

// start says that the client has all that it wants up to a position, and that
// what follows comes.
func (h *heard) start(at chat.Position) {
	h.at, h.known = at, true
	h.view.whole(at)
}

// begin checks that a connection begins where the client was: if not, the
// client is wrong, and nothing that it saw means anything.
func (e *ear) begin(connection *Connection) {
	e.live = 0
	e.named = make(map[string]bool)
	for _, cursor := range connection.Cursors {
		e.named[cursor.Log] = true
		log := e.logs[cursor.Log]
		if log == nil {
			log = &heard{}
			if cursor.After != Head {
				log.start(cursor.After)
			}
			e.logs[cursor.Log] = log
		}
		log.ready, log.came = false, false
		if log.forged > 0 { // what follows a forgery's position means nothing
			log.forged, log.known = 0, false
		}
		if log.known && !log.broken && cursor.After != log.at {
			log.broken = true
			e.report(e.at(e.place, -1, connection.Opened, Mistold, "%s was at %d of %s and asked for what follows %d", e.client.Name, log.at, cursor.Log, cursor.After))
		}
	}
	if e.client.Everything { // what it doesn't name begins anew
		maps.DeleteFunc(e.logs, func(name string, log *heard) bool { return !e.named[name] && !log.broken })
	}
}

func (e *ear) saw(i int) {
	event := &e.place.connection().Events[i]
	log := e.logs[event.Log]
	if log == nil && e.client.Everything && e.ledgers[event.Log] != nil && !e.others(event.Log) {
		log = &heard{} // admitted says whether a room may come
		e.logs[event.Log] = log
	}
	switch {
	case event.Kind == Odd || log == nil:
		e.report(e.at(e.place, i, event.At, Mistold, "an event that nobody asked for: %s", event))
	case log.broken || log.out || event.Kind == Notice:
	default:
		if v := e.step(log, i); v.Kind != "" {
			log.broken = true
			e.report(v)
			return
		}
		log.came = true
		if log.forged == 0 {
			e.personal(event)
		}
	}
}

// step takes the next event of a log. A Violation without a kind is none.
func (e *ear) step(log *heard, i int) Violation {
	event := &e.place.connection().Events[i]
	if log.forged > 0 && event.Kind != Reset {
		return e.believed(log, i)
	}
	switch event.Kind {
	case Ready:
		if log.ready || log.known && event.Position < log.at {
			return e.at(e.place, i, event.At, Mistold, "ready says %d of %s, and the client is at %d", event.Position, event.Log, log.at)
		}
		if v := e.skipped(log, i, event.Position+1, Mistold); v.Kind != "" {
			return v
		}
		if !log.known {
			log.start(event.Position)
		}
		log.at, log.ready = event.Position, true
	case Reset:
		if log.forged > 0 && event.Position < log.at {
			log.start(event.Position)
			log.forged, log.ready = 0, false
			break
		}
		if log.ready || !log.known || event.Position-log.at <= e.ReplayLimit {
			return e.at(e.place, i, event.At, Lost, "a reset to %d of %s for a client at %d, which can be served", event.Position, event.Log, log.at)
		}
		log.start(event.Position)
	case Said:
		return e.said(log, i)
	}
	return Violation{}
}

// skipped objects if something between where the client is and position p was due.
func (e *ear) skipped(log *heard, i int, p chat.Position, kind Class) Violation {
	event := &e.place.connection().Events[i]
	l := e.ledgers[event.Log]
	if !log.known || l == nil {
		return Violation{}
	}
	for q := max(log.at, log.free) + 1; q < p; q++ {
		switch {
		case !l.due(q, event.At):
		case event.Kind == Ready:
			return e.at(e.place, i, event.At, kind, "ready says %d of %s, and %d has not come: the client is at %d", event.Position, event.Log, q, log.at)
		case later(e.place.connection().Events[i:], event.Log, q):
			return e.at(e.place, i, event.At, Reordered, "position %d of %s came before %d", event.Position, event.Log, q)
		default:
			return e.at(e.place, i, event.At, kind, "position %d of %s never came: after %d came %d", q, event.Log, log.at, event.Position)
		}
	}
	return Violation{}
}

func (e *ear) said(log *heard, i int) Violation {
	event := &e.place.connection().Events[i]
	at := func(kind Class, format string, args ...any) Violation {
		return e.at(e.place, i, event.At, kind, format, args...)
	}
	if log.known && event.Position <= log.at {
		return at(Twice, "position %d of %s came again: the client is at %d", event.Position, event.Log, log.at)
	}
	if event.Row.Revision != event.Position || event.Row.Log != event.Log {
		return at(Content, "the frame of position %d of %s carries %s", event.Position, event.Log, event.Row)
	}
	if v := e.skipped(log, i, event.Position, Lost); v.Kind != "" {
		return v
	}
	if slices.Contains(e.Forged, *event.Row) {
		log.at, log.known, log.forged = event.Position, true, max(event.At, 1)
		return Violation{}
	}
	if row := e.row(event.Log, event.Position); row == nil {
		return at(Phantom, "position %d of %s was delivered, and is not stored", event.Position, event.Log)
	} else if *row != *event.Row {
		return at(Content, "position %d of %s was delivered as %s, and is stored as %s", event.Position, event.Log, event.Row, row)
	}
	if !log.known {
		log.start(event.Position - 1)
	}
	log.at = event.Position
	if event.Row.Key == "" && !log.view.put(event.Row) {
		return at(Reordered, "message %d of %s went back to revision %d", event.Row.ID, event.Log, event.Position)
	}
	return Violation{}
}

// believed takes what comes after a forgery, until a reset tells of it: that
// must be soon.
func (e *ear) believed(log *heard, i int) Violation {
	event := &e.place.connection().Events[i]
	if event.At > log.forged+e.Grace {
		return e.at(e.place, i, event.At, Phantom, "a forgery in %s stood for longer than %s", event.Log, e.Grace)
	}
	log.at = event.Position
	return Violation{}
}

func later(events []Event, log string, position chat.Position) bool {
	return slices.ContainsFunc(events, func(e Event) bool { return e.Kind == Said && e.Log == log && e.Position == position })
}

// row returns the version that holds or held a position, or nil.
func (c *checker) row(log string, position chat.Position) *Row {
	if l := c.ledgers[log]; l != nil {
		return l.held[position]
	}
	return nil
}

// ended checks that a client which stayed has come to the heads of all that is its.
func (e *ear) ended() {
	if len(e.client.Connections) == 0 {
		return
	}
	e.place = place{e.client, len(e.client.Connections) - 1}
	e.viewed()
	for name, log := range e.logs {
		if log.forged > 0 && !log.broken {
			e.report(e.at(e.place, -1, e.place.connection().Ended, Phantom, "%s was left with a forgery in %s", e.client.Name, name))
			continue
		}
		if e.client.Everything && !e.mine(name) {
			continue
		}
		if l := e.ledgers[name]; l != nil && !log.broken && log.at != l.Head {
			e.report(e.at(e.place, -1, e.place.connection().Ended, Lost, "%s never came to the head of %s, %d: it stands at %d", e.client.Name, name, l.Head, log.at))
		}
	}
	for name := range e.ledgers {
		if e.client.Everything && e.mine(name) && e.logs[name] == nil {
			e.report(e.at(e.place, -1, e.place.connection().Ended, Lost, "%s never got anything of %s", e.client.Name, name))
		}
	}
}
