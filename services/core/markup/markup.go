// Package markup turns what people write into HTML that is safe to show.
//
//	body ── plain? ── yes ──▶ ""  (the page shows the text as it is, with its links)
//	          │
//	          no
//	          ▼
//	     Markdown (goldmark) ──▶ HTML of our own writer ──▶ does the policy leave it as it is?
//	                                                            │ yes          │ no, or too large
//	                                                            ▼              ▼
//	                                                          html             ""
//
// The Markdown is what people know from Slack and GitHub, with what surprises
// in a chat taken out: a line break is a line break; a quote or a list ends
// where its lines end; nothing typed disappears, so there are no link
// definitions, no entities and no raw HTML; indented text is no code, and a
// line below text makes it no heading.
package markup

import (
	"strings"
	"unicode/utf8"

	"parley/core/chat"
)

// Version is the renderer's. It is stored beside what [Render] made, and grows
// whenever the same body would be rendered differently.
const Version = 2

const (
	// MaxHTML is the size of the largest HTML that is made or taken, in bytes.
	MaxHTML = 64 << 10

	maxSource = chat.MaxBody * utf8.UTFMax
)

// Render returns body as HTML, or "" if it is nothing but plain text with
// addresses in it. A mention becomes a span if it is in mentions: usernames,
// and "@room" and "@here" for the groups.
//
// The HTML has no white space but what the body has: it is to be shown with
// white-space: pre-wrap.
func Render(body string, mentions []string) (html string) {
	plain := !hasMarkup(body) && (len(mentions) == 0 || strings.IndexByte(body, '@') < 0)
	if plain || !readable(body) {
		return ""
	}
	// The libraries panic at what they take for impossible. A message that they
	// choke on is still a message.
	defer func() {
		if recover() != nil {
			html = ""
		}
	}()
	html = render(body, mentions)
	if !Safe(html) {
		return ""
	}
	return html
}

func render(body string, mentions []string) string {
	body = unixLines(body)
	source := []byte(body)
	w := &writer{source: source, mentions: mentions}
	w.blocks(parse(source))
	if !w.rich || !w.visible || w.tooMuch() {
		return ""
	}
	return string(withMarks(w.html))
}

// readable reports whether body can be a message's.
func readable(body string) bool {
	return len(body) <= maxSource && utf8.ValidString(body) && strings.IndexByte(body, 0) < 0
}

// unixLines has line feeds for all ends of lines, as HTML parsers make it.
func unixLines(body string) string {
	if strings.IndexByte(body, '\r') < 0 {
		return body
	}
	return strings.ReplaceAll(strings.ReplaceAll(body, "\r\n", "\n"), "\r", "\n")
}
