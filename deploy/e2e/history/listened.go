package history

import (
	"parley/core/chat"
)

// listened checks what one client saw, in each of its rooms. What follows a
// violation in a room is not looked at: it would be said again and again.
func (c *checker) listened(client *Client) {
	rooms := make(map[string]*heard)
	for number, connection := range client.Connections {
		place := place{client, number}
		if s := connection.Status; s != 0 && s != 200 {
			c.report(c.at(place, -1, connection.Ended, Refused, "a stream was answered %d", s))
		}
		for _, cursor := range connection.Cursors {
			c.begun(rooms, place, cursor)
		}
		for i := range connection.Events {
			c.saw(rooms, place, i)
		}
	}
	for name, room := range rooms {
		if client.Left {
			break
		}
		if head := c.Rooms[name].Head; !room.broken && room.at != head {
			last := place{client, len(client.Connections) - 1}
			c.report(c.at(last, -1, last.connection().Ended, Lost, "%s never came to the head of %s, %d: it stands at %d", client.Name, name, head, room.at))
		}
	}
}

// heard is how far a client has come in a room.
type heard struct {
	at     chat.Position
	known  bool // at means something: it does not before the first event of a client that asked for the head
	ready  bool // on this connection
	broken bool
}

// begun checks that a connection begins where the client was: if not, the
// client is wrong, and nothing that it saw means anything.
func (c *checker) begun(rooms map[string]*heard, at place, cursor Cursor) {
	room := rooms[cursor.Room]
	if room == nil {
		room = &heard{}
		rooms[cursor.Room] = room
		if cursor.After != Head {
			room.at, room.known = cursor.After, true
		}
	}
	room.ready = false
	if room.known && !room.broken && cursor.After != room.at {
		room.broken = true
		c.report(c.at(at, -1, at.connection().Opened, Mistold, "%s was at %d of %s and asked for what follows %d", at.client.Name, room.at, cursor.Room, cursor.After))
	}
}

func (c *checker) saw(rooms map[string]*heard, at place, i int) {
	e := &at.connection().Events[i]
	room := rooms[e.Room]
	switch {
	case e.Kind == Odd || room == nil:
		c.report(c.at(at, i, e.At, Mistold, "an event that nobody asked for: %s", e))
	case room.broken:
	default:
		if v := c.step(room, at, i); v.Kind != "" {
			room.broken = true
			c.report(v)
		}
	}
}

// step takes the next event of a room. A Violation without a kind is none.
func (c *checker) step(room *heard, at place, i int) Violation {
	e := &at.connection().Events[i]
	switch e.Kind {
	case Ready:
		if room.ready || room.known && e.Position != room.at {
			return c.at(at, i, e.At, Mistold, "ready says %d of %s, and the client is at %d", e.Position, e.Room, room.at)
		}
		room.at, room.known, room.ready = e.Position, true, true
	case Reset:
		if room.ready || !room.known || e.Position-room.at <= c.ReplayLimit {
			return c.at(at, i, e.At, Lost, "a reset to %d of %s for a client at %d, which can be served", e.Position, e.Room, room.at)
		}
		room.at = e.Position
	case Said:
		return c.said(room, at, i)
	}
	return Violation{}
}

func (c *checker) said(room *heard, at place, i int) Violation {
	e := &at.connection().Events[i]
	switch {
	case room.known && e.Position <= room.at:
		return c.at(at, i, e.At, Twice, "position %d of %s came again: the client is at %d", e.Position, e.Room, room.at)
	case room.known && e.Position > room.at+1 && later(at.connection().Events[i:], e.Room, room.at+1):
		return c.at(at, i, e.At, Reordered, "position %d of %s came before %d", e.Position, e.Room, room.at+1)
	case room.known && e.Position > room.at+1:
		return c.at(at, i, e.At, Lost, "position %d of %s never came: after %d came %d", room.at+1, e.Room, room.at, e.Position)
	case e.Message.Revision != e.Position || e.Message.Room != e.Room:
		return c.at(at, i, e.At, Content, "the frame of position %d of %s carries %s", e.Position, e.Room, e.Message)
	}
	row := c.row(e.Room, e.Position)
	switch {
	case row == nil:
		return c.at(at, i, e.At, Phantom, "position %d of %s was delivered, and is not stored", e.Position, e.Room)
	case *row != *e.Message:
		return c.at(at, i, e.At, Content, "position %d of %s was delivered as %s, and is stored as %s", e.Position, e.Room, e.Message, row)
	}
	room.at, room.known = e.Position, true
	return Violation{}
}

func later(events []Event, room string, position chat.Position) bool {
	for i := range events {
		if e := &events[i]; e.Kind == Said && e.Room == room && e.Position == position {
			return true
		}
	}
	return false
}

// row returns what is stored at a position, or nil. Positions are dense, or
// stored has objected already.
func (c *checker) row(room string, position chat.Position) *Message {
	rows := c.Rooms[room].Messages
	if position < 1 || position > int64(len(rows)) || rows[position-1].Revision != position {
		return nil
	}
	return rows[position-1]
}
