package search

import (
	"strings"
	"unicode/utf8"
)

// pattern is a text that is looked for in bodies. A whole one stands between
// the ends of words: where it begins or ends with a letter or digit, none
// stands beside that.
type pattern struct {
	s     string // folded
	whole bool
}

// newPattern returns what finds a word, or what is in quotes. A word is found
// inside others, too; but one of one or two letters, such as go or c++, would
// be found nearly everywhere, and so has to stand by itself.
func newPattern(s string, quoted bool) pattern {
	s = strings.Trim(fold(s, false).s, " ")
	return pattern{s, quoted || isShort(s)}
}

// isShort reports whether s has words, but none by which to find it.
func isShort(s string) bool {
	words := false
	for _, r := range runs(s) {
		words = words || r.class == word
		if r.class == glyph || r.class == word && (r.inside(s) || utf8.RuneCountInString(s[r.from:r.to]) > 2) {
			return false
		}
	}
	return words
}

// span is where a pattern was found: bytes of a folded text.
type span struct{ from, to int }

// find returns the first place of p in a folded text, from a byte on.
func (p pattern) find(s string, from int) (at span, ok bool) {
	for from <= len(s) {
		i := strings.Index(s[from:], p.s)
		if i < 0 {
			break
		}
		at = span{from + i, from + i + len(p.s)}
		if !p.whole || p.stands(s, at) {
			return at, true
		}
		from = at.from + sizeAt(s, at.from)
	}
	return span{}, false
}

func (p pattern) in(s string) bool {
	_, ok := p.find(s, 0)
	return ok
}

// stands reports whether no word goes on at either end of the place.
func (p pattern) stands(s string, at span) bool {
	first, _ := utf8.DecodeRuneInString(p.s)
	last, _ := utf8.DecodeLastRuneInString(p.s)
	before, _ := utf8.DecodeLastRuneInString(s[:at.from])
	after, _ := utf8.DecodeRuneInString(s[at.to:])
	return !(at.from > 0 && classOf(first) == word && classOf(before) == word) &&
		!(at.to < len(s) && classOf(last) == word && classOf(after) == word)
}
