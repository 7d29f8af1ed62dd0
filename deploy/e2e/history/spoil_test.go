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

func stored(h *History, body string) *Row {
	for _, log := range h.Logs {
		for _, m := range log.Rows {
			if m.Key == "" && m.Body == body {
				return m
			}
		}
	}
	return nil
}

func replace(h *History, body string, with Row) { *stored(h, body) = with }

func unstore(h *History, body string) {
	m := stored(h, body)
	h.Logs[m.Log] = without(h.Logs[m.Log], m)
}

func unpost(h *History, body string) {
	h.Posts = slices.DeleteFunc(h.Posts, func(p Post) bool { return p.Body == body })
}

// hole gives the last row of hot the position after the next.
func hole(h *History) {
	rows := h.Logs["hot"].Rows
	rows[8].ID, rows[8].Revision = 10, 10
	setHead(h, "hot", 10)
}

func setHead(h *History, name string, head chat.Position) {
	log := h.Logs[name]
	log.Head = head
	h.Logs[name] = log
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
	e := Event{At: c.Ended, Kind: Said, Log: "hot", Position: 10, Row: &Row{Log: "hot", ID: 10, Revision: 10, Body: "?"}}
	c.Events = append(c.Events, e)
}

func reset(c *Connection, at chat.Position) {
	c.Events = []Event{{Kind: Reset, Log: "hot", Position: at}, {Kind: Ready, Log: "hot", Position: at}}
}

func eventMessage(body string) *chat.Message {
	return &chat.Message{ID: 1, Revision: 1, Room: "hot", Username: "ada", Body: body}
}
