package markup

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"parley/core/bidi"
)

// address looks for an http or https address whose "://" is at s[colon:]. It
// begins and ends where the page's own links do: both are held to the table in
// web/test/links.json.
func address(s string, colon int) (start, end int, ok bool) {
	if !strings.HasPrefix(s[colon:], "://") {
		return 0, 0, false
	}
	start = schemeStart(s[:colon])
	if start < 0 || start > 0 && isWord(s[start-1]) {
		return 0, 0, false
	}
	end = colon + len("://")
	for end < len(s) {
		r, size := utf8.DecodeRuneInString(s[end:])
		if r == '<' || r == '>' || r == '"' || unicode.IsSpace(r) || bidi.Is(r) {
			break
		}
		end += size
	}
	found := trimAddress(s[start:end])
	_, ok = href(found)
	return start, start + len(found), ok
}

func schemeStart(s string) int {
	for _, scheme := range []string{"https", "http"} {
		if at := len(s) - len(scheme); at >= 0 && strings.EqualFold(s[at:], scheme) {
			return at
		}
	}
	return -1
}

// isWord reports whether c is a word's, as \b of regular expressions has it.
func isWord(c byte) bool { return c == '_' || isAlphanumeric(c) }

func isAlphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
}

// trimAddress takes off what belongs to the sentence: punctuation at the end,
// and brackets that were not opened inside.
func trimAddress(s string) string {
	open := map[byte]int{}
	for i := range len(s) {
		switch c := s[i]; c {
		case '(', '[', '{':
			open[c]++
		case ')', ']', '}':
			open[opener(c)]--
		}
	}
	for s != "" {
		c := s[len(s)-1]
		switch {
		case strings.IndexByte(".,;:!?'*_~", c) >= 0:
		case opener(c) != 0 && open[opener(c)] < 0:
			open[opener(c)]++
		default:
			return s
		}
		s = s[:len(s)-1]
	}
	return s
}

func opener(c byte) byte {
	switch c {
	case ')':
		return '('
	case ']':
		return '['
	case '}':
		return '{'
	}
	return 0
}

// href returns where a link to address leads; ok is false if there must be no
// such link. Only these three schemes ever are links.
func href(address string) (href string, ok bool) {
	u, err := url.Parse(address)
	if err != nil {
		return "", false
	}
	switch u.Scheme {
	case "http", "https":
		ok = u.Host != ""
	case "mailto":
		ok = strings.IndexByte(u.Opaque, '@') > 0
	}
	if !ok {
		return "", false
	}
	// What is parsed again must come out the same: the policy does so.
	href = u.String()
	again, err := url.Parse(href)
	return href, err == nil && again.String() == href && again.Scheme == u.Scheme && again.Host == u.Host
}
