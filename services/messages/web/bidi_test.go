package web

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"parley/core/bidi"
)

func TestWithMarks(t *testing.T) {
	t.Parallel()
	table, err := os.ReadFile("test/bidi.json") // the script's test reads it too
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Text  string
		Shown []span
	}
	if err := json.Unmarshal(table, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		if got := withMarks(c.Text); !slices.Equal(got, c.Shown) {
			t.Errorf("withMarks(%q) = %+q, want %+q", c.Text, got, c.Shown)
		}
	}
}

// Nothing is lost but the characters that are named, and no override is left.
func FuzzWithMarks(f *testing.F) {
	for _, seed := range []string{"", "gnp\u202egnp.exe", "\u2067a\u2069", "\u202b\u2067x\u202c\u2069", "\n\u2069\u202c", "\xff\u202e"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var plain strings.Builder
		for _, s := range withMarks(text) {
			plain.WriteString(s.Text)
		}
		if strings.ContainsAny(plain.String(), "\u202d\u202e") {
			t.Errorf("%q leaves an override", text)
		}
		strip := func(s string) string {
			return strings.Map(func(r rune) rune {
				if bidi.Is(r) {
					return -1
				}
				return r
			}, s)
		}
		if strip(plain.String()) != strip(string([]rune(text))) {
			t.Errorf("%q becomes %q", text, plain.String())
		}
	})
}
