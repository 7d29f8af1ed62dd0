package emoji

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestCanonical(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"👍": "👍", "👍🏽": "👍🏽", "😀": "😀", "😐\ufe0f": "😐",
		"❤": "❤\ufe0f", "❤\ufe0f": "❤\ufe0f", "☺": "☺\ufe0f",
		"1\u20e3": "1\ufe0f\u20e3", "#\ufe0f\u20e3": "#\ufe0f\u20e3",
		"🇫🇷": "🇫🇷", "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f": "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
		"🏳\u200d🌈": "🏳\ufe0f\u200d🌈", "👨\u200d👩\u200d👧\u200d👦": "👨\u200d👩\u200d👧\u200d👦",
		"👩🏽\u200d❤\u200d💋\u200d👨🏿": "👩🏽\u200d❤\ufe0f\u200d💋\u200d👨🏿", "🫪": "🫪",
	} {
		if got, ok := Canonical(s); !ok || got != want {
			t.Errorf("Canonical(%+q) = %+q, %v; want %+q", s, got, ok, want)
		}
	}
	for _, s := range []string{
		"", "a", "1", "#", "ab", "+1", ":thumbsup:", "👍👍", "👍 ", " 👍", "👍a", "🇫", "🇽🇽", "\ufe0f", "\u200d", "\u20e3", "🏽", "❤\ufe0e",
		"👍\ufe0f\ufe0f", "\ufe0f❤", "👨\u200d", "👨\u200d👨\u200d👨\u200d👨", "👍🏽🏽", "\xf0\x9f\x91", strings.Repeat("👍", 100),
	} {
		if Valid(s) {
			t.Errorf("%+q is taken for an emoji", s)
		}
	}
}

func TestTable(t *testing.T) {
	t.Parallel()
	if n := len(canonical()); n != strings.Count(table, "\n") || n < 3900 {
		t.Errorf("%d emojis of %d lines", n, strings.Count(table, "\n"))
	}
	for line := range strings.Lines(table) {
		s := strings.TrimSuffix(line, "\n")
		if got, ok := Canonical(s); !ok || got != s || len(s) > longest {
			t.Errorf("Canonical(%+q) = %+q, %v", s, got, ok)
		}
	}
}

func FuzzCanonical(f *testing.F) {
	f.Add("❤")
	f.Add("👩🏽\u200d❤\u200d💋\u200d👨🏿")
	f.Fuzz(func(t *testing.T, s string) {
		emoji, ok := Canonical(s)
		if again, fine := Canonical(emoji); ok && (!fine || again != emoji || !utf8.ValidString(s)) {
			t.Errorf("Canonical(%+q) = %+q, of which it is %+q", s, emoji, again)
		}
	})
}
