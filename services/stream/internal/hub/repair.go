package hub

import (
	"context"
	"time"

	"parley/core/chat"
	"parley/core/history"
)

const (
	compareEvery = time.Second           // heads are compared with Postgres
	trimEvery    = 5 * time.Second       // old frames are dropped
	holdTime     = 5 * time.Millisecond  // for publishes that overtook one another
	graceTime    = 30 * time.Millisecond // for a publish that is on its way
	pageSize     = 500                   // events in one read
	maxCatchUp   = 10_000                // positions; further behind, a log is rewound to the head
)

// repair is the state of a log's reads from Postgres: one at a time, and those
// who ask while one is under way share the next. Hub.repairs guards it.
type repair struct {
	holding bool          // somebody waits to look for a gap
	running bool          // a goroutine works off rounds
	doubt   chat.Position // the lowest position that Postgres is to confirm; 0 for none
	next    *round        // begins when the current one is over
}

type round struct {
	done chan struct{}
	err  error // read after done
}

// Run compares heads with Postgres every second, and at once after
// [Hub.Renewed], until ctx ends.
func (h *Hub) Run(ctx context.Context) {
	compare, trim := time.NewTicker(compareEvery), time.NewTicker(trimEvery)
	defer compare.Stop()
	defer trim.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-compare.C:
			h.clock.Store(now.UnixNano())
			h.compare(ctx)
		case <-h.kick:
			h.compare(ctx)
		case <-h.memory.over:
			h.makeRoom()
		case now := <-trim.C:
			h.sweep(now)
			for _, l := range h.all() {
				l.trim(now)
			}
		}
	}
}

// Renewed tells that a subscription has begun anew: publishes before it may be lost.
func (h *Hub) Renewed() {
	select {
	case h.kick <- struct{}{}:
	default: // asked for already
	}
}

// Refresh returns when the log holds all that was committed before the call.
func (h *Hub) Refresh(ctx context.Context, l *Log) error {
	r := h.refresh(l)
	select {
	case <-r.done:
		return r.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// compare asks for the logs whose head is not Postgres's, and refreshes them.
// It is called by one goroutine at a time.
func (h *Hub) compare(ctx context.Context) {
	logs := h.all()
	if len(logs) == 0 {
		return
	}
	defer h.known.Clear()
	for _, l := range logs {
		h.known.Add(l.Topic, l.Head())
	}
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	moved, err := h.store.Moved(ctx, &h.known)
	if err != nil {
		h.metrics.Failed.Inc()
		h.log.Warn("heads not compared", "error", err)
		return
	}
	h.follow(moved)
	h.check(ctx, logs)
}

// follow refreshes logs whose head is not Postgres's, unless that passes by
// itself. People come before rooms: who was removed while nothing could be told
// learns of it before the room goes on.
func (h *Hub) follow(moved []history.Move) {
	var people, rooms []history.Move
	for _, m := range moved {
		switch _, person := m.Topic.Person(); {
		case m.Head < m.Known:
			if l := h.find(m.Topic); l != nil {
				h.refresh(l)
			}
		case person:
			people = append(people, m)
		default:
			rooms = append(rooms, m)
		}
	}
	if len(people)+len(rooms) == 0 {
		return
	}
	h.after(graceTime, func() {
		for _, r := range h.refreshBehind(people) {
			select {
			case <-r.done:
			case <-h.ctx.Done():
				return
			}
		}
		h.refreshBehind(rooms)
	})
}

// refreshBehind refreshes those logs that are still behind.
func (h *Hub) refreshBehind(moved []history.Move) (rounds []*round) {
	for _, m := range moved {
		if l := h.find(m.Topic); l != nil && l.Head() < m.Head {
			h.metrics.Repaired.Inc()
			rounds = append(rounds, h.refresh(l))
		}
	}
	return rounds
}

// after calls do in a while, unless the hub is closed before.
func (h *Hub) after(d time.Duration, do func()) {
	h.running.Go(func() {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
			do()
		case <-h.ctx.Done():
		}
	})
}

// hold gives an earlier publish a moment to arrive before Postgres is asked:
// two writers may publish in another order than they committed.
func (h *Hub) hold(l *Log) {
	h.repairs.Lock()
	defer h.repairs.Unlock()
	r := l.repairing()
	if r.holding {
		return
	}
	r.holding = true
	h.after(holdTime, func() {
		h.repairs.Lock()
		r.holding = false
		h.repairs.Unlock()
		if l.gap() {
			h.metrics.Gaps.Inc()
			h.refresh(l)
		}
	})
}

// doubt asks Postgres what is true from position at on.
func (h *Hub) doubt(l *Log, at chat.Position) {
	h.repairs.Lock()
	if r := l.repairing(); r.doubt == 0 || at < r.doubt {
		r.doubt = at
	}
	h.repairs.Unlock()
	h.refresh(l)
}

// refresh returns a round of reading that begins after the call.
func (h *Hub) refresh(l *Log) *round {
	h.repairs.Lock()
	defer h.repairs.Unlock()
	r := l.repairing()
	if r.next == nil {
		r.next = &round{done: make(chan struct{})}
	}
	if !r.running {
		r.running = true
		h.running.Go(func() { h.rounds(l, r) })
	}
	return r.next
}

// repairing returns the log's repair, which may be new. Hub.repairs is held.
func (l *Log) repairing() *repair {
	if l.repair == nil {
		l.repair = &repair{}
	}
	return l.repair
}

func (h *Hub) rounds(l *Log, state *repair) {
	for {
		h.repairs.Lock()
		r, doubt := state.next, state.doubt
		state.next, state.doubt = nil, 0
		if r == nil {
			state.running = false
			h.repairs.Unlock()
			return
		}
		h.repairs.Unlock()
		if doubt > 0 {
			r.err = h.settle(l, doubt)
		}
		if r.err == nil {
			r.err = h.catchUp(l)
		}
		if r.err != nil {
			h.metrics.Failed.Inc()
			h.log.Warn("log not refreshed", "topic", l.Topic, "error", r.err)
		}
		close(r.done)
	}
}

// settle has Postgres say whether what the log holds from position at on is
// true. If it isn't, the log is rewound.
func (h *Hub) settle(l *Log, at chat.Position) error {
	for from, head := at-1, l.Head(); from < head; {
		page, err := h.page(l, from)
		if err != nil {
			return err
		}
		if l.disagrees(page.Events) > 0 {
			h.rewind(l, at-1)
			return nil
		}
		l.confirm(page.Upto)
		if page.Upto >= page.Head {
			return nil
		}
		from = page.Upto
	}
	return nil
}

func (h *Hub) page(l *Log, from chat.Position) (history.Page, error) {
	return read(h.ctx, h, func(ctx context.Context) (history.Page, error) {
		return h.store.After(ctx, l.Topic, from, pageSize)
	})
}

func (h *Hub) rewind(l *Log, to chat.Position) {
	h.log.Warn("log rewound", "topic", l.Topic, "had", l.Head(), "to", to)
	h.metrics.Rewound.Inc()
	l.rewind(to)
	h.grown(l)
}

// catchUp appends pages of Postgres until the log reaches the head that was
// there when the last page was read.
//
// Two things make it rewind the log to Postgres's head instead: it is too far
// behind; or it is ahead of Postgres, which means that a publish was forged or
// that the database was restored from a backup.
func (h *Hub) catchUp(l *Log) error {
	for {
		at := l.Head()
		page, err := h.page(l, at)
		if err != nil {
			return err
		}
		if page.Head < at || page.Head-at > maxCatchUp {
			h.rewind(l, page.Head)
			return nil
		}
		if l.extend(page.Events, page.Upto) {
			h.grown(l)
		}
		if page.Upto >= page.Head {
			return nil
		}
	}
}
