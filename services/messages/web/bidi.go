package web

import (
	"fmt"
	"strings"
)

// Characters that turn the text around them: Unicode, annex 9.
const (
	overrides  = "\u202d\u202e"
	embeddings = "\u202a\u202b" + overrides
	isolates   = "\u2066\u2067\u2068"
	pops       = "\u202c\u2069" // the ends of embeddings and of isolates
)

// bidi cuts text into what is shown as it is, and the names of characters that
// must not have their way, as js/model/bidi.js does; both are held to
// test/bidi.json. An override makes exe.png of gnp.exe, so it is always shown;
// an embedding or isolate is left alone where it ends in its own line.
func bidi(text string) []span {
	if !strings.ContainsAny(text, embeddings+isolates+pops) {
		return []span{{Text: text}}
	}
	runes := []rune(text)
	shown := misled(runes)
	var spans []span
	var plain strings.Builder
	flush := func() {
		if plain.Len() > 0 {
			spans = append(spans, span{Text: plain.String()})
			plain.Reset()
		}
	}
	for i, r := range runes {
		if !shown[i] {
			plain.WriteRune(r)
			continue
		}
		flush()
		spans = append(spans, span{Mark: fmt.Sprintf("U+%04X", r)})
	}
	flush()
	return spans
}

// misled returns the places of those that are shown: overrides and their ends,
// and what is not closed within its line.
func misled(text []rune) map[int]bool {
	shown := make(map[int]bool)
	var open []int
	give := func() {
		for _, i := range open {
			shown[i] = true
		}
		open = open[:0]
	}
	for i, r := range text {
		switch {
		case r == '\n':
			give()
		case strings.ContainsRune(embeddings+isolates, r):
			open = append(open, i)
		case strings.ContainsRune(pops, r):
			open = closeOne(text, open, i, shown)
		}
	}
	give()
	return shown
}

// closeOne ends what was opened last, if the character at i is its end.
func closeOne(text []rune, open []int, i int, shown map[int]bool) []int {
	kind := embeddings
	if text[i] == '\u2069' {
		kind = isolates
	}
	if len(open) == 0 || !strings.ContainsRune(kind, text[open[len(open)-1]]) {
		shown[i] = true
		return open
	}
	opener := open[len(open)-1]
	if strings.ContainsRune(overrides, text[opener]) {
		shown[i], shown[opener] = true, true
	}
	return open[:len(open)-1]
}
