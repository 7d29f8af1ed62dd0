package chat

import "unicode"

// Misleads reports whether c has no place in a line of text that names
// somebody or something: it is a control character, breaks a line, or turns the
// text around it (Unicode, annex 9).
func Misleads(c rune) bool {
	return unicode.IsControl(c) || unicode.In(c, unicode.Zl, unicode.Zp) || unicode.Is(unicode.Bidi_Control, c)
}
