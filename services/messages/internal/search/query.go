package search

import (
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"parley/core/chat"
)

// The longest query, in characters, and the most words and alternatives in it.
const (
	MaxQuery        = 500
	maxWords        = 30
	maxAlternatives = 6
)

// What can be wrong with a query.
var (
	ErrEmpty   = errors.New("nothing to search for")
	ErrInvalid = errors.New("query invalid") // not text, or too long
	ErrDate    = errors.New("before: or after: is no date")
	ErrHas     = errors.New("has: is nothing that can be asked for")
)

// Query is what is searched for: the messages that meet one of the
// alternatives, and all filters.
type Query struct {
	alternatives []alternative
	from, in     choice
	link         choice
	since, until time.Time // since is in it, until isn't; zero for no bound
}

// alternative is what a body must contain, and must not.
type alternative struct{ all, none []pattern }

// choice is what a filter lets through: one of any, if there are some, and not
// one of none.
type choice struct{ any, none []string }

func (c choice) allows(value string) bool {
	return (len(c.any) == 0 || slices.Contains(c.any, value)) && !slices.Contains(c.none, value)
}

// add takes up a filter's value.
func (c *choice) add(value string, negated bool) {
	if negated {
		c.none = append(c.none, value)
	} else {
		c.any = append(c.any, value)
	}
}

// linked is the value of the filter link for messages with a link.
const linked = "link"

// Parse reads a query:
//
//	word            the body contains it, also within another word
//	"some words"    it contains them as they are, as whole words
//	-word           it does not contain that word
//	this or that    one of the two; or binds less than what stands side by side
//	from:ada in:general has:link     each also with a -; from:me is username
//	before:2026-01-02 after:2026-01-02   days begin at midnight UTC; RFC 3339 is exact
//
// What is not like these is a word.
func Parse(q, username string) (Query, error) {
	if !utf8.ValidString(q) || strings.ContainsRune(q, 0) || utf8.RuneCountInString(q) > MaxQuery {
		return Query{}, ErrInvalid
	}
	p := parser{username: username, alternatives: []alternative{{}}}
	tokens := split(q)
	for i, t := range tokens {
		if err := p.take(t, i+1 == len(tokens)); err != nil {
			return Query{}, err
		}
	}
	p.query.alternatives = p.alternatives
	if p.words > maxWords || len(p.alternatives) > maxAlternatives {
		return Query{}, ErrInvalid
	}
	if p.words == 0 && !p.filtered {
		return Query{}, ErrEmpty
	}
	return p.query, nil
}

// Everything returns the query that finds all messages.
func Everything() Query { return Query{alternatives: []alternative{{}}} }

// From narrows the query to messages of a person.
func (q *Query) From(username string) { q.from.any = narrowed(q.from.any, foldName(username)) }

// In narrows the query to messages of a room.
func (q *Query) In(room string) { q.in.any = narrowed(q.in.any, foldName(room)) }

// nobody is what no person and no room is called.
const nobody = ""

// narrowed returns the values of a filter that are value, too.
func narrowed(values []string, value string) []string {
	if len(values) > 0 && !slices.Contains(values, value) {
		value = nobody
	}
	return []string{value}
}

// parser gathers a query from its tokens.
type parser struct {
	query        Query
	alternatives []alternative // the last one is being gathered
	username     string
	words        int
	filtered     bool // there is a filter
	or           bool // an "or" waits for its right side
	afterFilter  bool // the token before was a filter
}

func (p *parser) take(t token, last bool) error {
	if filtered, err := p.filter(t); filtered || err != nil {
		p.filtered, p.afterFilter = true, true
		return err
	}
	if t.isOr() {
		if p.afterFilter && !last {
			return nil // values of one filter are alternatives anyway
		}
		if !p.current().empty() && !p.or && !last {
			p.or = true
			return nil
		}
	}
	p.afterFilter = false
	p.word(t)
	return nil
}

func (p *parser) current() *alternative { return &p.alternatives[len(p.alternatives)-1] }

func (a alternative) empty() bool { return len(a.all)+len(a.none) == 0 }

func (p *parser) word(t token) {
	found := newPattern(t.plain, t.quoted)
	if found.s == "" {
		return
	}
	if p.or {
		p.alternatives, p.or = append(p.alternatives, alternative{}), false
	}
	p.words++
	if a := p.current(); t.negated {
		found.whole = true
		a.none = append(a.none, found)
	} else {
		a.all = append(a.all, found)
	}
}

// filter takes a token that is a filter.
func (p *parser) filter(t token) (ok bool, err error) {
	if t.value == "" {
		return false, nil
	}
	q := &p.query
	switch t.key {
	case "from":
		name := foldName(strings.TrimPrefix(t.value, "@"))
		if strings.EqualFold(t.value, "me") {
			name = p.username
		}
		q.from.add(name, t.negated)
	case "in":
		q.in.add(foldName(strings.TrimPrefix(t.value, "#")), t.negated)
	case "has":
		if !strings.EqualFold(t.value, linked) {
			return true, ErrHas
		}
		q.link.add(linked, t.negated)
	case "before":
		q.until, err = sooner(q.until, t)
	case "after":
		q.since, err = later(q.since, t)
	default:
		return false, nil
	}
	return true, err
}

// foldName returns a name as handles are written; nobody for what is none.
func foldName(name string) string {
	if name = strings.ToLower(name); chat.ValidRoom(name) {
		return name
	}
	if username, ok := chat.FoldUsername(name); ok {
		return username
	}
	return nobody
}

func sooner(bound time.Time, t token) (time.Time, error) {
	at, err := t.time()
	if err == nil && !bound.IsZero() && bound.Before(at) {
		at = bound
	}
	return at, err
}

func later(bound time.Time, t token) (time.Time, error) {
	at, err := t.time()
	if err == nil && bound.After(at) {
		at = bound
	}
	return at, err
}
