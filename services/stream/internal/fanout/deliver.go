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
func (l *loop) deliver(log *hub.Log, r *room) {
	head := log.Head()
	var windows [2]window // one for each form of the ids
	for i := len(r.subs) - 1; i >= 0; i-- {
		s := r.subs[i]
		w := &windows[0]
		if s.conn.tagged {
			w = &windows[1]
		}
		l.advance(s, head, w)
	}
}

// greeting is the most that greet gathers, in bytes.
const greeting = 16 << 10

// greet begins a stream: head, what the logs have, and that it is ready, as far
// as it fits, in one write. A crowd that returns is mostly a few frames behind.
func (l *loop) greet(c *conn, head []byte) {
	b := append(l.scratch[:0], head...)
	for i := range c.subs {
		b = l.gather(&c.subs[i], b, greeting-len(b))
	}
	l.scratch = b
	if len(b) == 0 || l.send(c, b) {
		l.catchUp(c)
		return
	}
	c.pending = bytes.Clone(c.pending) // scratch is used again
}

// gather appends what follows the sub's cursor, as far as it is at most room
// bytes, and if that is all, that the sub is ready. A small piece of the log is
// copied sooner than written by itself.
func (l *loop) gather(s *sub, b []byte, room int) []byte {
	head := s.log.Head()
	for s.at < head {
		frames, upto, ok := s.log.After(s.at, s.conn.tagged)
		if !ok || upto == s.at || len(frames) > room {
			break
		}
		l.tally.positions += int(upto - s.at)
		b, room, s.at = append(b, frames...), room-len(frames), upto
	}
	if s.at != head {
		return b // advance will see to it
	}
	s.ready = true
	return sse.AppendReady(b, s.log.Topic, s.at, s.conn.tagged)
}

// catchUp brings every sub of a stream up to its log's present head.
func (l *loop) catchUp(c *conn) {
	for i := range c.subs {
		var w window
		l.advance(&c.subs[i], c.subs[i].log.Head(), &w)
		if c.closed() || c.pending != nil {
			return
		}
	}
}

// advance writes what follows a sub's cursor up to head, and when it is there
// for the first time, that it is ready. A stream that has fallen out of the log
// is ended; it resumes from Postgres.
func (l *loop) advance(s *sub, head chat.Position, w *window) {
	c := s.conn
	if c.pending != nil {
		return // resume will go on
	}
	if s.at > head { // the log was restarted
		l.end(c, sse.EndSlow)
		return
	}
	for s.at < head {
		frames, upto, ok := w.after(s.log, s.at, c.tagged)
		if !ok || upto == s.at { // or restarted since
			l.end(c, sse.EndSlow)
			return
		}
		l.tally.positions += int(upto - s.at)
		s.at = upto
		if len(frames) > 0 && !l.send(c, frames) {
			return
		}
	}
	if !s.ready {
		s.ready = true
		l.send(c, sse.AppendReady(nil, s.log.Topic, s.at, c.tagged))
	}
}

// resume goes on with a stream whose socket takes bytes again.
func (l *loop) resume(c *conn) {
	rest := c.pending
	c.pending = nil
	delete(l.blocked, c)
	if l.send(c, rest) {
		l.catchUp(c)
	}
	if !c.closed() && c.pending == nil {
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
func (l *loop) pass(r *room, frame []byte) {
	for i := len(r.subs) - 1; i >= 0; i-- {
		if s := r.subs[i]; s.ready && s.conn.pending == nil {
			l.send(s.conn, frame)
		}
	}
}

// send writes b, or as much as the socket takes; the rest waits in pending. It
// reports whether all was written. It may close c.
func (l *loop) send(c *conn, b []byte) bool {
	n, blocked, err := c.sock.write(b)
	l.tally.writes++
	l.tally.bytes += n
	if err != nil {
		l.close(c, "gone")
		return false
	}
	c.lastWrite = l.now
	if !blocked {
		return true
	}
	c.pending = b[n:]
	c.blockedAt = l.now
	l.blocked[c] = struct{}{}
	l.await(c, true)
	return false
}

// end says why a stream ends, if its socket takes that now, and closes it.
func (l *loop) end(c *conn, reason string) {
	if c.pending == nil {
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
	rooms := make([]Room, len(c.subs))
	for i := range c.subs {
		s := &c.subs[i]
		rooms[i].Log = s.log
		r := l.rooms[s.log]
		r.remove(s)
		if len(r.subs) == 0 {
			delete(l.rooms, s.log)
		}
	}
	delete(l.blocked, c)
	seat, sock := c.session, c.sock
	l.table.remove(c)
	if err := sock.close(); err != nil {
		l.engine.log.Debug("close stream", "error", err)
	}
	l.engine.metrics.Streams.Dec()
	l.engine.metrics.Ended.WithLabelValues(reason).Inc()
	l.engine.giveBack(seat, rooms)
}
