package chat

import "testing"

func TestShows(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"a", " é ", "エ", "7", "!", "👍", "ﷺ", "\u200bx", "א"} {
		if !Shows(line) {
			t.Errorf("%q is taken for nothing", line)
		}
	}
	for _, line := range []string{"", " ", "\u00a0", "\u200b", "\u200d\u200c", "\ufeff", "\u3164", "\u115f\u1160", "\u2800", "\ufe0f", "\u00ad", "\u0301", "\U000e0041"} {
		if Shows(line) {
			t.Errorf("%q is taken for something", line)
		}
	}
}
