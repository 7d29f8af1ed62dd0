package search

import (
	"slices"
	"unicode/utf8"
)

// A term is what the index knows of a message: a number for each
//
//	word             as a whole
//	three letters    that follow each other in a word
//	two signs        that follow each other: != () ://
//	glyph, and pair  of glyphs that follow each other: Chinese, Japanese, emoji …
//	room, author, and whether there is a link
//	block            of messages that are near in time: see blocks.go
//
// Numbers are hashes. Two that are equal by chance cost a message that is
// looked at in vain: what the index finds is compared once more.
type term = int32

// The kinds of term. Those of blocks are below zero.
const (
	kindWord  = 'w'
	kindThree = 't'
	kindSigns = 's'
	kindGlyph = 'g'
	kindRoom  = 'r'
	kindUser  = 'u'
	kindFlag  = 'f'
)

// termOf returns the term of a kind for a text: FNV-1a in 31 bits.
func termOf[T string | []byte](kind byte, s T) term {
	const offset, prime = 2166136261, 16777619
	h := (uint32(offset) ^ uint32(kind)) * prime
	for i := range len(s) {
		h = (h ^ uint32(s[i])) * prime
	}
	return term(h >> 1) // 31 bits
}

// Terms that say something about a whole message.
var (
	every    = termOf(kindFlag, "every") // each message has it
	openRoom = termOf(kindFlag, "open")  // its room is an open one; the release before asks for it
	hasLink  = termOf(kindFlag, "link")
)

// run is a stretch s[from:to] of runes of one class, but not of spaces.
type run struct {
	class    class
	from, to int
}

// runs returns the runs of a folded text.
func runs(s string) (all []run) {
	last := space
	for i, r := range s {
		c := classOf(r)
		if c != last && c != space {
			all = append(all, run{c, i, i})
		}
		if c != space {
			all[len(all)-1].to = i + utf8.RuneLen(r)
		}
		last = c
	}
	return all
}

// inside reports whether s goes on at both ends of the run, so that a body that
// contains s has no more of it there.
func (r run) inside(s string) bool { return r.from > 0 && r.to < len(s) }

// bodyTerms appends the terms of a folded body.
func bodyTerms(terms []term, s string) []term {
	for _, r := range runs(s) {
		part := s[r.from:r.to]
		switch r.class {
		case glyph:
			terms = pieces(terms, kindGlyph, part, 1, 1)
			terms = pieces(terms, kindGlyph, part, 2, 1)
		case sign:
			terms = pieces(terms, kindSigns, part, 2, 1)
		default:
			terms = append(terms, termOf(kindWord, part))
			terms = pieces(terms, kindThree, part, 3, 1)
		}
	}
	return terms
}

// few is whether as few terms are wanted as can be.
type few bool

// step returns how many runes lie between pieces of n runes.
func (f few) step(n int) int {
	if f {
		return n
	}
	return 1
}

// needed appends terms that every body has that contains s: all of them, or as
// few as have each rune of s. A body may go on where s begins or ends in the
// middle of a word, unless s is whole.
func needed(terms []term, s string, whole bool, f few) []term {
	for _, r := range runs(s) {
		part := s[r.from:r.to]
		switch {
		case r.class == sign:
			terms = pieces(terms, kindSigns, part, 2, f.step(2))
		case r.class == glyph && utf8.RuneCountInString(part) == 1:
			terms = pieces(terms, kindGlyph, part, 1, 1)
		case r.class == glyph:
			terms = pieces(terms, kindGlyph, part, 2, f.step(2))
		case whole || r.inside(s):
			terms = append(terms, termOf(kindWord, part))
		default:
			terms = pieces(terms, kindThree, part, 3, f.step(3))
		}
	}
	return terms
}

// pieces appends the terms of the pieces of n runes that s has at every step of
// so many runes, and at its end.
func pieces(terms []term, kind byte, s string, n, step int) []term {
	end := 0
	for range n { // the end of the first piece
		if end == len(s) {
			return terms
		}
		end += sizeAt(s, end)
	}
	for start := 0; ; {
		terms = append(terms, termOf(kind, s[start:end]))
		if end == len(s) {
			return terms
		}
		for i := 0; i < step && end < len(s); i++ {
			start += sizeAt(s, start)
			end += sizeAt(s, end)
		}
	}
}

func sizeAt(s string, at int) int {
	_, size := utf8.DecodeRuneInString(s[at:])
	return size
}

// sorted returns terms in order, each once, in place.
func sorted(terms []term) []term {
	slices.Sort(terms)
	return slices.Compact(terms)
}
