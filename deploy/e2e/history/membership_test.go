package history

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// moving is a history of a private room, den: dan listens all the time to
// everything of his, is added, removed and added back; eve never is in it; fay
// misses the half of it, and comes back.
func moving() *simulation {
	s := simulate("hot", "den", "pit", "@dan", "@eve", "@fay")
	den := s.logs["den"]
	den.Private = true
	s.logs["den"] = den
	s.move("dan", "hot", true, 204)
	s.move("eve", "hot", true, 204)
	s.move("fay", "den", true, 204)
	s.listen("dan-1", "dan")
	s.listen("eve-1", "eve")
	s.listen("fay-1", "fay")
	s.post("den", "before dan", "", 201)
	s.post("hot", "hello", "", 201)
	s.move("dan", "den", true, 204)
	s.post("den", "dan hears", "", 201)
	s.move("dan", "den", false, 0)
	s.cut("fay-1")
	s.post("den", "dan is out", "", 201)
	s.move("dan", "den", false, 204)
	s.move("fay", "den", false, 204)
	s.move("fay", "den", true, 204)
	s.post("den", "dan is still out", "", 201)
	s.move("dan", "den", true, 204)
	s.post("den", "dan is back", "", 201)
	s.listen("fay-1", "fay")
	s.post("den", "all hear", "", 201)
	s.move("dan", "hot", false, 204)
	s.move("dan", "den", true, 204) // again: changes nothing
	s.move("dan", "pit", true, 204)
	s.cut("dan-1")
	s.listen("dan-1", "dan")
	for _, name := range []string{"dan-1", "eve-1", "fay-1"} {
		s.cut(name)
	}
	return s
}

func TestNothingAgainstMoving(t *testing.T) {
	t.Parallel()
	h := moving().history()
	for _, v := range Check(h) {
		t.Error(v)
	}
	if got := heardIn(h.Clients[0], "den"); !slices.Equal(got, []string{"dan hears", "dan is back", "all hear"}) {
		t.Errorf("dan heard %q", got)
	}
	if got := heardIn(h.Clients[1], "den"); got != nil {
		t.Errorf("eve heard %q", got)
	}
}

func heardIn(c *Client, log string) (bodies []string) {
	for _, connection := range c.Connections {
		for _, e := range connection.Events {
			if e.Kind == Said && e.Log == log {
				bodies = append(bodies, e.Row.Body)
			}
		}
	}
	return bodies
}

// insert adds an event after the i-th, at the same time and a bit.
func insert(c *Connection, i int, e Event) {
	e.At = c.Events[i].At + time.Millisecond
	c.Events = slices.Insert(c.Events, i+1, e)
}

// index finds the event that says body, or the n-th of a log.
func index(c *Connection, find func(*Event) bool) int {
	for i := range c.Events {
		if find(&c.Events[i]) {
			return i
		}
	}
	return -1
}

func says(body string) func(*Event) bool {
	return func(e *Event) bool { return e.Kind == Said && e.Row.Body == body }
}

func leaves(room string) func(*Event) bool {
	return func(e *Event) bool { return e.Kind == Said && e.Row.room() == room && !e.Row.Member }
}

func TestBrokenMoving(t *testing.T) {
	t.Parallel()
	dan := func(h *History) *Connection { return h.Clients[0].Connections[0] }
	eve := func(h *History) *Connection { return h.Clients[1].Connections[0] }
	fay := func(h *History) *Connection { return h.Clients[2].Connections[1] }
	said := func(h *History, body string) Event {
		row := stored(h, body)
		return Event{Kind: Said, Log: "den", Position: row.Revision, Row: row}
	}
	last := func(c *Connection) int { return len(c.Events) - 1 }
	// within is where dan is out, for longer than the grace, and acknowledged.
	within := func(h *History) time.Duration { return *postedAt(h, "dan is still out") + time.Second }
	at := func(c *Connection, e Event, at time.Duration) {
		e.At = at
		i := index(c, func(o *Event) bool { return o.At > at })
		c.Events = slices.Insert(c.Events, i, e)
	}
	for _, row := range []struct {
		name  string
		spoil func(*History)
		kind  Class
		text  string
	}{
		{"a message after the removal", func(h *History) { at(dan(h), said(h, "dan is still out"), within(h)) }, Leaked, "who was out since"},
		{"somebody typing after the removal", func(h *History) { at(dan(h), Event{Kind: Notice, Log: "den", Text: "typing"}, within(h)) }, Leaked, "who was out since"},
		{"a ready after the removal", func(h *History) { at(dan(h), Event{Kind: Ready, Log: "den", Position: 3}, within(h)) }, Leaked, "who was out since"},
		{"a message for who never was there", func(h *History) { insert(eve(h), last(eve(h)), said(h, "all hear")) }, Leaked, "never in it"},
		{"a ready for who never was there", func(h *History) { insert(eve(h), last(eve(h)), Event{Kind: Ready, Log: "den", Position: 1}) }, Leaked, "never in it"},
		{"a message before the joining", func(h *History) { at(dan(h), said(h, "before dan"), *postedAt(h, "before dan")+500*time.Millisecond) }, Leaked, "never in it"},
		{"the first message after coming back is missing", func(h *History) { c := dan(h); drop(c, index(c, says("dan is back"))) }, Lost, "of den never came"},
		{"the last is missing", func(h *History) {
			for _, c := range h.Clients[0].Connections {
				if i := index(c, says("all hear")); i >= 0 {
					drop(c, i)
				}
			}
			c := h.Clients[0].Connections[1]
			c.Events = slices.DeleteFunc(c.Events, func(e Event) bool { return e.Log == "den" })
			c.Cursors = slices.DeleteFunc(c.Cursors, func(c Cursor) bool { return c.Log == "den" })
		}, Lost, "never got anything of den"},
		{"what was missed while away is missing", func(h *History) { c := fay(h); drop(c, index(c, says("dan is still out"))) }, Lost, "of den never came"},
		{"a membership is missing", func(h *History) { c := dan(h); drop(c, index(c, leaves("hot"))) }, Lost, "of @dan never came"},
		{"a membership comes twice", func(h *History) { c := dan(h); i := index(c, leaves("den")); insert(c, i, c.Events[i]) }, Twice, "of @dan came again"},
		{"a membership that never was", func(h *History) {
			c := eve(h)
			insert(c, last(c), Event{Kind: Said, Log: "@eve", Position: 2, Row: &Row{Log: "@eve", Key: "membership den", Revision: 2, Member: true}})
		}, Phantom, "position 2 of @eve"},
		{"a membership of another", func(h *History) { c := eve(h); e := dan(h).Events[0]; insert(c, last(c), e) }, Mistold, "nobody asked for"},
		{"added, and not stored", func(h *History) {
			h.Acts = append(h.Acts, Act{By: "mod", Person: "eve", Room: "den", Member: true, Sent: 1, Answered: time.Hour, Status: 204})
		}, Lost, "was never so for eve"},
		{"removed, and not stored", func(h *History) {
			h.Acts = append(h.Acts, Act{By: "mod", Person: "eve", Room: "hot", Sent: time.Hour, Answered: 2 * time.Hour, Status: 204})
		}, Lost, "was never so for eve"},
		{"refused", func(h *History) { h.Acts[0].Status = 409 }, Refused, "answered 409"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			h := moving().history()
			row.spoil(h)
			found := Check(h)
			if !slices.ContainsFunc(found, func(v Violation) bool { return v.Kind == row.kind && strings.Contains(v.String(), row.text) }) {
				t.Errorf("found %v, want %q with %q", found, row.kind, row.text)
			}
		})
	}
}

func postedAt(h *History, body string) *time.Duration { return &attempt(h, body).Answered }

// Who was out and is back, and is told of both by one event, is not owed what was
// said meanwhile; also if nothing was told of the room before.
func TestOutAndBackAtOnce(t *testing.T) {
	t.Parallel()
	s := simulate("den", "@dan")
	den := s.logs["den"]
	den.Private = true
	s.logs["den"] = den
	s.move("dan", "den", true, 204)
	s.listen("dan-1", "dan")
	s.post("den", "dan hears", "", 201)
	s.move("dan", "den", false, 204)
	s.post("den", "dan is out", "", 201)
	s.move("dan", "den", true, 204)
	s.post("den", "dan is back", "", 201)
	s.cut("dan-1")
	h := s.history()
	c := h.Clients[0].Connections[0]
	drop(c, index(c, leaves("den")))
	for _, v := range Check(h) {
		t.Error(v)
	}
	drop(c, index(c, says("dan is back")))
	if found := Check(h); len(found) == 0 {
		t.Error("nobody missed what was said after the coming back")
	}
}

// What a stream began with may still come when its person is told to be out.
func TestStragglersMeanNothing(t *testing.T) {
	t.Parallel()
	h := moving().history()
	c := h.Clients[0].Connections[0]
	i := index(c, leaves("den"))
	e := c.Events[i]
	c.Events = slices.Insert(c.Events, i+1, Event{At: e.At, Kind: Ready, Log: "den", Position: 1})
	if found := Check(h); len(found) != 0 {
		t.Error(found)
	}
}

// What comes within the grace, or was held up by a fault, is nobody's fault.
func TestGrace(t *testing.T) {
	t.Parallel()
	h := moving().history()
	c := h.Clients[0].Connections[0]
	e := Event{Kind: Notice, Log: "den", Text: "typing", At: attempt(h, "dan is still out").Answered}
	c.Events = slices.Insert(c.Events, index(c, func(o *Event) bool { return o.At > e.At }), e)
	if len(Check(h)) != 1 {
		t.Fatal("a leak went unnoticed")
	}
	h.Grace = time.Hour
	if found := Check(h); len(found) != 0 {
		t.Errorf("within the grace: %v", found)
	}
	h.Grace = 2 * time.Second
	h.Faults = []Fault{{Name: "stream frozen", From: e.At - 10*time.Second, To: e.At - time.Second}}
	if len(Check(h)) != 1 {
		t.Error("a fault that holds nothing excused a leak")
	}
	h.Faults[0].Holds = true
	if found := Check(h); len(found) != 0 {
		t.Errorf("held up by a fault: %v", found)
	}
}
