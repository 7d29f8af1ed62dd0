package history

import (
	"slices"

	"parley/core/chat"
)

// What the tests do to a history.

func attempt(h *History, body string) *Post {
	for i := range h.Posts {
		if h.Posts[i].Body == body {
			return &h.Posts[i]
		}
	}
	return nil
}

func stored(h *History, body string) *Message {
	for _, room := range h.Rooms {
		for _, m := range room.Messages {
			if m.Body == body {
				return m
			}
		}
	}
	return nil
}

func replace(h *History, body string, with Message) { *stored(h, body) = with }

func unstore(h *History, body string) {
	m := stored(h, body)
	rows := slices.DeleteFunc(slices.Clone(h.Rooms[m.Room].Messages), func(row *Message) bool { return row == m })
	h.Rooms[m.Room] = Room{Head: int64(len(rows)), Messages: rows}
}

func unpost(h *History, body string) {
	h.Posts = slices.DeleteFunc(h.Posts, func(p Post) bool { return p.Body == body })
}

// hole gives the last row of hot the position after the next.
func hole(h *History) {
	rows := h.Rooms["hot"].Messages
	rows[8].ID, rows[8].Revision = 10, 10
	h.Rooms["hot"] = Room{Head: 10, Messages: rows}
}

// connection returns bob's connection i, counted from 0, or -1 for cyd's last.
func connection(h *History, i int) *Connection {
	if i < 0 {
		return h.Clients[1].Connections[1]
	}
	return h.Clients[0].Connections[i]
}

func drop(c *Connection, i int) { c.Events = slices.Delete(c.Events, i, i+1) }

func phantom(h *History) {
	c := connection(h, -1)
	e := Event{At: c.Ended, Kind: Said, Room: "hot", Position: 10, Message: &Message{Room: "hot", ID: 10, Revision: 10, Body: "?"}}
	c.Events = append(c.Events, e)
}

func reset(c *Connection, at chat.Position) {
	c.Events = []Event{{Kind: Reset, Room: "hot", Position: at}, {Kind: Ready, Room: "hot", Position: at}}
}

func eventMessage(body string) chat.Message {
	return chat.Message{ID: 1, Revision: 1, Room: "hot", Username: "ada", Body: body}
}
