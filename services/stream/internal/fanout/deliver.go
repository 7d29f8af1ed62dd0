package fanout

import (
	"bytes"

	"parley/core/chat"
	"parley/core/sse"
	"parley/stream/internal/hub"
)

// window remembers the log's last answer: most subs of a room stand at the
// same position, and the answer's bytes never change.
type window struct {
	at, upto chat.Position
	frames   []byte
	ok, set  bool
}

func (w *window) after(log *hub.Log, at chat.Position, tagged sse.Tagged) (frames []byte, upto chat.Position, ok bool) {
	if !w.set || w.at != at {
		w.frames, w.upto, w.ok = log.After(at, tagged)
		w.at, w.set = at, true
	}
	return w.frames, w.upto, w.ok
}

// deliver brings every sub of a room up to the log's present head.
func (l *loop) deliver(r *room) {
	l.align(r)
	head := r.log.Head()
	if l.engine.followed.Load() > 0 && l.deliverTraced(r, head) {
		return
	}
	var windows [2]window // one for each form of the ids
	for i := len(r.subs) - 1; i >= 0; i-- {
		s := l.subs.at(r.subs[i])
		c := l.table.at(s.conn)
		w := &windows[0]
		if c.tagged {
			w = &windows[1]
		}
		l.advance(c, s, r, head, w)
	}
}

// piece is how much catchUp gathers for one write, in bytes.
const piece = 16 << 10

// greet begins a stream: its head, what the logs have, and that they are ready.
func (l *loop) greet(c *conn, head []byte) {
	l.scratch = append(l.scratch[:0], head...)
	l.catchUp(c)
}

// catchUp brings every sub of a stream up to its log's present head, the
// person's own log first: it says which rooms begin. What it finds is gathered
// after what is in l.scratch already, and written in few pieces: a crowd that
// returns is mostly a few frames behind in many rooms.
func (l *loop) catchUp(c *conn) {
	own := l.own(c)
	if own != 0 && !l.catchUpTo(c, own) {
		return
	}
	for n := c.first; n != 0; n = l.subs.at(n).next {
		if n != own && !l.catchUpTo(c, n) {
			return
		}
	}
	l.flush(c)
}

// own returns the sub of a stream in its person's log, 0 if it has none.
func (l *loop) own(c *conn) uint32 {
	n := c.first
	for n != 0 && l.rooms.at(l.subs.at(n).room).log != c.person {
		n = l.subs.at(n).next
	}
	return n
}

// catchUpTo gathers for one sub. It reports whether the stream can go on; it
// may close c.
func (l *loop) catchUpTo(c *conn, n uint32) bool {
	s := l.subs.at(n)
	if s.has(subHeld) {
		return true
	}
	r := l.rooms.at(s.room)
	l.scratch = l.gather(c, s, r, l.scratch)
	if s.at() >= r.log.Head() && len(l.scratch) < piece {
		return true
	}
	if !l.flush(c) {
		return false
	}
	var w window
	l.advance(c, s, r, r.log.Head(), &w)
	return !c.closed() && c.blocked == nil
}

// flush writes what was gathered. It reports whether the stream can go on; it
// may close c.
func (l *loop) flush(c *conn) bool {
	b := l.scratch
	l.scratch = b[:0]
	if len(b) == 0 || l.send(c, b) {
		return true
	}
	if c.blocked != nil {
		c.blocked.pending = bytes.Clone(c.blocked.pending) // scratch is used again
	}
	return false
}

// gather appends what follows the sub's cursor, as far as it is a small piece
// of the log, and if that is all, that the sub is ready. A small piece is
// copied sooner than written by itself.
func (l *loop) gather(c *conn, s *sub, r *room, b []byte) []byte {
	head := r.log.Head()
	if s.has(subSilent) {
		s.setAt(head)
		return b
	}
	if s.has(subReset) {
		s.unset(subReset)
		b = sse.AppendReset(b, r.log.Topic, s.at(), c.tagged)
	}
	for s.at() < head {
		frames, upto, ok := r.log.After(s.at(), c.tagged)
		if !ok || upto == s.at() || len(b)+len(frames) > piece {
			return b // advance will see to it
		}
		l.tally.positions += int(upto - s.at())
		b = append(b, frames...)
		s.setAt(upto)
	}
	if !s.has(subReady) && s.at() == head {
		s.set(subReady)
		b = sse.AppendReady(b, r.log.Topic, s.at(), c.tagged)
	}
	return b
}

// advance writes what follows a sub's cursor up to head, and when it is there
// for the first time, that it is ready. A stream that has fallen out of the log
// is ended; it resumes from Postgres. It may close c.
func (l *loop) advance(c *conn, s *sub, r *room, head chat.Position, w *window) {
	switch {
	case s.has(subSilent):
		s.setAt(head)
		return
	case s.has(subHeld), c.blocked != nil:
		return // release or resume will go on
	case s.has(subReset):
		s.unset(subReset)
		if !l.send(c, sse.AppendReset(nil, r.log.Topic, s.at(), c.tagged)) {
			return
		}
	}
	for s.at() < head {
		frames, upto, ok := w.after(r.log, s.at(), c.tagged)
		if !ok || upto == s.at() {
			if r.log.Generation() == r.generation { // else it was rewound just now, and will be served again
				l.end(c, sse.EndSlow)
			}
			return
		}
		l.tally.positions += int(upto - s.at())
		s.setAt(upto)
		if len(frames) > 0 && !l.send(c, frames) {
			return
		}
	}
	if !s.has(subReady) && s.at() == head {
		s.set(subReady)
		l.send(c, sse.AppendReady(nil, r.log.Topic, s.at(), c.tagged))
	}
}

// resume goes on with a stream whose socket takes bytes again.
func (l *loop) resume(c *conn) {
	rest := c.blocked.pending
	c.blocked = nil
	delete(l.blocked, c)
	if l.send(c, rest) {
		l.scratch = l.scratch[:0]
		l.catchUp(c)
	}
	if !c.closed() && c.blocked == nil {
		l.await(c, false)
	}
}

// await begins or ends to wait for a socket that was blocked. It may close c.
func (l *loop) await(c *conn, writable bool) {
	if err := l.poller.await(c.sock, c.handle, writable); err != nil {
		l.engine.log.Error("stream not watched", "error", err)
		l.close(c, "error")
	}
}

// pass hands a notice to the subs that are live and not blocked.
func (l *loop) pass(r *room, n hub.Notice) {
	for i := len(r.subs) - 1; i >= 0; i-- {
		s := l.subs.at(r.subs[i])
		c := l.table.at(s.conn)
		if n.Present != "" && (!c.everything || c.session.Username == n.Present) {
			continue
		}
		if s.has(subReady) && !s.has(subHeld) && c.blocked == nil {
			l.send(c, n.Frame)
		}
	}
}

// send writes b, or as much as the socket takes; the rest waits. It reports
// whether all was written. It may close c.
func (l *loop) send(c *conn, b []byte) bool {
	n, full, err := c.sock.write(b)
	l.tally.writes++
	l.tally.bytes += n
	if err != nil {
		l.close(c, "gone")
		return false
	}
	c.lastWrite = l.now.UnixNano()
	if !full {
		return true
	}
	c.blocked = &blocked{pending: b[n:], since: l.now}
	l.blocked[c] = struct{}{}
	l.await(c, true)
	return false
}

// end says why a stream ends, if its socket takes that now, and closes it.
func (l *loop) end(c *conn, reason string) {
	if c.blocked == nil {
		frame := sse.AppendEnd(make([]byte, 0, 64), reason)
		if _, _, err := c.sock.write(frame); err != nil {
			reason = "gone"
		}
	}
	l.close(c, reason)
}

// close forgets c everywhere, then closes its socket, in this order: from then
// on nothing leads to the descriptor's number any more.
func (l *loop) close(c *conn, reason string) {
	logs := l.logs[:0]
	l.each(c, func(n uint32, _ *sub) { logs = append(logs, l.leave(c, n)) })
	delete(l.blocked, c)
	seat, sock := c.session, c.sock
	l.table.remove(c)
	if err := sock.close(); err != nil {
		l.engine.log.Debug("close stream", "error", err)
	}
	l.engine.metrics.Streams.Dec()
	l.engine.metrics.Ended.WithLabelValues(reason).Inc()
	if len(logs) > 0 {
		l.engine.owners.Logs(logs...)
	}
	l.engine.owners.Session(seat)
	clear(logs)
	l.logs = logs[:0]
}
