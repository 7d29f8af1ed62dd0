package hub

import (
	"bytes"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"parley/core/chat"
)

func frame(at chat.Position) []byte { return fmt.Appendf(nil, "frame %d\n\n", at) }

// readAll walks from at to the head as a stream does.
func readAll(t *testing.T, r *ring, at chat.Position) []byte {
	t.Helper()
	var all []byte
	for at < r.head {
		frames, upto, ok := r.after(at)
		if !ok || upto <= at {
			t.Fatalf("after(%d) = %d, %t", at, upto, ok)
		}
		all = append(all, frames...)
		at = upto
	}
	return all
}

func TestRingServesEveryCursor(t *testing.T) {
	t.Parallel()
	r := newRing(10, new(atomic.Int64))
	var want [][]byte
	for at := chat.Position(11); at <= 500; at++ {
		f := frame(at)
		if at%7 == 0 {
			f = nil // superseded
		}
		if at == 100 {
			f = bytes.Repeat([]byte("x"), 2*maxSegment)
		}
		r.append(f, time.Now())
		want = append(want, f)
	}
	for at := chat.Position(10); at <= 500; at++ {
		if got := readAll(t, r, at); !bytes.Equal(got, bytes.Join(want[at-10:], nil)) {
			t.Fatalf("after %d: got %d bytes", at, len(got))
		}
	}
	for _, at := range []chat.Position{9, 501, -1} {
		if _, _, ok := r.after(at); ok {
			t.Errorf("after(%d) is served", at)
		}
	}
}

func TestRingHandsOutBytesThatStay(t *testing.T) {
	t.Parallel()
	r := newRing(0, new(atomic.Int64))
	r.append(frame(1), time.Now())
	frames, upto, _ := r.after(0)
	for at := upto + 1; at < 10000; at++ {
		r.append(frame(at), time.Now())
		r.trim(4*maxSegment, 0, time.Time{})
	}
	if !bytes.Equal(frames, frame(1)) || cap(frames) != len(frames) {
		t.Errorf("the slice became %q, capacity %d", frames, cap(frames))
	}
}

func TestRingTrimsWholeSegments(t *testing.T) {
	t.Parallel()
	r := newRing(0, new(atomic.Int64))
	for at := chat.Position(1); at <= 50000; at++ {
		r.append(frame(at), time.Now())
		r.trim(2*maxSegment, 0, time.Time{})
	}
	if r.bytes > 2*maxSegment || r.tail == 0 || len(r.spans) != int(r.head-r.tail) {
		t.Errorf("%d bytes, tail %d, head %d, %d spans", r.bytes, r.tail, r.head, len(r.spans))
	}
	first, _, ok := r.after(r.tail)
	if !ok || !bytes.HasPrefix(first, frame(r.tail+1)) {
		t.Errorf("after the tail come %.20q", first)
	}
	if _, _, ok := r.after(r.tail - 1); ok {
		t.Error("what was trimmed is served")
	}
}

func TestRingForgetsOldFramesOfAQuietRoom(t *testing.T) {
	t.Parallel()
	r := newRing(0, new(atomic.Int64))
	begin := time.Now()
	for at := chat.Position(1); at <= 20000; at++ {
		r.append(frame(at), begin)
	}
	r.trim(1<<30, 3*maxSegment, begin.Add(time.Hour))
	if r.bytes < 3*maxSegment || r.bytes >= 4*maxSegment {
		t.Errorf("%d bytes are kept", r.bytes)
	}
	r.trim(1<<30, 3*maxSegment, begin.Add(-time.Hour))
	if r.bytes < 3*maxSegment {
		t.Error("young frames were dropped")
	}
}

func BenchmarkRingAppend(b *testing.B) {
	r := newRing(0, new(atomic.Int64))
	f := bytes.Repeat([]byte("x"), 330)
	now := time.Now()
	b.ReportAllocs()
	b.SetBytes(int64(len(f)))
	for b.Loop() {
		r.append(f, now)
		r.trim(ringLimit, ringLimit, time.Time{})
	}
}

func BenchmarkRingAfter(b *testing.B) {
	r := newRing(0, new(atomic.Int64))
	for at := chat.Position(1); at <= 1000; at++ {
		r.append(frame(at), time.Now())
	}
	at := chat.Position(0)
	b.ReportAllocs()
	for b.Loop() {
		if _, at, _ = r.after(at); at == r.head {
			at = 0
		}
	}
}
