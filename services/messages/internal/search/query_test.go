package search

import (
	"errors"
	"html"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"parley/core/bidi"
	"parley/core/chat"
)

func TestMatch(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		q, body string
		want    bool
	}{
		{"deploy", "We deployed it", true},
		{"DEPLOY it", "it was deployed", true},
		{"deploy staging", "deployed it", false},
		{`"deploy"`, "deployed", false},
		{`"deploy it"`, "Please deploy\n  it.", true},
		{`"deploy it"`, "deploy, it", false},
		{`“deploy it”`, "deploy it", true},
		{`"deploy it`, "deploy it", true},
		{"deploy -staging", "deploy production", true},
		{"deploy -staging", "deploy staging", false},
		{"deploy -stag", "deploy staging", true},
		{`-"to staging"`, "deploy to staging", false},
		{"red or blue", "a blue one", true},
		{"red or blue", "a green one", false},
		{"red OR blue car", "blue car", true},
		{"red or blue car", "red", true},
		{"red or blue car", "blue", false},
		{"or", "this or that", true},
		{"more or", "more or less", true},
		{"more or", "more", false},
		{"or or or", "or or", true},
		{"go", "let's go", true},
		{"go", "good", false},
		{"c++", "in C++, or C", true},
		{"c++", "abc++", false},
		{"x", "x = y", true},
		{"x", "xy", false},
		{"foo_bar()", "x = foo_bar();", true},
		{"foo_bar()", "foo_bar", false},
		{"err != nil", "if err != nil {", true},
		{"!=", "a != b", true},
		{"!=", "a == b", false},
		{"!=", "a!==b", true},
		{"f(x)", "elf(x);", true},
		{"+", "1+1", true},
		{"https://example.org/a", "see https://example.org/abc?d=e", true},
		{"example.org", "see https://example.org/", true},
		{"中文", "我会说中文吗", true},
		{"中", "我会说中文吗", true},
		{"日本", "日 本", false},
		{"カタ", "ｶﾀｶﾅ", true},
		{"🎉", "done 🎉🎉", true},
		{"cafe", "Café", true},
		{"Café", "cafe", true},
		{"from:ada", "hi", true},
		{"from:@Ada hi", "hi", true},
		{"from:bob", "hi", false},
		{"from:me", "hi", false},
		{"-from:ada", "hi", false},
		{"-from:bob", "hi", true},
		{"from:bob or from:ada", "hi", true},
		{"in:general", "hi", true},
		{"in:#general -in:launch", "hi", true},
		{"in:launch", "hi", false},
		{"from:!", "hi", false},
		{"has:link", "see http://a.b", true},
		{"has:link", "see a.b", false},
		{"-has:link", "see a.b", true},
		{"before:2026-01-03", "hi", true},
		{"before:2026-01-02", "hi", false},
		{"after:2026-01-02", "hi", true},
		{"after:2026-01-03", "hi", false},
		{"after:2026-01-02T10:00:00Z before:2026-01-02t10:00:01z", "hi", true},
		{"after:2026-01-02T10:00:01Z", "hi", false},
		{"from:", "from: ada", true},
		{"note:this", "a note:this", true},
		{`from:"ada" hi`, "hi", true},
		{`"from:bob"`, "it says from:bob", true},
		{"- hi", "hi - you", true},
		{"\u00ad hi", "hi", true},
	} {
		q, err := Parse(row.q, "bob")
		if err != nil {
			t.Errorf("%s: %v", row.q, err)
			continue
		}
		m := chat.Message{Room: "general", Username: "ada", Body: row.body, CreatedAt: time.Date(2026, 1, 2, 10, 0, 0, 0, time.UTC)}
		if got := q.Match(&m); got != row.want {
			t.Errorf("%s finds %q: %v, want %v", row.q, row.body, got, row.want)
		}
	}
}

func TestQueriesThatAreRefused(t *testing.T) {
	t.Parallel()
	for q, want := range map[string]error{
		"":                               ErrEmpty,
		" \n ":                           ErrEmpty,
		`""`:                             ErrEmpty,
		"\u00ad":                         ErrEmpty,
		"a\x00b":                         ErrInvalid,
		"\xff":                           ErrInvalid,
		strings.Repeat("é", MaxQuery):    nil,
		strings.Repeat("é", MaxQuery+1):  ErrInvalid,
		strings.Repeat("word ", 31):      ErrInvalid,
		strings.Repeat("w or ", 6) + "w": ErrInvalid,
		"before:tomorrow":                ErrDate,
		"after:2026-02-30":               ErrDate,
		"has:everything":                 ErrHas,
	} {
		if _, err := Parse(q, "ada"); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", q, err, want)
		}
	}
}

func TestSnippet(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("lorem ipsum ", 30)
	for _, row := range []struct{ q, body, want string }{
		{"deploy", "We deployed <it>", "We <mark>deploy</mark>ed &lt;it&gt;"},
		{"<b>", "a <b> & c", "a <mark>&lt;b&gt;</mark> &amp; c"},
		{"cafe", "A Café\u0301, a cafe", "A <mark>Café\u0301</mark>, a <mark>cafe</mark>"},
		{"abc bcd", "abcd", "<mark>abcd</mark>"},
		{"one or two", "two\n\none", "<mark>two</mark> <mark>one</mark>"},
		{"from:ada", "plain\ntext", "plain text"},
		{"exe", "see \u202egnp.exe", "see gnp.<mark>exe</mark>"},
		{"中文", "说中文", "说<mark>中文</mark>"},
		{"needle", long + "a needle here", "…" + "ipsum lorem ipsum lorem ipsum lorem ipsum lorem ipsum a <mark>needle</mark> here"},
	} {
		q, err := Parse(row.q, "ada")
		if err != nil {
			t.Fatal(err)
		}
		if got := q.Snippet(row.body); got != row.want {
			t.Errorf("%s in %q:\n%s\nwant\n%s", row.q, row.body, got, row.want)
		}
	}
	q, err := Parse("needle", "ada")
	if err != nil {
		t.Fatal(err)
	}
	got := q.Snippet(long + "a needle " + long)
	if len(got) > snippetLength+40 || !strings.HasPrefix(got, "…") || !strings.HasSuffix(got, "ipsum…") && !strings.HasSuffix(got, "lorem…") {
		t.Errorf("of a long body: %d bytes: %s", len(got), got)
	}
}

func TestNarrowed(t *testing.T) {
	t.Parallel()
	q, err := Parse("from:ada from:bob hi", "eve")
	if err != nil {
		t.Fatal(err)
	}
	q.From("bob")
	q.In("launch")
	for _, row := range []struct {
		room, username string
		want           bool
	}{{"launch", "bob", true}, {"launch", "ada", false}, {"general", "bob", false}} {
		if got := q.Match(&chat.Message{Room: row.room, Username: row.username, Body: "hi"}); got != row.want {
			t.Errorf("%+v: %v", row, got)
		}
	}
	q.From("eve")
	if q.Match(&chat.Message{Room: "launch", Username: "eve", Body: "hi"}) {
		t.Error("what the query doesn't ask for is found")
	}
}

// Whatever matches has the terms that the index is asked for; a snippet is a
// part of the body, with marks around it.
func FuzzQuery(f *testing.F) {
	for _, s := range [][2]string{
		{"deploy", "We deployed it"}, {`"deploy it" or c++ -go`, "in C++"}, {"from:ada has:link before:2026-01-02", "https://x"},
		{"中文 or カ", "说中文 ｶﾅ"}, {"err != nil", "if err != nil {"}, {"a.b 1", "a.b 1"}, {`-"x y" in:general`, "y x"}, {"e\u0301t", "été"},
	} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, text, body string) {
		q, err := Parse(text, "ada")
		if err != nil || !utf8.ValidString(body) || len(body) > 16_000 {
			return // nothing to hold it to
		}
		m := chat.Message{Room: "general", Username: "ada", Body: body, CreatedAt: time.Unix(0, 0)}
		if found, indexed := q.Match(&m), q.mayFind(&m); found && !indexed {
			t.Errorf("%q finds %q, but the index does not", text, body)
		}
		snippet := q.Snippet(body)
		plain := strings.NewReplacer("<mark>", "", "</mark>", "").Replace(snippet)
		if strings.ContainsAny(plain, "<>") || strings.Count(snippet, "<mark>") != strings.Count(snippet, "</mark>") || !utf8.ValidString(snippet) {
			t.Errorf("snippet %q", snippet)
		}
		plain = strings.TrimSuffix(strings.TrimPrefix(html.UnescapeString(plain), "…"), "…")
		if !strings.Contains(strings.Join(strings.Fields(bidi.Without(body)), " "), strings.Join(strings.Fields(plain), " ")) {
			t.Errorf("snippet %q is no part of %q", plain, body)
		}
	})
}

// mayFind reports whether the index takes a message for a hit.
func (q *Query) mayFind(m *chat.Message) bool {
	row := indexed{room: m.Room, username: m.Username, body: m.Body, kind: chat.Open, at: m.CreatedAt}
	has := row.terms(blocks{starts: []time.Time{{}}})
	few := q.terms(true)
	for i, wanted := range q.terms(false) {
		if hasAll(has, wanted) && hasAll(wanted, few[i]) {
			return true
		}
	}
	return false
}

func hasAll(has, wanted []term) bool {
	return !slices.ContainsFunc(wanted, func(t term) bool { return !slices.Contains(has, t) })
}
