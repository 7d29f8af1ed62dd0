package demo

import (
	"time"

	"parley/core/chat"
)

// A message of an exchange follows the one before soon, an exchange another
// after a while.
const (
	soon     = 0.12
	leastGap = 0.5
	moreGap  = 5.0
	maxDelay = 4 // messages that are said before one is changed
)

// history is what was said in one room, with the positions of its log.
type history struct {
	messages []said
	head     chat.Position
	due      []amendment // in the order in which they are made
}

// amendment is what becomes of a message after some others were said.
type amendment struct {
	message int // its place in messages
	after   int // how many of them there are by then
}

// write lets n messages be said in a room whose log ends at head.
func (s *script) write(n int, head chat.Position, from, to time.Time) *history {
	h := &history{messages: make([]said, 0, n), head: head}
	c := newClock(from, to, n)
	for len(h.messages) < n {
		weight := leastGap + moreGap*s.dice.Float64()
		first := len(h.messages)
		for _, m := range s.next() {
			if len(h.messages) == n {
				break
			}
			at := c.next(weight)
			weight = soon
			h.apply(s, at, false)
			h.say(s, m, first, at)
		}
	}
	h.apply(s, to, true)
	return h
}

// say appends a message, at the next position. What becomes of it is due later.
func (h *history) say(s *script, m said, first int, at time.Time) {
	h.head++
	m.message.ID, m.message.Revision, m.message.CreatedAt = h.head, h.head, at
	if place := m.message.ReplyTo; place > 0 {
		m.message.ReplyTo = h.messages[first+int(place)-1].message.ID
	}
	if place := m.message.Thread; place > 0 {
		m.message.Thread = h.messages[first+int(place)-1].message.ID
	}
	if m.line.changed() {
		after := len(h.messages) + 1 + s.dice.IntN(maxDelay)
		h.due = append(h.due, amendment{len(h.messages), after})
	}
	h.messages = append(h.messages, m)
}

// apply makes the changes that are due, or all of them, each at a position of
// its own.
func (h *history) apply(s *script, at time.Time, all bool) {
	left := h.due[:0]
	for _, c := range h.due {
		if !all && c.after > len(h.messages) {
			left = append(left, c)
			continue
		}
		m := &h.messages[c.message]
		h.head++
		m.message.Revision = h.head
		s.become(m, at)
	}
	h.due = left
}
