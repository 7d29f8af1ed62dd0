package history

import (
	"slices"
	"strings"
	"testing"

	"parley/core/chat"
)

// superseded is a history in which things change after they were made: bob is
// there all the time, cyd comes when positions 2, 3, 4 and 6 are superseded.
//
//	position   1      2      3        4      5      6        7      8
//	holds      one    two    room     one    three  room     two    room
func superseded() *simulation {
	s := simulate("hot")
	s.client("bob").Connections = []*Connection{{Cursors: []Cursor{{"hot", 0}}, Status: 200}}
	s.at["bob"]["hot"], s.live["bob"] = 0, s.known["bob"].Connections[0]
	s.mark("bob", "hot")
	s.post("hot", "one", "", 201)
	s.post("hot", "two", "", 201)
	s.retitle("hot", "first")
	s.touch(stored(s.history(), "one"))
	s.post("hot", "three", "", 201)
	s.retitle("hot", "second")
	s.touch(stored(s.history(), "two"))
	s.connect("cyd", -1, "hot") // gets 4, 5, 6, 7
	s.retitle("hot", "third")
	s.cut("bob")
	s.connect("cyd", -1, "hot")
	return s
}

func TestNothingAgainstSuperseding(t *testing.T) {
	t.Parallel()
	h := superseded().history()
	for _, v := range Check(h) {
		t.Error(v)
	}
	for name, want := range map[string][]chat.Position{"bob": {1, 2, 3, 4, 5, 6, 7, 8}, "cyd": {4, 5, 6, 7, 8}} {
		if got := positions(h, name); !slices.Equal(got, want) {
			t.Errorf("%s got %v, want %v", name, got, want)
		}
	}
}

func positions(h *History, client string) (all []chat.Position) {
	for _, c := range h.Clients {
		for _, connection := range c.Connections {
			for _, e := range connection.Events {
				if c.Name == client && e.Kind == Said {
					all = append(all, e.Position)
				}
			}
		}
	}
	return all
}

func TestBrokenSuperseding(t *testing.T) {
	t.Parallel()
	bob := func(h *History) *Connection { return h.Clients[0].Connections[0] }
	cyd := func(h *History) *Connection { return h.Clients[1].Connections[0] }
	for _, row := range []struct {
		name  string
		spoil func(*History)
		kind  Class
		text  string
	}{
		{"a live change left out before it was superseded", func(h *History) { drop(bob(h), 3) }, Lost, "position 3 of hot never came"},
		{"a last change left out of a replay", func(h *History) { drop(cyd(h), 0) }, Lost, "position 4 of hot never came"},
		{"a last change of the room left out", func(h *History) { c := h.Clients[1].Connections[1]; c.Events = nil }, Lost, "never came to the head of hot, 8"},
		{"a change delivered as it was before", func(h *History) { cyd(h).Events[3].Row.Data = "" }, Content, "delivered as"},
		{"an edit under its first position", func(h *History) { e := &bob(h).Events[5]; e.Position, e.Row.Revision = 3, 3 }, Twice, "came again"},
		{"a superseded version of something else", func(h *History) { bob(h).Events[1].Row.Body = "two" }, Content, "delivered as"},
		{"a version that never was", func(h *History) {
			e := &bob(h).Events[8]
			e.Position, e.Row.Revision = 9, 9
		}, Lost, "position 8 of hot never came"},
		{"a position that nothing holds", func(h *History) { log := h.Logs["hot"]; log.Past = log.Past[1:]; h.Logs["hot"] = log }, Hole, "after 0"},
		{"a position that two things hold", func(h *History) { h.Logs["hot"].Past[0].Revision = 3 }, Hole, "held by two"},
		{"an edit that went back", func(h *History) {
			rows := h.Logs["hot"].Rows
			past := h.Logs["hot"].Past
			*rows[1], *past[0] = *past[0], *rows[1]
		}, Hole, "superseded"},
		{"a thing that is gone", func(h *History) {
			log := h.Logs["hot"]
			log.Rows = log.Rows[:len(log.Rows)-1]
			log.Head--
			h.Logs["hot"] = log
		}, Hole, "not superseded"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			h := superseded().history()
			row.spoil(h)
			found := Check(h)
			if !slices.ContainsFunc(found, func(v Violation) bool { return v.Kind == row.kind && strings.Contains(v.String(), row.text) }) {
				t.Errorf("found %v, want %q with %q", found, row.kind, row.text)
			}
		})
	}
}

// A forgery may stand for a moment, if a reset takes it back.
func TestForgery(t *testing.T) {
	t.Parallel()
	s := simulate("hot")
	s.post("hot", "one", "", 201)
	s.post("hot", "two", "", 201)
	s.connect("cyd", -1, "hot")
	h := s.history()
	c := h.Clients[0].Connections[0]
	forged := Row{Log: "hot", ID: 2, Revision: 2, Username: "mallory", Body: "lies"}
	truth := c.Events[1]
	c.Events = []Event{c.Events[0], {At: truth.At, Kind: Said, Log: "hot", Position: 2, Row: &forged}}
	if found := Check(h); len(found) != 1 || found[0].Kind != Phantom && found[0].Kind != Content {
		t.Errorf("a forgery of nobody's: %v", found)
	}
	h.Forged = []Row{forged}
	if found := Check(h); len(found) != 1 || found[0].Kind != Phantom {
		t.Errorf("a forgery that stays: %v", found)
	}
	c.Events = append(c.Events, Event{At: truth.At, Kind: Reset, Log: "hot", Position: 1}, truth)
	if found := Check(h); len(found) != 0 {
		t.Errorf("a forgery taken back: %v", found)
	}
	late := truth
	late.At += h.Grace + 1
	c.Events = slices.Insert(c.Events, 2, late)
	if found := Check(h); len(found) != 1 || found[0].Kind != Phantom {
		t.Errorf("a forgery taken back late: %v", found)
	}
}
