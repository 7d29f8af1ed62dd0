package web

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/core/chat"
)

func TestLinks(t *testing.T) {
	t.Parallel()
	table, err := os.ReadFile("test/links.json") // the script's test reads it too
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Body  string
		Links []string
	}
	if err := json.Unmarshal(table, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		var found []string
		var whole strings.Builder
		for _, s := range links(c.Body) {
			whole.WriteString(s.Text)
			if s.Href != "" {
				found = append(found, s.Href)
			}
		}
		if !slices.Equal(found, c.Links) {
			t.Errorf("links(%q) = %q, want %q", c.Body, found, c.Links)
		}
		if whole.String() != c.Body {
			t.Errorf("links(%q) makes %q of the text", c.Body, whole.String())
		}
	}
}

func TestTint(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]uint32{"ada": 0, "grace": 4, "linus.t": 2} { // as in test/tint.test.mjs
		if got := tint(name); got != want {
			t.Errorf("tint(%q) = %d, want %d", name, got, want)
		}
	}
}

func TestTimeline(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 22, 23, 50, 0, 0, time.UTC)
	at := func(d time.Duration, username string) chat.Message {
		return chat.Message{Username: username, CreatedAt: start.Add(d)}
	}
	entries := timeline([]chat.Message{
		at(0, "ada"),
		at(4*time.Minute, "ada"),
		at(5*time.Minute, "bob"),
		at(9*time.Minute, "ada"),
		at(11*time.Minute, "ada"), // past midnight
		at(16*time.Minute, "ada"),
	}, nil)
	var got []string
	for _, e := range entries {
		switch {
		case e.Day != "":
			got = append(got, e.Day)
		case e.Continued:
			got = append(got, "continued")
		default:
			got = append(got, "new group")
		}
	}
	want := []string{"Sunday, 22 November 2026", "continued", "new group", "new group", "Monday, 23 November 2026", "new group"}
	if !slices.Equal(got, want) {
		t.Errorf("timeline = %q, want %q", got, want)
	}
}

func TestExcerpt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		message chat.Message
		want    string
	}{
		{chat.Message{Body: " two\n lines "}, "two lines"},
		{chat.Message{Body: "**a** <b>", HTML: "<p><strong>a</strong> &lt;b&gt;</p>"}, "a <b>"},
		{chat.Message{Body: "a:\n- b", HTML: "<p>a:<br>b</p><ul><li>c</li></ul>"}, "a: b c"},
		{chat.Message{Body: "", Deleted: true}, "This message was deleted"},
		{chat.Message{Body: strings.Repeat("ä", 141)}, strings.Repeat("ä", 140) + "…"},
	} {
		if got := (Entry{Message: c.message}).Excerpt(); got != c.want {
			t.Errorf("%+v: %q, want %q", c.message, got, c.want)
		}
	}
}
