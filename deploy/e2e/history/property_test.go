package history

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"parley/core/wire"
)

// Whatever a Parley that keeps its promises does, nothing is held against it;
// and whatever one thing a listener saw otherwise, or a row held otherwise, is.
func TestOneFaultInAnyHistory(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		h := draw(t).history()
		if found := Check(h); len(found) != 0 {
			t.Fatalf("a good history: %v", found)
		}
		fault := rapid.SampledFrom(faults).Draw(t, "fault")
		if !fault.spoil(t, h) {
			t.Skip("nothing there to spoil") // rapid draws another history
		}
		if len(Check(h)) == 0 {
			t.Fatalf("%s went unnoticed", fault)
		}
	})
}

// draw runs a random script on a simulation: posts, edits, new titles, moves
// in and out of a private room, listeners that come and go; in the end
// everybody is at the head.
func draw(t *rapid.T) *simulation {
	rooms, people := []string{"hot", "calm"}, []string{"gus", "hal"}
	s := simulate("hot", "calm", "den", "@gus", "@hal")
	den := s.logs["den"]
	den.Private = true
	s.logs["den"] = den
	room, client := rapid.SampledFrom(append(rooms, "den")), rapid.SampledFrom([]string{"bob", "cyd"})
	person := rapid.SampledFrom(people)
	answers := rapid.SampledFrom([][]int{{201}, {201}, {201}, {0}, {503, 0, 200}, {0, 200, 200}})
	for i := range rapid.IntRange(3, 60).Draw(t, "steps") {
		switch rapid.SampledFrom([]string{"post", "post", "touch", "amend", "amend", "retitle", "connect", "move", "move", "listen", "cut"}).Draw(t, "step") {
		case "post":
			body, clientID, statuses := fmt.Sprintf("message %d", i), "", answers.Draw(t, "answers")
			if len(statuses) > 1 {
				clientID = fmt.Sprintf("id-%d", i)
			}
			s.post(room.Draw(t, "room"), body, clientID, statuses...)
		case "touch":
			if m, ok := row(t, s.history()); ok {
				s.touch(m)
			}
		case "amend":
			if m, ok := row(t, s.history()); ok {
				s.amendAtRandom(t, m, i, answers.Draw(t, "answers"))
			}
		case "retitle":
			s.retitle(room.Draw(t, "room"), fmt.Sprintf("title %d", i))
		case "connect":
			s.connect(client.Draw(t, "client"), rapid.IntRange(0, 4).Draw(t, "most"), rooms...)
		case "move":
			s.move(person.Draw(t, "person"), room.Draw(t, "room"), rapid.Bool().Draw(t, "member"), rapid.SampledFrom([]int{204, 0}).Draw(t, "status"))
		case "listen":
			who := person.Draw(t, "person")
			s.cut(who)
			s.listen(who, who)
		case "cut":
			s.cut(person.Draw(t, "person"))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.known)) {
		if c := s.known[name]; c.Everything {
			s.cut(name)
			s.listen(name, c.Person)
			s.cut(name)
		} else {
			s.connect(name, -1, rooms...)
		}
	}
	return s
}

func (s *simulation) amendAtRandom(t *rapid.T, m *Row, i int, answers []int) {
	aim, with, by := rapid.SampledFrom([]Aim{Edit, Delete, React, Unreact, Pin, Unpin}).Draw(t, "aim"), "", "zoe"
	switch aim {
	case Edit:
		with, by = fmt.Sprintf("edit %d", i), m.Username
	case React, Unreact:
		with = rapid.SampledFrom([]string{"👍", "🎉"}).Draw(t, "emoji")
	}
	answers = slices.Clone(answers)
	for i, status := range answers {
		if status == 201 {
			answers[i] = 200
		}
	}
	s.amend(by, m, aim, with, answers...)
}

type fault struct {
	name  string
	spoil func(*rapid.T, *History) bool
}

func (f fault) String() string { return f.name }

var faults = []fault{
	{"a last version that is missing", func(t *rapid.T, h *History) bool {
		c, i, ok := delivery(t, h, func(e *Event) bool { return !h.left(e.Log) && slices.Contains(h.Logs[e.Log].Rows, h.row(e)) })
		if ok {
			drop(c, i)
		}
		return ok
	}},
	{"a delivery that comes twice", func(t *rapid.T, h *History) bool {
		c, i, ok := delivery(t, h, all)
		if ok {
			c.Events = slices.Insert(c.Events, i+1, c.Events[i])
		}
		return ok
	}},
	{"a delivery that is not what is stored", func(t *rapid.T, h *History) bool {
		c, i, ok := delivery(t, h, all)
		if ok {
			c.Events[i].Row.Body += "!"
		}
		return ok
	}},
	{"a delivery from a room that one is not in", func(t *rapid.T, h *History) bool {
		c, i, ok := delivery(t, h, func(e *Event) bool { return e.Log == "@gus" || e.Log == "@hal" })
		if !ok || len(h.Logs["den"].Rows) == 0 {
			return false
		}
		for _, v := range h.versions(c.Events[i].Log) {
			if v.room() == "den" {
				return false
			}
		}
		den := h.Logs["den"].Rows[0]
		insert(c, i, Event{Kind: Said, Log: "den", Position: den.Revision, Row: den})
		return true
	}},
	{"a change that was acknowledged, and never made", func(t *rapid.T, h *History) bool {
		m, ok := row(t, h)
		if ok {
			h.Changes = append(h.Changes, Change{
				By: "mallory", Room: m.Log, ID: m.ID, Aim: React, With: "👍", Sent: 1 << 60, Answered: 1 << 61, Status: 200, Revision: m.Revision,
			})
		}
		return ok
	}},
	{"a change that nobody asked for", func(t *rapid.T, h *History) bool {
		m, ok := row(t, h)
		if ok {
			h.Changes = slices.DeleteFunc(h.Changes, func(c Change) bool { return c.Room == m.Log && c.ID == m.ID })
		}
		return ok && m.ID != m.Revision
	}},
	{"a history that says something else", func(t *rapid.T, h *History) bool {
		m, ok := row(t, h)
		if ok {
			h.Pages[m.Log][0] += " "
		}
		return ok
	}},
	{"a row that is not there", func(t *rapid.T, h *History) bool {
		m, ok := row(t, h)
		if ok {
			h.Logs[m.Log] = without(h.Logs[m.Log], m)
		}
		return ok && m != nil && acknowledgedOrSeen(h, m)
	}},
	{"a row that is another", func(t *rapid.T, h *History) bool {
		m, ok := row(t, h)
		if ok {
			said := m.message()
			said.Body += "!"
			*m = RowOf(wire.RoomTopic(m.Log), said)
		}
		return ok
	}},
	{"a position that was skipped", func(t *rapid.T, h *History) bool {
		m, ok := row(t, h)
		if ok {
			m.ID, m.Revision = m.ID+1, m.Revision+1
		}
		return ok
	}},
}

func all(*Event) bool { return true }

// row returns the version that e delivered, as it is stored.
func (h *History) row(e *Event) *Row {
	for _, row := range h.versions(e.Log) {
		if row.Revision == e.Position {
			return row
		}
	}
	return nil
}

func (h *History) versions(log string) []*Row {
	return slices.Concat(h.Logs[log].Rows, h.Logs[log].Past)
}

// left reports whether anybody left room: the last before that may never come.
func (h *History) left(room string) bool {
	return slices.ContainsFunc(slices.Concat(h.versions("@gus"), h.versions("@hal")), func(row *Row) bool {
		return row.room() == room && !row.Member
	})
}

func delivery(t *rapid.T, h *History, wanted func(*Event) bool) (*Connection, int, bool) {
	type place struct {
		c *Connection
		i int
	}
	var places []place
	for _, client := range h.Clients {
		for _, c := range client.Connections {
			for i := range c.Events {
				if e := &c.Events[i]; e.Kind == Said && wanted(e) {
					places = append(places, place{c, i})
				}
			}
		}
	}
	if len(places) == 0 {
		return nil, 0, false
	}
	p := rapid.SampledFrom(places).Draw(t, "delivery")
	return p.c, p.i, true
}

// row draws a message.
func row(t *rapid.T, h *History) (*Row, bool) {
	rows := slices.DeleteFunc(slices.Concat(h.Logs["hot"].Rows, h.Logs["calm"].Rows), func(row *Row) bool { return row.Key != "" })
	if len(rows) == 0 {
		return nil, false
	}
	return rapid.SampledFrom(rows).Draw(t, "row"), true
}

// without returns a log that lacks a row, with a head lower by one.
func without(log Log, m *Row) Log {
	log.Rows = slices.DeleteFunc(slices.Clone(log.Rows), func(row *Row) bool { return row == m })
	log.Head--
	return log
}

// acknowledgedOrSeen reports whether anybody can know of m: the last message of
// a room that got no answer and was delivered to nobody may be missing.
func acknowledgedOrSeen(h *History, m *Row) bool {
	for _, p := range h.Posts {
		if p.Body == m.Body && p.acknowledged() {
			return true
		}
	}
	seen := false
	for _, client := range h.Clients {
		for _, c := range client.Connections {
			seen = seen || index(c, func(e *Event) bool { return e.Kind == Said && e.Row.same(m) }) >= 0
		}
	}
	return seen || m.Revision <= h.Logs[m.Log].Head
}
