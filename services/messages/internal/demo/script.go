package demo

import (
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"time"

	"parley/core/chat"
	"parley/core/markup"
)

// said is a message of a room, and what becomes of it.
type said struct {
	message chat.Message // ReplyTo and Thread are places in the exchange, from 1, until they are positions
	was     string       // its body before it was changed; "" if it wasn't
	line    line
}

// changed reports whether anything becomes of the message after it was said.
func (l line) changed() bool { return l.edited != "" || l.pin || l.delete || len(l.reactions) > 0 }

// script is what is said in one room, without end.
type script struct {
	place     place
	exchanges [][]line
	order     []int           // in which exchanges come; made anew when it is used up
	pinned    map[string]bool // the first lines of exchanges with a pin that have come
	dice      *rand.Rand
}

func newScript(p place) (*script, error) {
	exchanges, err := read(p.talks)
	if err != nil {
		return nil, err
	}
	seed := fnv.New64()
	_, _ = seed.Write([]byte(p.name))                       // it never fails
	dice := rand.New(rand.NewPCG(seed.Sum64(), 0x7061726c)) //nolint:gosec // the same every time
	return &script{place: p, exchanges: exchanges, pinned: make(map[string]bool), dice: dice}, nil
}

// next returns the next exchange, of which each message answers one of the same.
// ReplyTo and Thread are places in it, from 1.
func (s *script) next() (exchange []said) {
	if len(s.order) == 0 {
		s.order = s.dice.Perm(len(s.exchanges))
	}
	lines := s.exchanges[s.order[0]]
	s.order = s.order[1:]
	if slices.ContainsFunc(lines, func(l line) bool { return l.pin }) {
		if s.pinned[lines[0].text] {
			return s.next() // what is pinned is said once
		}
		s.pinned[lines[0].text] = true
	}
	speakers := s.speakers()
	filled := newSlots(s.dice, speakers)
	thread := false
	for _, l := range lines {
		l.text, l.edited = filled.fill(l.text), filled.fill(l.edited)
		m := chat.Message{Room: s.place.name, Username: speakers[l.speaker%len(speakers)], Body: l.text}
		thread = thread || l.thread
		switch {
		case l.reply && thread:
			m.Thread = 1
		case l.reply:
			m.ReplyTo = 1
		}
		exchange = append(exchange, said{message: m, line: l})
	}
	return exchange
}

// speakers returns who A to D are, or as many as there are.
func (s *script) speakers() (names []string) {
	for _, i := range s.dice.Perm(len(s.place.members))[:min(4, len(s.place.members))] {
		names = append(names, s.place.members[i])
	}
	return names
}

// become gives a message the look that it has after all that becomes of it.
func (s *script) become(m *said, at time.Time) {
	switch {
	case m.line.delete:
		m.was = m.message.Body
		m.message.Body, m.message.Deleted = "", true
		return
	case m.line.edited != "":
		m.was = m.message.Body
		m.message.Body, m.message.EditedAt = m.line.edited, at
	}
	if m.line.pin {
		m.message.PinnedAt, m.message.PinnedBy = at, m.message.Username
	}
	m.message.Reactions = s.reactions(m)
}

// reactions returns who reacted with what: others than the author, if there are
// enough of them.
func (s *script) reactions(m *said) (all []chat.Reaction) {
	people := s.dice.Perm(len(s.place.members))
	for i, emoji := range m.line.reactions {
		who := s.place.members[people[i%len(people)]]
		at := slices.IndexFunc(all, func(r chat.Reaction) bool { return r.Emoji == emoji })
		if at < 0 {
			all, at = append(all, chat.Reaction{Emoji: emoji}), len(all)
		}
		if !slices.Contains(all[at].People, who) {
			all[at].People = append(all[at].People, who)
		}
	}
	return all
}

// render fills in what follows from the body.
func (s *script) render(m *chat.Message) {
	for _, name := range markup.Mentions(m.Body) {
		if name == chat.MentionRoom || name == chat.MentionHere || slices.Contains(s.place.members, name) {
			m.Mentions = append(m.Mentions, name)
		}
	}
	m.HTML = markup.Render(m.Body, m.Mentions)
}
