package chat

import (
	"regexp"
	"strings"
	"testing"
)

func FuzzFoldUsername(f *testing.F) {
	for _, seed := range []string{"ada", "Grace.Hopper-1", "a", "_a", "K\u212a", "a\n", strings.Repeat("a", 33), "a\x00"} {
		f.Add(seed)
	}
	contract := regexp.MustCompile(`\A[a-z0-9][a-z0-9_.-]{1,31}\z`)
	f.Fuzz(func(t *testing.T, name string) {
		folded, ok := FoldUsername(name)
		ascii := strings.Map(func(r rune) rune {
			if 'A' <= r && r <= 'Z' {
				return r + 'a' - 'A'
			}
			return r
		}, name)
		if want := contract.MatchString(ascii); ok != want || ok && folded != ascii {
			t.Errorf("%q: %q, %v; want %v", name, folded, ok, want)
		}
	})
}
