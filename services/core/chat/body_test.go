package chat

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

func FuzzCleanBody(f *testing.F) {
	for _, seed := range []string{"hi", " hi\n", "", " \u3000", "a\x00", "\xff", strings.Repeat("é", 4000), strings.Repeat("é", 4001), "\ufeff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		clean, err := CleanBody(body)
		switch {
		case err == nil:
			n := utf8.RuneCountInString(clean)
			if n < 1 || n > MaxBody || !utf8.ValidString(clean) || strings.ContainsRune(clean, 0) || clean != strings.TrimSpace(body) {
				t.Errorf("%q became %q", body, clean)
			}
		case !errors.Is(err, ErrBodyEmpty) && !errors.Is(err, ErrBodyTooLong) && !errors.Is(err, ErrBodyInvalid):
			t.Errorf("%q: %v", body, err)
		}
	})
}
