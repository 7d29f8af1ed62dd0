package search

import (
	"slices"
	"testing"
)

// Few terms have each rune of what is looked for, and no more of them than that takes.
func TestFewTerms(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		s      string
		whole  bool
		kind   byte
		pieces []string
	}{
		{"de", false, kindThree, nil},
		{"dep", false, kindThree, []string{"dep"}},
		{"depl", false, kindThree, []string{"dep", "epl"}},
		{"deploy", false, kindThree, []string{"dep", "loy"}},
		{"éxylophones", false, kindThree, []string{"éxy", "lop", "hon", "nes"}},
		{"deploy", true, kindWord, []string{"deploy"}},
		{"部", false, kindGlyph, []string{"部"}},
		{"部署完", false, kindGlyph, []string{"部署", "署完"}},
		{"部署完成", false, kindGlyph, []string{"部署", "完成"}},
		{"!==", false, kindSigns, []string{"!=", "=="}},
	} {
		var want []term
		for _, piece := range row.pieces {
			want = append(want, termOf(row.kind, piece))
		}
		if got := needed(nil, row.s, row.whole, true); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", row.s, got, want)
		}
	}
}
