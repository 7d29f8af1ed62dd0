package markup

import (
	"slices"
	"strings"
	"unicode/utf8"

	"parley/core/bidi"
)

// withMarks shows those characters in html by their names that turn the text
// around them and must not have their way. None reaches beyond its line, its
// block, its code or its link.
func withMarks(html []byte) []byte {
	if !bidi.Has(string(html)) {
		return html
	}
	var s marker
	text := string(html)
	for at := 0; at < len(text); {
		if text[at] == '<' { // no value of an attribute has a >
			end := at + strings.IndexByte(text[at:], '>') + 1
			s.tag(text[at:end])
			at = end
			continue
		}
		r, size := utf8.DecodeRuneInString(text[at:])
		s.inner().Next(r, at)
		at += size
	}
	return replaced(text, s.all())
}

// marker looks for such characters in HTML.
type marker struct {
	scans []bidi.Scan // of the text, and of the links and code that it is in
	shown []int
}

// inner is the scan of the innermost link or code, or of the text.
func (m *marker) inner() *bidi.Scan {
	if len(m.scans) == 0 {
		m.scans = append(m.scans, bidi.Scan{})
	}
	return &m.scans[len(m.scans)-1]
}

func (m *marker) tag(tag string) {
	name, _, _ := strings.Cut(strings.Trim(tag, "<>"), " ")
	switch name {
	case "em", "strong", "del", "span", "/em", "/strong", "/del", "/span":
	case "a", "code":
		m.inner()
		m.scans = append(m.scans, bidi.Scan{})
	case "/a", "/code":
		m.shown = append(m.shown, m.inner().Shown()...)
		m.scans = m.scans[:len(m.scans)-1]
	default:
		m.inner().End()
	}
}

// all returns the places of all that are to be shown, in order.
func (m *marker) all() []int {
	m.shown = append(m.shown, m.inner().Shown()...)
	slices.Sort(m.shown)
	return m.shown
}

// replaced returns html with the names of the characters at these places.
func replaced(html string, places []int) []byte {
	var made []byte
	done := 0
	for _, at := range places {
		r, size := utf8.DecodeRuneInString(html[at:])
		made = append(append(made, html[done:at]...), `<span class="mark">`+bidi.Name(r)+`</span>`...)
		done = at + size
	}
	return append(made, html[done:]...)
}
