package hub

import (
	"sync/atomic"
	"time"

	"parley/core/chat"
)

const (
	minSegment = 1 << 10  // bytes of a quiet room's first segment
	maxSegment = 64 << 10 // and of a busy room's; the most one write carries
)

// segment is a run of encoded frames, one behind the other. It is only ever
// appended to: bytes that were written stay as they are, so a slice of them
// may be handed to a socket without a lock and without a copy.
type segment struct {
	buf    []byte
	last   chat.Position // the position of its newest frame
	sealed time.Time     // when the next segment was begun
	closed bool          // nothing more goes into it, however much room it has
}

// span is where the frame of one position lies. It is empty for a position
// that a later change of the same message has superseded.
type span struct {
	seg   *segment
	start int
}

// ring holds the encoded frames of the positions (tail, head].
//
//	tail          tail+1 … head
//	  │  ┌──────────────┬──────────────┬─────────┐
//	  └─▶│ segment      │ segment      │ segment…│◀─ append
//	     └──────────────┴──────────────┴─────────┘
//	       dropped whole, oldest first
type ring struct {
	tail, head chat.Position
	spans      []span // of position tail+1+i
	segments   []*segment
	bytes      int           // of frames in all segments
	held       *atomic.Int64 // bytes of memory of all rings
	scratch    []byte        // of whoever encodes for this ring
}

// newRing returns an empty ring that holds what comes after at. It counts its
// memory in held.
func newRing(at chat.Position, held *atomic.Int64) *ring {
	return &ring{tail: at, head: at, held: held}
}

// restart empties the ring; it holds what comes after at.
func (r *ring) restart(at chat.Position) {
	for _, seg := range r.segments {
		r.held.Add(-int64(cap(seg.buf)))
	}
	*r = ring{tail: at, head: at, held: r.held}
}

// frame returns the frame of the position at; ok is false if the ring doesn't
// hold it, or holds it as superseded.
func (r *ring) frame(at chat.Position) (frame []byte, ok bool) {
	if at <= r.tail || at > r.head {
		return nil, false
	}
	i := at - r.tail - 1
	s := r.spans[i]
	end := len(s.seg.buf)
	if next := i + 1; next < int64(len(r.spans)) && r.spans[next].seg == s.seg {
		end = r.spans[next].start
	}
	return s.seg.buf[s.start:end], end > s.start
}

// append adds the frame of the next position. An empty frame counts the
// position as superseded.
func (r *ring) append(frame []byte, now time.Time) {
	seg := r.room(len(frame), now)
	start := len(seg.buf)
	seg.buf = append(seg.buf, frame...) // within its capacity: never moves
	r.bytes += len(frame)
	r.head++
	seg.last = r.head
	r.spans = append(r.spans, span{seg, start})
}

// room returns the newest segment if n bytes fit, else a new one, twice as
// large as the one before up to the limit.
func (r *ring) room(n int, now time.Time) *segment {
	size := minSegment
	if len(r.segments) > 0 {
		newest := r.segments[len(r.segments)-1]
		if !newest.closed && len(newest.buf)+n <= cap(newest.buf) {
			return newest
		}
		newest.sealed = now
		size = min(2*cap(newest.buf), maxSegment)
	}
	fresh := &segment{buf: make([]byte, 0, max(size, n))}
	r.held.Add(int64(cap(fresh.buf)))
	r.segments = append(r.segments, fresh)
	return fresh
}

// after returns frames that follow position at, as many as lie together, and
// the position they reach; no frames and at itself if there are none. ok is
// false if the ring doesn't reach back to at, or not up to it.
func (r *ring) after(at chat.Position) (frames []byte, upto chat.Position, ok bool) {
	if at < r.tail || at > r.head {
		return nil, at, false
	}
	if at == r.head {
		return nil, at, true
	}
	s := r.spans[at-r.tail]
	return s.seg.buf[s.start:len(s.seg.buf):len(s.seg.buf)], s.seg.last, true
}

// trim drops the oldest segments while the ring holds more than limit bytes,
// and those sealed before old while it holds more than keep. The newest stays.
func (r *ring) trim(limit, keep int, old time.Time) {
	for len(r.segments) > 1 {
		oldest := r.segments[0]
		aged := r.bytes-len(oldest.buf) >= keep && oldest.sealed.Before(old)
		if r.bytes <= limit && !aged {
			return
		}
		r.dropOldest()
	}
}

// seal has the next frame begin a segment, so that all before it can be dropped.
func (r *ring) seal() {
	if len(r.segments) > 0 {
		r.segments[len(r.segments)-1].closed = true
	}
}

// dropUpTo drops what lies in segments that end at a position or before it.
func (r *ring) dropUpTo(at chat.Position) {
	for len(r.segments) > 1 && r.segments[0].last <= at {
		r.dropOldest()
	}
}

func (r *ring) dropOldest() {
	oldest := r.segments[0]
	r.bytes -= len(oldest.buf)
	r.held.Add(-int64(cap(oldest.buf)))
	r.segments[0] = nil
	r.segments = r.segments[1:]
	dropped := int(oldest.last - r.tail)
	clear(r.spans[:dropped])
	r.spans = r.spans[dropped:]
	r.tail = oldest.last
}
