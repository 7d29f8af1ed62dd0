package markup

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"

	"parley/core/chat"
)

// The groups that a mention can mean. People may be called room and here: the
// at sign tells the group from the person.
const (
	Room = "@room"
	Here = "@here"
)

// maxMentions is how many names one message can mention.
const maxMentions = 50

// Mentions returns the names that body mentions outside of code: usernames in
// lower case, [Room] and [Here], in order, each once, at most 50. Whether there
// are such people is for the caller to find out. Of "@bob." it returns both bob
// and bob., since a name may end so.
func Mentions(body string) (names []string) {
	if strings.IndexByte(body, '@') < 0 || !readable(body) {
		return nil
	}
	if !hasMarkup(body) && !strings.Contains(body, "://") {
		return collect(nil, body, 0, len(body))
	}
	defer func() {
		if recover() != nil { // as in Render
			names = nil
		}
	}()
	body = unixLines(body)
	return collectIn(nil, parse([]byte(body)), body)
}

// collectIn appends the names in the text below node.
func collectIn(names []string, node ast.Node, source string) []string {
	for c := node.FirstChild(); c != nil; {
		if first, ok := c.(*ast.Text); ok {
			var segment, next = wholeText(first)
			names = collect(names, source, segment.Start, segment.Stop)
			c = next
			continue
		}
		if c.Kind() != ast.KindCodeSpan {
			names = collectIn(names, c, source)
		}
		c = c.NextSibling()
	}
	return names
}

// collect appends the names in source[start:end].
func collect(names []string, source string, start, end int) []string {
	for i := start; i < end && len(names) < maxMentions; i++ {
		at := strings.IndexByte(source[i:end], '@')
		if at < 0 {
			break
		}
		i += at
		for _, m := range mentionAt(source, i, end) {
			if m.name != "" && !slices.Contains(names, m.name) && len(names) < maxMentions {
				names = append(names, m.name)
			}
		}
	}
	return names
}

// mention is a name, and where it ends in the text.
type mention struct {
	name string
	end  int
}

// mentionAt returns what the at sign at source[at] may mention: the name
// without the punctuation at its end, and that with it. The name ends before
// end; what stands around it is looked at beyond. A name may be "".
func mentionAt(source string, at, end int) (found [2]mention) {
	stop := at + 1
	for stop < end && (isWord(source[stop]) || source[stop] == '.' || source[stop] == '-') {
		stop++
	}
	if stop == at+1 || joinedBefore(source[:at]) || joinedAfter(source[stop:]) {
		return found
	}
	whole := source[at+1 : stop]
	trimmed := strings.TrimRight(whole, "._-")
	if name, ok := chat.FoldUsername(trimmed); ok {
		if found[0] = (mention{name, at + 1 + len(trimmed)}); Room == "@"+name || Here == "@"+name {
			found[0].name = "@" + name
		}
	}
	if name, ok := chat.FoldUsername(whole); ok && len(whole) > len(trimmed) {
		found[1] = mention{name, stop}
	}
	return found
}

// joinedBefore reports whether an at sign after text belongs to a word, an
// address or a path.
func joinedBefore(text string) bool {
	r, size := utf8.DecodeLastRuneInString(text)
	switch r {
	case '_': // emphasis, or a name's
		text = strings.TrimRight(text, "_")
		r, size = utf8.DecodeLastRuneInString(text)
		return size > 0 && joins(r)
	case '.', '-', '+', '/', '@', '%', '&', '#', '\\':
		return true
	}
	return size > 0 && joins(r)
}

func joinedAfter(text string) bool {
	r, size := utf8.DecodeRuneInString(text)
	return size > 0 && (r == '@' || r >= utf8.RuneSelf && joins(r))
}

// joins reports whether r makes one word with the letter beside it. Some
// scripts write words without spaces.
func joins(r rune) bool {
	return (unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r)) &&
		!unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul,
			unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}
