package history

import (
	"fmt"
	"slices"
	"time"
)

// Summary counts what a history holds.
type Summary struct {
	Runs         int
	Posts        int // attempts
	Acknowledged int
	Unanswered   int
	Stored       int
	Deliveries   int
	Connections  int
	Resets       int
	Acts         int // changes of memberships
	Changes      int // of messages
	Faults       int
	Violations   int
	Slowest      time.Duration // delivery to a stream that was live when the post was answered, since the answer
	Median       time.Duration // of these, of the last history added
}

// Summarize counts.
func (h *History) Summarize() Summary {
	s := Summary{Runs: 1, Posts: len(h.Posts), Acts: len(h.Acts), Changes: len(h.Changes), Faults: len(h.Faults)}
	answered := make(map[spot]time.Duration)
	for _, p := range h.Posts {
		switch {
		case p.acknowledged():
			s.Acknowledged++
			if p.Status == 201 {
				answered[spot{p.Room, p.ID}] = p.Answered
			}
		case p.Status == 0:
			s.Unanswered++
		}
	}
	for _, log := range h.Logs {
		s.Stored += log.messages()
	}
	var late []time.Duration
	for _, client := range h.Clients {
		for _, connection := range client.Connections {
			s.Connections++
			for _, d := range s.count(connection, answered) {
				late = append(late, d.Late)
			}
		}
	}
	if len(late) > 0 {
		slices.Sort(late)
		s.Median, s.Slowest = late[len(late)/2], late[len(late)-1]
	}
	return s
}

// Delivery is that of a post to a stream that was live when the post was answered.
type Delivery struct {
	Room     string
	Answered time.Duration
	Late     time.Duration // since the answer
}

// Deliveries returns all deliveries, in no order.
func (h *History) Deliveries() (all []Delivery) {
	answered := make(map[spot]time.Duration)
	for _, p := range h.Posts {
		if p.Status == 201 {
			answered[spot{p.Room, p.ID}] = p.Answered
		}
	}
	var s Summary
	for _, client := range h.Clients {
		for _, connection := range client.Connections {
			all = append(all, s.count(connection, answered)...)
		}
	}
	return all
}

func (l *Log) messages() (n int) {
	for _, row := range l.Rows {
		if row.Key == "" {
			n++
		}
	}
	return n
}

type spot struct {
	room string
	at   int64
}

// count counts a connection's events and returns how late each message came of
// those posted while it was live.
func (s *Summary) count(connection *Connection, answered map[spot]time.Duration) []Delivery {
	ready := make(map[string]time.Duration)
	var late []Delivery
	for i := range connection.Events {
		e := &connection.Events[i]
		switch e.Kind {
		case Ready:
			ready[e.Log] = e.At
		case Reset:
			s.Resets++
		case Said:
			s.Deliveries++
			if e.Row.Key != "" || e.Row.ID != e.Row.Revision {
				continue // not a post
			}
			since, live := ready[e.Log]
			at, known := answered[spot{e.Log, e.Position}]
			if live && known && since < at {
				late = append(late, Delivery{Room: e.Log, Answered: at, Late: max(e.At-at, 0)})
			}
		}
	}
	return late
}

// Add adds the counts of another run.
func (s *Summary) Add(o Summary) {
	s.Runs += o.Runs
	s.Posts += o.Posts
	s.Acknowledged += o.Acknowledged
	s.Unanswered += o.Unanswered
	s.Stored += o.Stored
	s.Deliveries += o.Deliveries
	s.Connections += o.Connections
	s.Resets += o.Resets
	s.Acts += o.Acts
	s.Changes += o.Changes
	s.Faults += o.Faults
	s.Violations += o.Violations
	s.Slowest = max(s.Slowest, o.Slowest)
	s.Median = o.Median
}

// String returns the counts in one line.
func (s Summary) String() string {
	return fmt.Sprintf("%d posts (%d acknowledged, %d unanswered), %d stored, %d deliveries over %d connections, %d resets, %d changes, %d moves, %d faults, %d violations; live: median %s, slowest %s",
		s.Posts, s.Acknowledged, s.Unanswered, s.Stored, s.Deliveries, s.Connections, s.Resets, s.Changes, s.Acts, s.Faults, s.Violations,
		s.Median.Round(time.Millisecond), s.Slowest.Round(time.Millisecond))
}
