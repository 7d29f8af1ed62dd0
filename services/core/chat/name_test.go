package chat

import (
	"regexp"
	"strings"
	"testing"
)

func FuzzValidRoom(f *testing.F) {
	for _, seed := range []string{"general", "0", "_a", "-a", "a_-", "A", "", "a b", "a\n", "é", strings.Repeat("a", 100), strings.Repeat("a", 101)} {
		f.Add(seed)
	}
	contract := regexp.MustCompile(`\A[a-z0-9][a-z0-9_-]{0,99}\z`)
	f.Fuzz(func(t *testing.T, name string) {
		if got, want := ValidRoom(name), contract.MatchString(name); got != want {
			t.Errorf("%q: %v, want %v", name, got, want)
		}
	})
}
