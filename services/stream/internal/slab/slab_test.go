package slab

import (
	"fmt"
	"strings"
	"testing"
)

func TestSlabGivesEachItsOwn(t *testing.T) {
	t.Parallel()
	var s Slab[[4]int]
	seen := make(map[*[4]int]bool)
	for i := range 3 * span / 32 {
		one := s.New()
		if seen[one] || *one != ([4]int{}) {
			t.Fatalf("%d: %v was given before", i, one)
		}
		one[0] = i + 1
		seen[one] = true
	}
}

func TestNamesStay(t *testing.T) {
	t.Parallel()
	var n Names
	var kept, want []string
	for i := range 2000 {
		name := fmt.Sprintf("@user-%d", i)
		kept, want = append(kept, n.Keep(name)), append(want, name)
	}
	long := strings.Repeat("x", chunk+1)
	kept, want = append(kept, n.Keep(long), n.Keep("")), append(want, long, "")
	for i := range want {
		if kept[i] != want[i] {
			t.Fatalf("%q became %q", want[i], kept[i])
		}
	}
}
