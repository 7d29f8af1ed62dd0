package history

import (
	"cmp"
	"slices"
	"time"
)

// Check judges a history. It returns what is wrong with it, the earliest first:
// nothing for a system that keeps its promises.
//
//	logs          positions 1, 2, 3 … head, each held by one version of one thing
//	messages      each posted by somebody, as it is; a body once
//	changes       acknowledged is stored, at that revision, unless it was undone
//	              at once; each version is somebody's doing; deleted stays deleted
//	kept          every body that was replaced, and nothing else
//	pages         the history API answers what is stored, to the byte
//	posts         acknowledged is stored, at that position; one message for a
//	              client_id; refused is not stored; an answer received before
//	              another post was sent means a smaller position
//	listeners     each begins where its client stopped, delivers what follows,
//	              in order of revision, once, as it is stored; leaves out only
//	              what a later version had superseded by then; and ends at the
//	              head. ready says where it is; a reset comes only to a client
//	              that is more than ReplayLimit behind. What it has of each
//	              message, over all its connections, never goes back, and is in
//	              the end what the history API answers
//	memberships   acknowledged is stored; nothing of a room comes to a person
//	              who was never in it, or later than Grace after they were out;
//	              who comes in gets all from there on
func Check(h *History) []Violation {
	c := &checker{History: h, intents: intents(h.Posts)}
	c.open()
	c.lives()
	c.stored()
	c.changed()
	c.kept()
	c.pages()
	c.posted()
	c.ordered()
	c.acted()
	for _, client := range h.Clients {
		c.listened(client)
		c.admitted(client)
	}
	slices.SortStableFunc(c.found, func(a, b Violation) int { return cmp.Compare(a.At, b.At) })
	return c.found
}

type checker struct {
	*History
	ledgers map[string]*ledger
	intents map[string]*intent // by body
	lived   map[which]*life
	found   []Violation
}

// intent is a message that somebody meant to send: all attempts at it.
type intent struct {
	attempts []Post // in the order in which they were sent
	row      *Row
}

func intents(posts []Post) map[string]*intent {
	all := make(map[string]*intent)
	for _, p := range posts {
		i := all[p.Body]
		if i == nil {
			i = &intent{}
			all[p.Body] = i
		}
		i.attempts = append(i.attempts, p)
	}
	for _, i := range all {
		slices.SortStableFunc(i.attempts, func(a, b Post) int { return cmp.Compare(a.Sent, b.Sent) })
	}
	return all
}

// stored checks the messages, and finds each intent's.
func (c *checker) stored() {
	for _, log := range c.Logs {
		for _, row := range log.Rows {
			if row.Key != "" {
				continue
			}
			if first := c.first(row); first != nil { // open tells of what has none
				c.storedOnce(first)
			}
		}
	}
}

func (c *checker) storedOnce(m *Row) {
	i := c.intents[m.Body]
	switch {
	case i == nil:
		c.report(c.about(m, Phantom, "position %d of %s was posted by nobody", m.ID, m.Log))
		return
	case i.row != nil:
		c.report(c.about(m, StoredTwice, "what was posted once is stored at %d and at %d of %s", i.row.ID, m.ID, m.Log))
		return
	}
	i.row = m
	p := &i.attempts[0]
	said := m.message()
	if p.Room != m.Log || p.Username != m.Username || p.ClientID != m.ClientID || p.ReplyTo != said.ReplyTo || p.Thread != said.Thread {
		c.report(c.about(m, Content, "position %d of %s is stored as %s", m.ID, m.Log, m))
	}
}

// posted checks each answer against what is stored.
func (c *checker) posted() {
	for _, i := range c.intents {
		created := 0
		for _, p := range i.attempts {
			c.answered(i, &p)
			if p.Status == 201 {
				created++
			}
		}
		if created > 1 {
			c.report(c.of(i, i.attempts[0].Sent, StoredTwice, "%d posts with one client_id were all answered 201", created))
		}
	}
}

func (c *checker) answered(i *intent, p *Post) {
	switch {
	case p.acknowledged() && i.row == nil:
		c.report(c.of(i, p.Answered, Lost, "position %d of %s was acknowledged, and is not stored", p.ID, p.Room))
	case p.acknowledged() && i.row.ID != p.ID:
		c.report(c.of(i, p.Answered, Lost, "position %d of %s was acknowledged, and is stored as %d", p.ID, p.Room, i.row.ID))
	case p.refused():
		c.report(c.of(i, p.Answered, Refused, "a good post was answered %d", p.Status))
	case p.Status != 0 && p.Status != 503 && !p.acknowledged():
		c.report(c.of(i, p.Answered, Refused, "a post was answered %d: nothing but 503 tells of trouble", p.Status))
	}
}

// ordered sweeps over time: what is sent now must come to stand behind
// everything in its room that had been acknowledged before.
func (c *checker) ordered() {
	var moments []moment
	for _, i := range c.intents {
		if i.row == nil {
			continue
		}
		moments = append(moments, moment{i.attempts[0].Sent, i, false})
		for _, p := range i.attempts {
			if p.acknowledged() {
				moments = append(moments, moment{p.Answered, i, true})
			}
		}
	}
	slices.SortFunc(moments, func(a, b moment) int {
		// At the same instant neither came before the other: sent goes first.
		return cmp.Or(cmp.Compare(a.at, b.at), compareBool(a.answer, b.answer))
	})
	latest := make(map[string]*intent) // acknowledged with the highest position, by room
	for _, m := range moments {
		before := latest[m.of.row.Log]
		switch {
		case m.answer && (before == nil || before.row.ID < m.of.row.ID):
			latest[m.of.row.Log] = m.of
		case !m.answer && before != nil && before.row.ID > m.of.row.ID:
			v := c.of(m.of, m.at, Reordered, "position %d was sent after position %d had been acknowledged", m.of.row.ID, before.row.ID)
			v.lines = append(v.lines, c.posts(before)...)
			c.report(v)
		}
	}
}

type moment struct {
	at     time.Duration
	of     *intent
	answer bool
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}
