package history

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
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

// draw runs a random script on a simulation; in the end everybody is at the head.
func draw(t *rapid.T) *simulation {
	rooms := []string{"hot", "calm"}
	s := simulate(rooms...)
	room, client := rapid.SampledFrom(rooms), rapid.SampledFrom([]string{"bob", "cyd", "dan"})
	answers := rapid.SampledFrom([][]int{{201}, {201}, {201}, {0}, {503, 0, 200}, {0, 200, 200}})
	for i := range rapid.IntRange(3, 40).Draw(t, "steps") {
		if rapid.Bool().Draw(t, "post") {
			body, clientID, statuses := fmt.Sprintf("message %d", i), "", answers.Draw(t, "answers")
			if len(statuses) > 1 {
				clientID = fmt.Sprintf("id-%d", i)
			}
			s.post(room.Draw(t, "room"), body, clientID, statuses...)
			continue
		}
		s.connect(client.Draw(t, "client"), rapid.IntRange(0, 4).Draw(t, "most"), rooms...)
	}
	for name := range s.known {
		s.connect(name, -1, rooms...)
	}
	return s
}

type fault struct {
	name  string
	spoil func(*rapid.T, *History) bool
}

func (f fault) String() string { return f.name }

var faults = []fault{
	{"a delivery that is missing", func(t *rapid.T, h *History) bool {
		c, i, ok := delivery(t, h)
		if ok {
			drop(c, i)
		}
		return ok
	}},
	{"a delivery that comes twice", func(t *rapid.T, h *History) bool {
		c, i, ok := delivery(t, h)
		if ok {
			c.Events = append(c.Events, c.Events[i])
		}
		return ok
	}},
	{"a delivery that is not what is stored", func(t *rapid.T, h *History) bool {
		c, i, ok := delivery(t, h)
		if ok {
			c.Events[i].Message.Body += "!"
		}
		return ok
	}},
	{"a row that is not there", func(t *rapid.T, h *History) bool {
		m, ok := row(t, h)
		if ok {
			unstore(h, m.Body)
		}
		return ok && m != nil && acknowledgedOrSeen(h, m)
	}},
	{"a row that is another", func(t *rapid.T, h *History) bool {
		m, ok := row(t, h)
		if ok {
			m.Body += "!"
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

func delivery(t *rapid.T, h *History) (*Connection, int, bool) {
	type spot struct {
		c *Connection
		i int
	}
	var spots []spot
	for _, client := range h.Clients {
		for _, c := range client.Connections {
			for i := range c.Events {
				if c.Events[i].Kind == Said {
					spots = append(spots, spot{c, i})
				}
			}
		}
	}
	if len(spots) == 0 {
		return nil, 0, false
	}
	s := rapid.SampledFrom(spots).Draw(t, "delivery")
	return s.c, s.i, true
}

func row(t *rapid.T, h *History) (*Message, bool) {
	rows := append(append([]*Message(nil), h.Rooms["hot"].Messages...), h.Rooms["calm"].Messages...)
	if len(rows) == 0 {
		return nil, false
	}
	return rapid.SampledFrom(rows).Draw(t, "row"), true
}

// acknowledgedOrSeen reports whether anybody can know of m: the last message of
// a room that got no answer and was delivered to nobody may be missing.
func acknowledgedOrSeen(h *History, m *Message) bool {
	for _, p := range h.Posts {
		if p.Body == m.Body && p.acknowledged() {
			return true
		}
	}
	return len(h.Clients) > 0 || m.Revision <= h.Rooms[m.Room].Head
}
