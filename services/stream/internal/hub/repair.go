package hub

import (
	"context"
	"sync"
	"time"

	"parley/core/chat"
	"parley/core/history"
	"parley/core/wire"
)

const (
	compareEvery = time.Second           // heads are compared with Postgres
	trimEvery    = 5 * time.Second       // old frames are dropped
	holdTime     = 5 * time.Millisecond  // for publishes that overtook one another
	graceTime    = 30 * time.Millisecond // for a publish that is on its way
	pageSize     = 500                   // messages in one read
	maxCatchUp   = 10_000                // positions; further behind, a log starts anew
)

// repair is the state of a log's reads from Postgres: one at a time, and those
// who ask while one is under way share the next.
type repair struct {
	mu      sync.Mutex
	holding bool   // a timer will look for a gap
	running bool   // a goroutine works off rounds
	next    *round // begins when the current one is over
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
		case <-compare.C:
			h.compare(ctx)
		case <-h.kick:
			h.compare(ctx)
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

// compare reads the heads of all logs and refreshes those that differ.
func (h *Hub) compare(ctx context.Context) {
	logs := h.all()
	if len(logs) == 0 {
		return
	}
	topics := make([]wire.Topic, len(logs))
	before := make([]chat.Position, len(logs))
	for i, l := range logs {
		topics[i], before[i] = l.Topic, l.Head()
	}
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	heads, err := h.store.Heads(ctx, topics)
	if err != nil {
		h.metrics.Failed.Inc()
		h.log.Warn("heads not compared", "error", err)
		return
	}
	for i, l := range logs {
		head := heads[l.Topic] // 0 if the room is gone
		switch {
		case head < before[i]:
			h.refresh(l)
		case head > l.Head():
			time.AfterFunc(graceTime, func() {
				if l.Head() < head {
					h.metrics.Repaired.Inc()
					h.refresh(l)
				}
			})
		}
	}
}

// hold gives an earlier publish a moment to arrive before Postgres is asked:
// two writers may publish in another order than they committed.
func (h *Hub) hold(l *Log) {
	l.repair.mu.Lock()
	defer l.repair.mu.Unlock()
	if l.repair.holding {
		return
	}
	l.repair.holding = true
	time.AfterFunc(holdTime, func() {
		l.repair.mu.Lock()
		l.repair.holding = false
		l.repair.mu.Unlock()
		if l.gap() {
			h.metrics.Gaps.Inc()
			h.refresh(l)
		}
	})
}

// refresh returns a round of reading that begins after the call.
func (h *Hub) refresh(l *Log) *round {
	l.repair.mu.Lock()
	defer l.repair.mu.Unlock()
	if l.repair.next == nil {
		l.repair.next = &round{done: make(chan struct{})}
	}
	if !l.repair.running {
		l.repair.running = true
		go h.rounds(l)
	}
	return l.repair.next
}

func (h *Hub) rounds(l *Log) {
	for {
		l.repair.mu.Lock()
		r := l.repair.next
		l.repair.next = nil
		if r == nil {
			l.repair.running = false
			l.repair.mu.Unlock()
			return
		}
		l.repair.mu.Unlock()
		if r.err = h.catchUp(l); r.err != nil {
			h.metrics.Failed.Inc()
			h.log.Warn("log not refreshed", "topic", l.Topic, "error", r.err)
		}
		close(r.done)
	}
}

// catchUp appends pages of Postgres until the log reaches the head that was
// there when the last page was read.
//
// Two things make it start the log anew instead, whose readers then fall out
// of it, come back, and are told by reset: it is too far behind; or it is ahead of
// Postgres, which means that a publish was forged or that the database was
// restored from a backup.
func (h *Hub) catchUp(l *Log) error {
	for {
		at := l.Head()
		page, err := h.read(context.Background(), func(ctx context.Context) (history.Page, error) {
			return h.store.After(ctx, l.Topic, at, pageSize)
		})
		if err != nil {
			return err
		}
		if page.Head < at || page.Head-at > maxCatchUp {
			h.log.Warn("log restarted", "topic", l.Topic, "had", at, "head", page.Head)
			h.metrics.Restarted.Inc()
			l.restart(page.Head)
			h.grown(l)
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
