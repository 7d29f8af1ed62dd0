// Package bidi finds the characters that turn the text around them (Unicode,
// annex 9) and must not have their way: an override makes exe.png of gnp.exe.
// Such a character is to be shown by its name, and not written as it is.
//
// Overrides are always shown. An embedding or an isolate is left alone where it
// ends in its own line.
package bidi

import (
	"fmt"
	"slices"
	"strings"
)

const (
	overrides  = "\u202d\u202e"
	embeddings = "\u202a\u202b" + overrides
	isolates   = "\u2066\u2067\u2068"
	pops       = "\u202c\u2069" // the ends of embeddings and of isolates
	all        = embeddings + isolates + pops
)

// Has reports whether there is anything to look for in text.
func Has(text string) bool {
	return (strings.Contains(text, "\xe2\x80") || strings.Contains(text, "\xe2\x81")) && // all of them begin so
		strings.ContainsAny(text, all)
}

// Is reports whether r turns the text around it, or ends that.
func Is(r rune) bool { return strings.ContainsRune(all, r) }

// Without returns text without such characters: for a line of an excerpt, in
// which there is no room to show them.
func Without(text string) string {
	if !Has(text) {
		return text
	}
	return strings.Map(func(r rune) rune {
		if Is(r) {
			return -1
		}
		return r
	}, text)
}

// Name returns what a character that is shown is shown as, such as U+202E.
func Name(r rune) string { return fmt.Sprintf("U+%04X", r) }

// Scan looks at a text from its beginning to its end. Its zero value is ready
// to be used.
type Scan struct {
	open  []opener
	shown []int
}

// opener is a character that has no end yet.
type opener struct {
	r  rune
	at int
}

// Next looks at a character, which is at a place of the caller's choosing:
// places grow.
func (s *Scan) Next(r rune, at int) {
	switch {
	case r == '\n':
		s.End()
	case strings.ContainsRune(embeddings+isolates, r):
		s.open = append(s.open, opener{r, at})
	case strings.ContainsRune(pops, r):
		s.pop(r, at)
	}
}

// pop ends what was opened last, if r is the end of such.
func (s *Scan) pop(r rune, at int) {
	kind := embeddings
	if r == '\u2069' {
		kind = isolates
	}
	last := len(s.open) - 1
	if last < 0 || !strings.ContainsRune(kind, s.open[last].r) {
		s.shown = append(s.shown, at)
		return
	}
	if strings.ContainsRune(overrides, s.open[last].r) {
		s.shown = append(s.shown, s.open[last].at, at)
	}
	s.open = s.open[:last]
}

// End ends a line, or what else no character has its way beyond.
func (s *Scan) End() {
	for _, o := range s.open {
		s.shown = append(s.shown, o.at)
	}
	s.open = s.open[:0]
}

// Shown ends the text, and returns the places of those that are to be shown, in
// order.
func (s *Scan) Shown() []int {
	s.End()
	slices.Sort(s.shown)
	return s.shown
}
