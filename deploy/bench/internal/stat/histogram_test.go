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

func TestHistogramTravels(t *testing.T) {
	t.Parallel()
	var h, got Histogram
	got.Record(time.Hour) // what was there is gone
	for range 10_000 {
		h.Record(time.Duration(rand.ExpFloat64() * float64(time.Millisecond)))
	}
	b, err := h.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	if err := got.UnmarshalBinary(b); err != nil || got != h {
		t.Errorf("%d durations came as %d: %v", h.Count(), got.Count(), err)
	}
	for n := range len(b) {
		if err := got.UnmarshalBinary(b[:n]); err == nil && got.Count() >= h.Count() {
			t.Errorf("%d bytes of %d are as much", n, len(b))
		}
	}
	for _, none := range [][]byte{nil, {0x80}, {2, 0xff, 0xff, 0x7f, 1}, {2, 1}, {2, 1, 0xff, 0xff, 0xff, 0xff, 0x7f}} {
		if err := got.UnmarshalBinary(none); err == nil {
			t.Errorf("%v is a histogram of %d", none, got.Count())
		}
	}
}

func FuzzHistogram(f *testing.F) {
	var h Histogram
	h.Record(time.Second)
	b, err := h.MarshalBinary()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(_ *testing.T, b []byte) {
		var got Histogram
		if err := got.UnmarshalBinary(b); err == nil {
			got.Quantile(0.5)
		}
	})
}
