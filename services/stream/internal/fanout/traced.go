package fanout

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"parley/core/chat"
	"parley/core/trace"
	"parley/stream/internal/hub"
)

const (
	maxTraced = 64               // in a loop, at once; more are not waited for
	tracedFor = 10 * time.Second // to be delivered
)

// delivery is the span of one event's way to the sockets of all loops. It ends
// when the last loop has written.
type delivery struct {
	span     *trace.Span
	followed *atomic.Int32 // of the engine

	mu    sync.Mutex
	loops int // that have yet to write
	written
}

// written is what became of an event.
type written struct {
	streams     int // that took bytes
	blocked     int // that take none at present
	first, last time.Time
	slowest     time.Duration // of the writes
}

// Traced follows an event that the log is about to have; see [hub.Follower].
func (e *Engine) Traced(log *hub.Log, at chat.Position, span *trace.Span) {
	d := &delivery{span: span, loops: len(e.loops), followed: &e.followed}
	e.followed.Add(1)
	since := time.Now()
	for _, l := range e.loops {
		l.post(func(m *mail) { m.traced = append(m.traced, traced{log, at, since, d}) })
	}
}

// done adds what one loop has written, and ends the span after the last.
func (d *delivery) done(w written) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.streams += w.streams
	d.blocked += w.blocked
	d.slowest = max(d.slowest, w.slowest)
	if w.streams > 0 {
		if d.first.IsZero() || w.first.Before(d.first) {
			d.first = w.first
		}
		if w.last.After(d.last) {
			d.last = w.last
		}
	}
	if d.loops--; d.loops > 0 {
		return
	}
	d.span.Int("parley.streams", int64(d.streams))
	d.span.Int("parley.streams.blocked", int64(d.blocked))
	if d.streams > 0 {
		d.span.Seconds("parley.write.slowest", d.slowest)
		d.span.Event("first write", d.first)
		d.span.Event("last write", d.last)
	}
	d.span.End(nil)
	d.followed.Add(-1)
}

// traced is a delivery that a loop is to take part in.
type traced struct {
	log   *hub.Log
	at    chat.Position
	since time.Time
	*delivery
}

// expect waits for the turns that bring these events, where the loop has their
// logs.
func (l *loop) expect(all []traced) {
	for _, t := range all {
		if len(l.traced) >= maxTraced || l.rooms.get(t.log) == nil {
			t.done(written{})
			continue
		}
		l.traced = append(l.traced, t)
	}
}

// forgetTraced ends to wait for events that came otherwise.
func (l *loop) forgetTraced() {
	l.traced = slices.DeleteFunc(l.traced, func(t traced) bool {
		late := l.now.Sub(t.since) > tracedFor
		if late {
			t.done(written{})
		}
		return late
	})
}

// deliverTraced does what deliver does, up to head, if that brings what is
// traced; else it does nothing, and returns false. It looks at the clock for each
// stream.
func (l *loop) deliverTraced(r *room, head chat.Position) bool {
	l.expect(l.takeTraced()) // they come before a head that has them
	brings := func(t traced) bool { return t.log == r.log && t.at <= head }
	if !slices.ContainsFunc(l.traced, brings) {
		return false
	}
	var windows [2]window
	var w written
	for i := len(r.subs) - 1; i >= 0; i-- {
		s := l.subs.at(r.subs[i])
		c := l.table.at(s.conn)
		form := &windows[0]
		if c.tagged {
			form = &windows[1]
		}
		before, began := l.tally.writes, time.Now()
		if c.blocked != nil {
			w.blocked++
		}
		l.advance(c, s, r, head, form)
		if l.tally.writes > before {
			w.add(began, time.Now())
		}
	}
	l.traced = slices.DeleteFunc(l.traced, func(t traced) bool {
		brought := brings(t)
		if brought {
			t.done(w)
		}
		return brought
	})
	return true
}

func (w *written) add(began, end time.Time) {
	if w.streams == 0 {
		w.first = end
	}
	w.streams++
	w.last = end
	w.slowest = max(w.slowest, end.Sub(began))
}
