// Package stat sums up what was measured: latencies as quantiles, rounds as a
// median and a range.
package stat

import (
	"encoding/binary"
	"errors"
	"math/bits"
	"time"
)

const (
	subBits = 6 // each power of two in 64 steps: quantiles are true to 1.6 %
	sub     = 1 << subBits
	buckets = (64 - subBits) * sub
)

// Histogram counts durations in steps that grow with them, so that recording
// one costs a few instructions and no memory, however many there are. The zero
// value is empty. It is not safe for concurrent use.
type Histogram struct {
	counts [buckets]uint32
	n      int64
	max    int64
}

// Record counts d. Below zero, which clocks don't do, counts as zero.
func (h *Histogram) Record(d time.Duration) {
	v := max(int64(d), 0)
	h.counts[bucket(uint64(v))]++
	h.n++
	h.max = max(h.max, v)
}

// Count returns how many durations were recorded.
func (h *Histogram) Count() int64 { return h.n }

// Add counts all that other has counted.
func (h *Histogram) Add(other *Histogram) {
	for i, c := range other.counts {
		h.counts[i] += c
	}
	h.n += other.n
	h.max = max(h.max, other.max)
}

// Quantile returns the smallest recorded step at or below which a share q of
// all durations lies (nearest rank); 0 if there are none.
func (h *Histogram) Quantile(q float64) time.Duration {
	if h.n == 0 {
		return 0
	}
	rank := int64(q*float64(h.n) + 0.999999)
	rank = min(max(rank, 1), h.n)
	for i, c := range h.counts {
		rank -= int64(c)
		if rank <= 0 {
			return time.Duration(min(upper(i), h.max))
		}
	}
	return time.Duration(h.max)
}

// MarshalBinary implements [encoding.BinaryMarshaler]: the maximum, then the
// steps that have counted something.
func (h *Histogram) MarshalBinary() ([]byte, error) {
	b := binary.AppendVarint(nil, h.max)
	for i, c := range h.counts {
		if c != 0 {
			b = binary.AppendUvarint(binary.AppendUvarint(b, uint64(i)), uint64(c))
		}
	}
	return b, nil
}

// UnmarshalBinary implements [encoding.BinaryUnmarshaler].
func (h *Histogram) UnmarshalBinary(b []byte) error {
	var n int
	*h = Histogram{}
	if h.max, n = binary.Varint(b); n <= 0 {
		return errNoHistogram
	}
	for b = b[n:]; len(b) > 0; {
		step, n := binary.Uvarint(b)
		if n <= 0 || step >= buckets {
			return errNoHistogram
		}
		count, m := binary.Uvarint(b[n:])
		if m <= 0 || count > 1<<32-1 {
			return errNoHistogram
		}
		h.counts[step] = uint32(count)
		h.n += int64(count)
		b = b[n+m:]
	}
	return nil
}

var errNoHistogram = errors.New("not a histogram")

// bucket returns the step of v: exact below 64, then 64 steps a power of two.
func bucket(v uint64) int {
	if v < sub {
		return int(v)
	}
	shift := bits.Len64(v) - subBits - 1
	return (shift+1)<<subBits + int(v>>shift) - sub //nolint:gosec // below 2*sub
}

// upper returns the greatest value of step i.
func upper(i int) int64 {
	if i < sub {
		return int64(i)
	}
	shift := i>>subBits - 1
	return int64(i&(sub-1)+sub+1)<<shift - 1
}
