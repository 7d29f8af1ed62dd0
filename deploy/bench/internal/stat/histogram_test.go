package stat

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func TestBucketsCoverEveryValueOnce(t *testing.T) {
	t.Parallel()
	for _, v := range []uint64{0, 1, 63, 64, 65, 127, 128, 1000, 1 << 20, 1<<40 + 12345, math.MaxInt64} {
		i := bucket(v)
		if up := upper(i); uint64(up) < v || float64(up) > float64(v)*1.016+1 {
			t.Errorf("%d falls into step %d, which ends at %d", v, i, up)
		}
		if i > 0 && uint64(upper(i-1)) >= v {
			t.Errorf("%d falls into step %d, but the one before reaches %d", v, i, upper(i-1))
		}
	}
}

func TestQuantiles(t *testing.T) {
	t.Parallel()
	var h, half Histogram
	values := make([]time.Duration, 10_000)
	for i := range values {
		values[i] = time.Duration(rand.ExpFloat64() * float64(time.Millisecond))
		if i%2 == 0 {
			h.Record(values[i])
		} else {
			half.Record(values[i])
		}
	}
	h.Add(&half)
	slices.Sort(values)
	if h.Count() != int64(len(values)) {
		t.Errorf("%d counted", h.Count())
	}
	for _, q := range []float64{0.5, 0.99, 0.999, 1} {
		want := values[int(q*float64(len(values)))-1]
		got := h.Quantile(q)
		if got < want || float64(got) > float64(want)*1.016+1 {
			t.Errorf("quantile %g is %s, want %s", q, got, want)
		}
	}
	if (&Histogram{}).Quantile(0.5) != 0 {
		t.Error("nothing has a median")
	}
}
