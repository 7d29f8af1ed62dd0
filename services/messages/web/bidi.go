package web

import "parley/core/bidi"

// withMarks cuts text into what is shown as it is, and the names of characters
// that must not have their way, as js/model/bidi.js does; both are held to
// test/bidi.json.
func withMarks(text string) []span {
	if !bidi.Has(text) {
		return []span{{Text: text}}
	}
	runes := []rune(text)
	var scan bidi.Scan
	for i, r := range runes {
		scan.Next(r, i)
	}
	var spans []span
	done := 0
	plain := func(end int) {
		if end > done {
			spans = append(spans, span{Text: string(runes[done:end])})
		}
	}
	for _, at := range scan.Shown() {
		plain(at)
		spans = append(spans, span{Mark: bidi.Name(runes[at])})
		done = at + 1
	}
	plain(len(runes))
	return spans
}
