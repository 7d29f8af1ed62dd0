package stat

import (
	"slices"
	"testing"
)

func TestMedian(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		series Series
		want   float64
	}{
		{nil, 0},
		{Series{3}, 3},
		{Series{9, 1, 2}, 2},
		{Series{4, 1, 2, 100}, 3},
	} {
		if got := test.series.Median(); got != test.want {
			t.Errorf("the median of %v is %g, want %g", test.series, got, test.want)
		}
	}
}

func TestRatiosAreOfNeighbours(t *testing.T) {
	t.Parallel()
	got := Series{2, 30, 5}.Over(Series{1, 10, 0})
	if !slices.Equal(got, Series{2, 3}) {
		t.Errorf("ratios %v", got)
	}
	if low, high := got.Range(); low != 2 || high != 3 {
		t.Errorf("from %g to %g", low, high)
	}
}
