package chart

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestSVGIsWellFormed(t *testing.T) {
	t.Parallel()
	svg := SVG([]Panel{
		{Title: "CPU & more < all", X: "streams", Curves: []Curve{
			{Name: "Parley", Points: []Point{{1000, 5}, {10000, 7.5}}},
			{Name: "floor", Points: []Point{{1000, 4}, {10000, 4}}},
		}},
		{Title: "one point", X: "rooms", Curves: []Curve{{Name: "Parley", Points: []Point{{1, 0}}}}},
		{Title: "nothing", X: "rate"},
	})
	decoder := xml.NewDecoder(strings.NewReader(svg))
	for {
		if _, err := decoder.Token(); err != nil {
			if !errors.Is(err, io.EOF) {
				t.Fatal(err)
			}
			break
		}
	}
	if strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") {
		t.Error("a place that is no number:\n", svg)
	}
}

func TestRoundUp(t *testing.T) {
	t.Parallel()
	for v, want := range map[float64]float64{0: 1, 0.3: 0.4, 1: 1, 7.5: 8, 81: 100, 1500: 2000} {
		if got := roundUp(v); got < want*0.999 || got > want*1.001 {
			t.Errorf("%g up to %g, want %g", v, got, want)
		}
	}
}
