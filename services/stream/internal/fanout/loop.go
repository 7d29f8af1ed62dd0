package fanout

import (
	"errors"
	"os"
	"slices"
	"time"

	"parley/core/sse"
	"parley/stream/internal/hub"
)

// loop owns a share of the streams. Everything below the inbox is touched by
// the goroutine in run alone: it alone writes to sockets and closes them, so
// a descriptor's number can't be reused under a writer.
type loop struct {
	engine *Engine
	poller poller
	ready  chan []readiness // from poll to run
	inbox
	drained  chan struct{} // closed when a drain has ended the last stream
	closeErr error         // of the poller; read after run

	table   table
	subs    subTable
	rooms   roomTable
	blocked map[*conn]struct{}
	rests   rests
	wheel   wheel
	now     time.Time // of the current round
	drainBy time.Time // zero unless draining
	tally   tally
	scratch []byte     // of catchUp
	logs    []*hub.Log // of close
	traced  []traced   // events that are to be delivered
}

func newLoop(e *Engine, p poller) *loop {
	now := time.Now()
	return &loop{
		engine: e, poller: p, ready: make(chan []readiness), inbox: newInbox(),
		drained: make(chan struct{}),
		rooms:   newRoomTable(),
		blocked: make(map[*conn]struct{}),
		rests:   newRests(),
		wheel:   wheel{origin: now}, now: now,
	}
}

// poll hands readiness to run until the poller is closed. Its two buffers take
// turns: run is done with one when it takes the other.
func (l *loop) poll() {
	defer close(l.ready)
	var buffers [2][]readiness
	for i := 0; ; i = 1 - i {
		list, err := l.poller.wait(buffers[i][:0])
		if err != nil {
			if !errors.Is(err, os.ErrClosed) {
				l.engine.log.Error("poller failed", "error", err)
			}
			return
		}
		buffers[i] = list
		l.ready <- list
	}
}

// run is the life of the loop.
func (l *loop) run() {
	tick := time.NewTicker(wheelTick)
	defer tick.Stop()
	var m mail
	m.grown = make(map[*hub.Log]int64)
	for {
		select {
		case list := <-l.ready:
			l.now = time.Now()
			for _, r := range list {
				l.react(r)
			}
		case <-l.wake:
			l.now = time.Now()
			m = l.take(m)
			l.read(m)
			if m.stop {
				l.finish()
				return
			}
		case l.now = <-l.rests.alarm.C:
			for log, stored := range l.rests.over(l.now) {
				l.serve(log, stored)
			}
		case l.now = <-tick.C:
			l.wheel.turn(l.now, l.check)
			l.closeBlocked()
			l.forgetTraced()
			l.drainSome()
		}
		l.tally.settle(l.engine.metrics)
	}
}

func (l *loop) read(m mail) {
	for _, s := range m.adds {
		l.admit(s)
	}
	for _, one := range m.changes { // before anybody is told of them
		l.hold(one.log, one.event)
	}
	l.expect(m.traced)
	for log, stored := range m.grown {
		l.serve(log, stored)
	}
	for _, rooms := range m.rooms {
		l.applied(rooms)
	}
	for _, one := range m.changes { // after what was asked before they came
		l.changed(one.log, one.event)
	}
	for _, n := range m.notices {
		if r := l.rooms.get(n.log); r != nil {
			l.pass(r, n.Notice)
		}
	}
	if m.ended {
		l.table.each(func(c *conn) {
			if c.session.Ended(l.now) {
				l.end(c, sse.EndSession)
			}
		})
	}
	if !m.drain.IsZero() {
		l.drainBy = m.drain
	}
}

// finish closes every stream, and then the poller, which lets poll end.
func (l *loop) finish() {
	l.table.each(func(c *conn) { l.end(c, sse.EndDrain) })
	l.tally.settle(l.engine.metrics)
	l.closeErr = l.poller.close()
	for range l.ready { // until the poller is closed
	}
}

// admit makes s one of the loop's streams. Its subs are listed before they
// read, so no growth falls between.
func (l *loop) admit(s entrant) {
	c := l.table.put()
	c.sock, c.session, c.tagged = s.sock, s.Session, s.Tagged
	c.everything, c.person = s.Everything, s.Person
	c.lastWrite, c.endsAt = l.now.UnixNano(), s.endsAt.UnixNano()
	l.engine.metrics.Streams.Inc()
	for _, place := range slices.Backward(s.Rooms) { // each goes to the front
		l.join(c, place)
	}
	if err := l.poller.watch(c.sock, c.handle); err != nil {
		l.engine.log.Error("stream not watched", "error", err)
		l.close(c, "error")
		return
	}
	l.wheel.add(c.handle, l.due(c))
	if c.session.Ended(l.now) { // between its handshake and now
		l.end(c, sse.EndSession)
		return
	}
	if c.person != nil && c.person.Head() > s.AsOf { // what it has may be another by now
		l.holdAll(c)
		l.engine.owners.Sync(c.person)
	}
	l.greet(c, s.Head)
}

// react handles what the poller saw of one socket, if it is still there.
func (l *loop) react(r readiness) {
	c := l.table.get(r.handle)
	if c == nil {
		return
	}
	if r.gone || r.readable && c.sock.discard() {
		l.close(c, "gone")
		return
	}
	if r.writable && c.blocked != nil {
		l.resume(c)
	}
}

// check does what is due for a stream at this time, and plans the next.
func (l *loop) check(h handle) {
	c := l.table.get(h)
	if c == nil {
		return
	}
	switch {
	case c.session.Ended(l.now):
		l.end(c, sse.EndSession)
		return
	case l.now.UnixNano() >= c.endsAt:
		l.end(c, sse.EndMaxAge)
		return
	case c.blocked == nil && l.now.UnixNano()-c.lastWrite >= int64(l.engine.config.Heartbeat):
		if !l.send(c, ping) && c.closed() {
			return
		}
	}
	l.wheel.add(h, l.due(c))
}

var ping = []byte(sse.Ping)

// due returns when a stream wants to be looked at again.
func (l *loop) due(c *conn) time.Time {
	due := time.Unix(0, min(c.lastWrite+int64(l.engine.config.Heartbeat), c.endsAt))
	if expires := c.session.Expires(); expires.Before(due) {
		due = expires
	}
	return due
}

func (l *loop) closeBlocked() {
	for c := range l.blocked {
		if l.now.Sub(c.blocked.since) > blockedPatience {
			l.close(c, sse.EndSlow)
		}
	}
}

// drainSome ends as many streams as is their share of the time that is left.
func (l *loop) drainSome() {
	if l.drainBy.IsZero() {
		return
	}
	rounds := max(int(l.drainBy.Sub(l.now)/wheelTick), 1)
	share := (l.table.len() + rounds - 1) / rounds
	l.table.each(func(c *conn) {
		if share > 0 {
			share--
			l.end(c, sse.EndDrain)
		}
	})
	if l.table.len() == 0 {
		select {
		case <-l.drained:
		default:
			close(l.drained)
		}
	}
}
