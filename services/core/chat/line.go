package chat

import "unicode"

// Misleads reports whether c has no place in a line of text that names
// somebody or something: it is a control character, breaks a line, or turns the
// text around it (Unicode, annex 9).
func Misleads(c rune) bool {
	return unicode.IsControl(c) || unicode.In(c, unicode.Zl, unicode.Zp) || unicode.Is(unicode.Bidi_Control, c)
}

// brailleBlank is a symbol by its category, and looks like a space.
const brailleBlank = '\u2800'

// Shows reports whether there is anything to be seen of a line of text: not
// white space, marks, and characters without a look of their own (Unicode,
// Default_Ignorable_Code_Point) alone.
func Shows(line string) bool {
	for _, c := range line {
		if c != brailleBlank && unicode.In(c, unicode.L, unicode.N, unicode.P, unicode.S) && !unicode.Is(unicode.Other_Default_Ignorable_Code_Point, c) {
			return true
		}
	}
	return false
}
