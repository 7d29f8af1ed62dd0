package search

import (
	"cmp"
	"html"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"parley/core/bidi"
)

const (
	snippetLength = 240 // bytes of a body, more or less
	snippetBefore = 60  // of them, at most, before the first hit
)

// Snippet returns the part of a body in which q is found first, as HTML on one
// line: escaped, with <mark> around what was found.
func (q *Query) Snippet(body string) string {
	t := fold(body, true)
	hits := q.hits(t)
	from, to := excerpt(body, hits)
	var b strings.Builder
	if from > 0 {
		b.WriteString("…")
	}
	at := from
	for _, hit := range hits {
		start, end := max(hit.from, from), min(hit.to, to)
		if start >= end {
			continue
		}
		b.WriteString(line(body[at:start]))
		b.WriteString("<mark>" + line(body[start:end]) + "</mark>")
		at = end
	}
	b.WriteString(line(body[at:to]))
	if to < len(body) {
		b.WriteString("…")
	}
	return b.String()
}

// hits returns where in the original of t patterns are found, in order; none
// overlaps another.
func (q *Query) hits(t text) (hits []span) {
	for _, a := range q.alternatives {
		if !a.matches(t.s) {
			continue
		}
		for _, p := range a.all {
			for from := 0; ; {
				at, ok := p.find(t.s, from)
				if !ok {
					break
				}
				hits = append(hits, t.origin(at))
				from = at.to
			}
		}
	}
	slices.SortFunc(hits, func(a, b span) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) })
	apart := hits[:0]
	for _, hit := range hits {
		if last := len(apart) - 1; last >= 0 && hit.from <= apart[last].to {
			apart[last].to = max(apart[last].to, hit.to)
		} else {
			apart = append(apart, hit)
		}
	}
	return apart
}

// origin returns where a place of the folded text comes from.
func (t text) origin(at span) span {
	from, to := int(t.from[at.from]), t.n
	last := t.from[at.to-1]
	for i := at.to; i < len(t.from); i++ {
		if t.from[i] != last {
			to = int(t.from[i])
			break
		}
	}
	return span{from, to}
}

// excerpt returns which bytes of a body to show: whole words around the first
// hit.
func excerpt(body string, hits []span) (from, to int) {
	if len(body) <= snippetLength {
		return 0, len(body)
	}
	if len(hits) > 0 && hits[0].from > snippetBefore {
		from = after(body, hits[0].from-snippetBefore, hits[0].from)
	}
	if to = from + snippetLength; to >= len(body) {
		return from, len(body)
	}
	for !utf8.RuneStart(body[to]) {
		to--
	}
	if space := strings.LastIndexFunc(body[from:to], unicode.IsSpace); space > snippetLength/2 {
		to = from + space
	}
	return from, to
}

// after returns where the first word begins that begins in body[at:most]; if
// none does, where the first rune does.
func after(body string, at, most int) int {
	for !utf8.RuneStart(body[at]) {
		at++
	}
	space := strings.IndexFunc(body[at:most], unicode.IsSpace)
	if space < 0 {
		return at
	}
	for i, r := range body[at+space:] {
		if !unicode.IsSpace(r) {
			return at + space + i
		}
	}
	return at
}

// line returns text as HTML, with one space for any white space, and without
// what turns the text around it.
func line(s string) string {
	if isLine(s) {
		return html.EscapeString(s)
	}
	var b strings.Builder
	space := false
	for _, r := range bidi.Without(s) {
		if unicode.IsSpace(r) {
			if !space {
				b.WriteByte(' ')
			}
			space = true
			continue
		}
		space = false
		b.WriteRune(r)
	}
	return html.EscapeString(b.String())
}

// isLine reports whether s is one line of ASCII, with no two spaces in a row.
func isLine(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= utf8.RuneSelf || c == ' ' && i > 0 && s[i-1] == ' ' {
			return false
		}
	}
	return true
}
