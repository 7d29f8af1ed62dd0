package markup

import (
	"slices"
	"strings"

	"github.com/yuin/goldmark/util"
	"golang.org/x/net/html"
)

// escape is the same as the policy's.
func escape(s string) string { return html.EscapeString(s) }

// plain writes s as it is.
func (w *writer) plain(s string) {
	w.visible = w.visible || strings.TrimSpace(s) != ""
	w.html = append(w.html, escape(s)...)
}

// text writes source[start:stop], with what mentions somebody marked, and
// without the backslashes that keep markup from being such.
func (w *writer) text(start, stop int) {
	source := util.BytesToReadOnlyString(w.source)
	done := start
	for i := start; i < stop; i++ {
		switch source[i] {
		case '\\':
			if i+1 < stop && util.IsPunct(source[i+1]) {
				w.plain(source[done:i])
				w.rich = true
				i++
				done = i
			}
		case '@':
			if m := w.mentionAt(source, i, stop); m.name != "" {
				w.plain(source[done:i])
				w.rich = true
				w.element("span", ` class="mention" data-mention="`+m.name+`"`, func() { w.plain(source[i:m.end]) })
				i, done = m.end-1, m.end
			}
		}
	}
	w.plain(source[done:stop])
}

// mentionAt returns the longest name at source[at] that is one of the message's
// mentions.
func (w *writer) mentionAt(source string, at, stop int) (longest mention) {
	if len(w.mentions) == 0 {
		return longest
	}
	for _, m := range mentionAt(source, at, stop) {
		if m.name != "" && slices.Contains(w.mentions, m.name) {
			longest = m
		}
	}
	return longest
}
