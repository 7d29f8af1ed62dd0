package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// text is a text as it is compared: in lower case, without the accents of Latin
// and Greek letters, in one form where Unicode has several, with one space for
// any white space.
type text struct {
	s    string
	from []int32 // of a byte of s: where it comes from in the original
	n    int     // bytes of the original
}

// fold returns s as it is compared, with the origin of its bytes if asked for.
func fold(s string, origins bool) text {
	f := folder{origins: origins}
	f.b.Grow(len(s))
	if origins {
		f.from = make([]int32, 0, len(s))
	}
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf && (i+1 == len(s) || s[i+1] < utf8.RuneSelf) {
			f.ascii(c, i)
			i++
			continue
		}
		size := norm.NFKC.NextBoundaryInString(s[i:], true)
		f.segment(s[i:i+size], i)
		i += size
	}
	return text{f.b.String(), f.from, len(s)}
}

// folder gathers folded runes.
type folder struct {
	b       strings.Builder
	from    []int32
	origins bool
	space   bool // what was written last is a space
}

// segment writes a letter with its marks, or whatever else Unicode doesn't part.
func (f *folder) segment(s string, at int) {
	for _, r := range norm.NFKC.String(s) {
		if r < 0xc0 || r > 0x1fff {
			f.write(r, at)
			continue
		}
		for i, part := range norm.NFD.String(string(r)) {
			if i == 0 && !unicode.In(part, unicode.Latin, unicode.Greek) {
				f.write(r, at)
				break
			}
			if part < 0x300 || part > 0x36f {
				f.write(part, at)
			}
		}
	}
}

// ascii is write for what most bodies consist of.
func (f *folder) ascii(c byte, at int) {
	switch {
	case c == ' ' || '\t' <= c && c <= '\r':
		if f.space {
			return
		}
		c = ' '
	case 'A' <= c && c <= 'Z':
		c += 'a' - 'A'
	}
	f.space = c == ' '
	f.b.WriteByte(c)
	if f.origins {
		f.from = append(f.from, int32(at)) //nolint:gosec // a body has 16 KB at most
	}
}

func (f *folder) write(r rune, at int) {
	switch {
	case r < utf8.RuneSelf:
		f.ascii(byte(r), at) //nolint:gosec // it fits
		return
	case unicode.Is(ignored, r):
		return
	case unicode.IsSpace(r):
		f.ascii(' ', at)
		return
	}
	r = unicode.ToLower(unicode.ToUpper(r)) // by way of upper case, for letters with several lower ones
	f.space = false
	n, _ := f.b.WriteRune(r) // it never fails
	for range n {
		if f.origins {
			f.from = append(f.from, int32(at)) //nolint:gosec // a body has 16 KB at most
		}
	}
}

// ignored are characters that nobody sees: soft hyphens, joiners, marks of
// direction, and which of its looks an emoji has.
var ignored = &unicode.RangeTable{R16: []unicode.Range16{
	{Lo: 0xad, Hi: 0xad, Stride: 1}, {Lo: 0x200b, Hi: 0x200f, Stride: 1}, {Lo: 0x202a, Hi: 0x202e, Stride: 1},
	{Lo: 0x2060, Hi: 0x2069, Stride: 1}, {Lo: 0xfe00, Hi: 0xfe0f, Stride: 1}, {Lo: 0xfeff, Hi: 0xfeff, Stride: 1},
}, LatinOffset: 1}

// class is how a rune stands in a text.
type class uint8

const (
	space class = iota
	sign        // punctuation, ASCII's symbols
	word        // what words are made of
	glyph       // characters that stand for themselves
)

// spaceless are the scripts that are written without spaces between words.
var spaceless = []*unicode.RangeTable{
	unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo, unicode.Yi,
	unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar, unicode.Tibetan,
}

// prolonged is the mark that makes a vowel of kana long. It is of no one script.
const prolonged = 'ー'

func classOf(r rune) class {
	switch {
	case r < utf8.RuneSelf:
		if 'a' <= r && r <= 'z' || '0' <= r && r <= '9' || 'A' <= r && r <= 'Z' {
			return word
		}
		if r == ' ' {
			return space
		}
		return sign
	case r == prolonged, r >= 0xe00 && unicode.In(r, spaceless...), unicode.IsSymbol(r):
		return glyph
	case unicode.IsLetter(r), unicode.IsNumber(r), unicode.IsMark(r):
		return word
	}
	return sign
}
