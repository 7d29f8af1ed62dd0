package markup

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/microcosm-cc/bluemonday"
)

// policy is what a message's HTML may have.
var policy = newPolicy()

func newPolicy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "hr", "h3", "h4", "h5", "blockquote", "ul", "ol", "li", "pre", "code",
		"em", "strong", "del", "table", "thead", "tbody", "tr", "th", "td")
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("target").Matching(regexp.MustCompile(`^_blank$`)).OnElements("a")
	p.AllowAttrs("rel").Matching(regexp.MustCompile(`^noopener noreferrer$`)).OnElements("a")
	p.RequireParseableURLs(true)
	p.AllowURLSchemes("http", "https", "mailto")
	p.AllowAttrs("start").Matching(regexp.MustCompile(`^\d{1,9}$`)).OnElements("ol")
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^task$`)).OnElements("li")
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^language-[a-z]{1,20}$`)).OnElements("code")
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^(?:center|right)$`)).OnElements("th", "td")
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^table$`)).OnElements("div")
	p.AllowAttrs("tabindex").Matching(regexp.MustCompile(`^0$`)).OnElements("div")
	p.AllowAttrs("class").Matching(spanClass()).OnElements("span")
	p.AllowAttrs("data-mention").Matching(regexp.MustCompile(`^@?[a-z0-9][a-z0-9_.-]{1,31}$`)).OnElements("span")
	return p
}

// spanClass matches the classes of words in code, of mentions, and of the names
// of characters that are not let through.
func spanClass() *regexp.Regexp {
	names := []string{"mention", "mark"}
	for _, c := range classes {
		names = append(names, c.class)
	}
	return regexp.MustCompile(`^(?:` + strings.Join(names, "|") + `)$`)
}

// Safe reports whether html is such as [Render] makes: the policy leaves it
// unchanged, each element ends where it should, and it is not too large. HTML
// that came over the network is shown only if it is.
func Safe(html string) bool {
	return len(html) <= MaxHTML && utf8.ValidString(html) && strings.IndexByte(html, 0) < 0 &&
		nests(html) && policy.Sanitize(html) == html
}

// nests reports whether the elements of html are properly within each other, no
// deeper than [maxDepth], and every link has all that a link must have.
func nests(html string) bool {
	var open []string
	for {
		at := strings.IndexByte(html, '<')
		if at < 0 {
			return len(open) == 0
		}
		end := strings.IndexByte(html[at:], '>')
		if end < 0 {
			return false
		}
		tag := html[at+1 : at+end]
		html = html[at+end+1:]
		name, attributes, _ := strings.Cut(tag, " ")
		switch {
		case tag == "br" || tag == "hr":
		case strings.HasPrefix(tag, "/"):
			if len(open) == 0 || open[len(open)-1] != tag[1:] {
				return false
			}
			open = open[:len(open)-1]
		case len(open) > maxDepth, name == "a" && (!isLink(attributes) || slices.Contains(open, "a")):
			return false
		default:
			open = append(open, name)
		}
	}
}

func isLink(attributes string) bool {
	return strings.HasPrefix(attributes, `href="`) && strings.HasSuffix(attributes, linkRest)
}
