package search

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// token is a part of a query: a word, what is in quotes, or key:value.
type token struct {
	negated bool
	quoted  bool
	key     string // in lower case; "" for none
	value   string
	plain   string // the token as it was written, without a minus or quotes
}

func (t token) isOr() bool { return !t.quoted && !t.negated && strings.EqualFold(t.plain, "or") }

// time reads a date, which is its midnight, or a time. Errors: [ErrDate].
func (t token) time() (time.Time, error) {
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if at, err := time.Parse(layout, strings.ToUpper(t.value)); err == nil && at.Year() >= 1 {
			return at, nil
		}
	}
	return time.Time{}, ErrDate
}

// split returns the tokens of a query.
func split(q string) (tokens []token) {
	for {
		q = strings.TrimLeftFunc(q, unicode.IsSpace)
		if q == "" {
			return tokens
		}
		var t token
		t, q = next(q)
		tokens = append(tokens, t)
	}
}

// next cuts a token off q, which begins with one.
func next(q string) (t token, rest string) {
	if after, ok := strings.CutPrefix(q, "-"); ok && after != "" && !startsWithSpace(after) {
		t.negated, q = true, after
	}
	if t.plain, rest, t.quoted = cutQuoted(q); t.quoted {
		return t, rest
	}
	t.plain, rest = cutWord(q)
	key, value, ok := strings.Cut(t.plain, ":")
	if !ok || !isKey(key) {
		return t, rest
	}
	t.key, t.value = strings.ToLower(key), value
	if quoted, after, ok := cutQuoted(q[len(key)+1:]); ok {
		t.value, rest = quoted, after
		t.plain = q[:len(q)-len(rest)]
	}
	return t, rest
}

func startsWithSpace(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsSpace(r)
}

func isKey(s string) bool {
	switch strings.ToLower(s) {
	case "from", "in", "has", "before", "after":
		return true
	}
	return false
}

// cutWord cuts off q what comes before the next space.
func cutWord(q string) (head, rest string) {
	if end := strings.IndexFunc(q, unicode.IsSpace); end >= 0 {
		return q[:end], q[end:]
	}
	return q, ""
}

// quotes are the marks that open and close what is taken as it is. Phones
// write the curved ones.
const quotes = `"“”„`

// cutQuoted cuts off q what is in quotes. Without a mark that closes them they
// reach to the end.
func cutQuoted(q string) (inside, rest string, ok bool) {
	r, size := utf8.DecodeRuneInString(q)
	if q == "" || !strings.ContainsRune(quotes, r) {
		return "", q, false
	}
	q = q[size:]
	end := strings.IndexAny(q, quotes)
	if end < 0 {
		return q, "", true
	}
	_, size = utf8.DecodeRuneInString(q[end:])
	return q[:end], q[end+size:], true
}
