package bidi

import (
	"slices"
	"testing"
)

func TestScan(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		want []int
	}{
		{"plain \u200f", nil},
		{"a\u202eb", []int{1}},
		{"\u202eb\u202c", []int{0, 2}},
		{"\u202bb\u202c\u2067c\u2069", nil},
		{"\u202bb\n\u202c", []int{0, 3}},
		{"\u2067b\u202c\u2069", []int{2}},
		{"\u202b\u2067b\u202c\u2069", []int{0, 3}},
		{"\u2066\u202db\u202c\u2069", []int{1, 3}},
	} {
		var scan Scan
		for i, r := range []rune(c.text) {
			scan.Next(r, i)
		}
		if got := scan.Shown(); !slices.Equal(got, c.want) {
			t.Errorf("%q: %v are shown, want %v", c.text, got, c.want)
		}
		if Has(c.text) != (c.text != "plain \u200f") {
			t.Errorf("Has(%q) = %t", c.text, Has(c.text))
		}
	}
	if got := Without("\u202egnp\u2069.exe"); got != "gnp.exe" {
		t.Errorf("without: %q", got)
	}
	if got := Name('\u202e'); got != "U+202E" {
		t.Errorf("a name is %s", got)
	}
}
