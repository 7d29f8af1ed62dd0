package web

import (
	"net/url"
	"regexp"
	"strings"
)

// span is a piece of a message's body: text, a link when Href is set, or the
// name of a character that is not let through.
type span struct {
	Text string
	Href string
	Mark string
}

// pieces cuts a body into what is shown, as js/model/pieces.js does.
func pieces(body string) []span {
	var all []span
	for _, s := range links(body) {
		if s.Href != "" {
			all = append(all, s)
		} else {
			all = append(all, withMarks(s.Text)...)
		}
	}
	return all
}

// address finds what may be a link. Only these two schemes ever are: no
// javascript:, no data:. What turns the text around it is not of an address.
var address = regexp.MustCompile(`(?i)\bhttps?://[^\s<>"\x{202a}-\x{202e}\x{2066}-\x{2069}]+`)

// links cuts a body into text and links, as js/model/links.js does; both are
// held to test/links.json.
func links(body string) []span {
	if !strings.Contains(body, "://") {
		return []span{{Text: body}}
	}
	var spans []span
	done := 0
	for _, at := range address.FindAllStringIndex(body, -1) {
		text := trimLink(body[at[0]:at[1]])
		if u, err := url.Parse(text); err != nil || u.Host == "" {
			continue
		}
		if at[0] > done {
			spans = append(spans, span{Text: body[done:at[0]]})
		}
		spans = append(spans, span{Text: text, Href: text})
		done = at[0] + len(text)
	}
	if done < len(body) {
		spans = append(spans, span{Text: body[done:]})
	}
	return spans
}

// trimLink takes off what belongs to the sentence and not to the address:
// punctuation at the end, and a bracket that was not opened inside.
func trimLink(text string) string {
	for {
		cut := strings.TrimRight(text, ".,;:!?'*_~")
		for _, pair := range []string{"()", "[]", "{}"} {
			if strings.HasSuffix(cut, pair[1:]) && strings.Count(cut, pair[1:]) > strings.Count(cut, pair[:1]) {
				cut = cut[:len(cut)-1]
			}
		}
		if cut == text {
			return text
		}
		text = cut
	}
}
