package search

import (
	"strings"

	"parley/core/chat"
)

// Match reports whether q finds a message, by looking at it.
func (q *Query) Match(m *chat.Message) bool {
	return q.filters(m) && q.matches(fold(m.Body, false).s)
}

// filters reports whether m meets all filters.
func (q *Query) filters(m *chat.Message) bool {
	return q.from.allows(m.Username) && q.in.allows(m.Room) && q.link.allows(linkOf(m.Body)) &&
		!m.CreatedAt.Before(q.since) && (q.until.IsZero() || m.CreatedAt.Before(q.until))
}

// linkOf returns what the filter link sees of a body.
func linkOf(body string) string {
	if body = strings.ToLower(body); strings.Contains(body, "https://") || strings.Contains(body, "http://") {
		return linked
	}
	return ""
}

// matches reports whether a folded body meets one of the alternatives.
func (q *Query) matches(s string) bool {
	for _, a := range q.alternatives {
		if a.matches(s) {
			return true
		}
	}
	return false
}

func (a *alternative) matches(s string) bool {
	for _, p := range a.all {
		if !p.in(s) {
			return false
		}
	}
	for _, p := range a.none {
		if p.in(s) {
			return false
		}
	}
	return true
}

// terms returns, for each alternative, terms that every message has that it
// finds; see [needed].
func (q *Query) terms(f few) [][]term {
	var all [][]term
	for _, a := range q.alternatives {
		terms := q.from.terms(kindUser)
		terms = append(terms, q.in.terms(kindRoom)...)
		if len(q.link.any) > 0 {
			terms = append(terms, hasLink)
		}
		for _, p := range a.all {
			terms = needed(terms, p.s, p.whole, f)
		}
		if len(terms) == 0 {
			terms = append(terms, every)
		}
		all = append(all, sorted(terms))
	}
	return all
}

// terms returns the term of the only value that c lets through, if there is one.
func (c choice) terms(kind byte) []term {
	if len(c.any) != 1 {
		return nil
	}
	return []term{termOf(kind, c.any[0])}
}
