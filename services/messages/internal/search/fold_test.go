package search

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestFold(t *testing.T) {
	t.Parallel()
	for original, want := range map[string]string{
		"":                        "",
		"Hello World":             "hello world",
		"a \t\n b":                "a b",
		"Café CAFÉ cafe\u0301":    "cafe cafe cafe",
		"Straße":                  "straße",
		"ΣΊΣΥΦΟΣ Σίσυφος":         "σισυφοσ σισυφοσ",
		"Ｆｕｌｌ　ｗｉｄｔｈ":              "full width",
		"ｶﾞｷﾞ がぎ":                 "ガギ がぎ",
		"か\u3099":                 "が",
		"한글 \u1112\u1161\u11ab":   "한글 한",
		"Йод ёж":                  "йод ёж",
		"soft\u00adhyphen\u200b!": "softhyphen!",
		"❤️":                      "❤",
		"İstanbul":                "istanbul",
		"ﬁne ½":                   "fine 1⁄2",
	} {
		if got := fold(original, false).s; got != want {
			t.Errorf("%q becomes %q, want %q", original, got, want)
		}
	}
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"", "Café ﬁ", "か\u3099 ｶﾞ", "한글", "a\u0301\u0301\u0301", "👨‍👩‍👧", "\u0301a", "İ ẞ ſ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			return // nothing to hold it to
		}
		with, without := fold(s, true), fold(s, false)
		if with.s != without.s || len(with.from) != len(with.s) || !utf8.ValidString(with.s) {
			t.Fatalf("%q: %q with %d origins, %q", s, with.s, len(with.from), without.s)
		}
		if strings.Contains(with.s, "  ") {
			t.Errorf("%q: two spaces", with.s)
		}
		last := int32(0)
		for _, from := range with.from {
			if from < last || int(from) >= len(s) || !utf8.RuneStart(s[from]) {
				t.Fatalf("%q: origins %v", s, with.from)
			}
			last = from
		}
	})
}
