// Package hub keeps a log of each room that somebody here listens to.
//
//	Redis ──Ring──▶ Log ──Grown──▶ listeners (the sockets' loops)
//	                 ▲
//	Postgres ──load, refresh: what Redis did not bring
//
// A log's life: the first stream of a room creates it; it subscribes, waits
// until Redis acknowledges, and only then reads the newest messages, so that
// nothing falls between. It ends a while after its last stream.
//
// Redis is a hint. Positions are dense, so the log sees what it misses: it
// appends head+1, drops what it has, and fetches a gap from Postgres. Once a
// second, and whenever the subscription was renewed, it compares heads.
package hub

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"parley/core/event"
	"parley/stream/internal/history"
)

const (
	preload     = 64                     // messages a new log begins with
	linger      = time.Minute            // a log without streams stays as long
	ackPatience = 500 * time.Millisecond // for Redis to acknowledge a subscription
	readTimeout = 5 * time.Second        // for one read from Postgres
)

// Bell subscribes to rooms' channels. Join's channel is closed once the
// subscription stands, or when there is no use in waiting. Neither blocks.
type Bell interface {
	Join(room string) <-chan struct{}
	Leave(room string)
}

// Hub finds and keeps the logs.
type Hub struct {
	store     *history.Store
	bell      Bell
	log       *slog.Logger
	metrics   *Metrics
	listeners []Listener
	reads     chan struct{} // bounds concurrent reads of Postgres
	kick      chan struct{} // asks for a comparison of heads now

	mu   sync.Mutex
	logs map[string]*Log
}

const maxReads = 8

// New returns a hub whose logs tell listeners.
func New(store *history.Store, bell Bell, log *slog.Logger, metrics *Metrics, listeners ...Listener) *Hub {
	return &Hub{
		store: store, bell: bell, log: log, metrics: metrics, listeners: listeners,
		reads: make(chan struct{}, maxReads),
		kick:  make(chan struct{}, 1),
		logs:  make(map[string]*Log),
	}
}

// Acquire returns the room's log, ready to be read in this form;
// [Hub.Release] gives it back. It returns history.ErrRoomNotFound, an error of ctx, or one of Postgres.
func (h *Hub) Acquire(ctx context.Context, room string, tagged event.Tagged) (*Log, error) {
	h.mu.Lock()
	l := h.logs[room]
	if l == nil {
		l = &Log{Room: room, loaded: make(chan struct{}), listeners: h.listeners}
		l.keep(tagged) // before load: it fills this form
		h.logs[room] = l
		go h.load(l) //nolint:gosec // for all who wait, not for this request alone
	}
	l.refs++
	h.mu.Unlock()

	select {
	case <-l.loaded:
	case <-ctx.Done():
		h.Release(l)
		return nil, ctx.Err()
	}
	if l.loadErr != nil {
		h.Release(l)
		return nil, l.loadErr
	}
	l.keep(tagged)
	return l, nil
}

// Release gives back a log.
func (h *Hub) Release(l *Log) {
	h.mu.Lock()
	defer h.mu.Unlock()
	l.refs--
	if l.refs == 0 {
		l.idleFrom = time.Now()
	}
}

// Ring takes a payload from a room's channel.
func (h *Hub) Ring(room string, payload []byte) {
	l := h.find(room)
	if l == nil {
		return
	}
	p, err := event.ParsePayload(room, payload)
	if err != nil {
		h.metrics.Rejected.Inc()
		h.log.Warn("payload rejected", "room", room, "error", err)
		return
	}
	if p.Type != "" {
		h.notice(l, p.Type, payload)
		return
	}
	grown, gap := l.offer(p.Message)
	if grown {
		h.grown(l)
	}
	if gap {
		h.hold(l)
	}
}

// load brings a new log to life, or takes it out again.
func (h *Hub) load(l *Log) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*readTimeout)
	defer cancel()
	joined := false
	page, err := h.read(ctx, func(ctx context.Context) (history.Page, error) {
		if err := h.store.Exists(ctx, l.Room); err != nil {
			return history.Page{}, err
		}
		joined = true
		h.await(h.bell.Join(l.Room))
		return h.store.Latest(ctx, l.Room, preload)
	})
	if err != nil {
		h.mu.Lock()
		delete(h.logs, l.Room)
		if joined {
			h.bell.Leave(l.Room)
		}
		h.mu.Unlock()
		l.loadErr = err
	} else {
		l.load(page.Messages, page.From, page.Head)
		h.metrics.Rooms.Inc()
	}
	close(l.loaded)
}

func (h *Hub) await(acknowledged <-chan struct{}) {
	patience := time.NewTimer(ackPatience)
	defer patience.Stop()
	select {
	case <-acknowledged:
	case <-patience.C: // the comparison of heads makes up for it
	}
}

// read runs a read of Postgres, with a deadline, a few at a time.
func (h *Hub) read(ctx context.Context, query func(context.Context) (history.Page, error)) (history.Page, error) {
	select {
	case h.reads <- struct{}{}:
		defer func() { <-h.reads }()
	case <-ctx.Done():
		return history.Page{}, ctx.Err()
	}
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	return query(ctx)
}

func (h *Hub) find(room string) *Log {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.logs[room]
}

func (h *Hub) grown(l *Log) {
	for _, listener := range l.listeners {
		listener.Grown(l)
	}
}

// sweep forgets the logs that nobody has read for a while.
func (h *Hub) sweep(now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for room, l := range h.logs {
		if l.refs == 0 && !l.idleFrom.IsZero() && now.Sub(l.idleFrom) > linger {
			delete(h.logs, room)
			h.bell.Leave(room)
			h.metrics.Rooms.Dec()
		}
	}
}

// all returns the logs that are loaded.
func (h *Hub) all() []*Log {
	h.mu.Lock()
	defer h.mu.Unlock()
	logs := make([]*Log, 0, len(h.logs))
	for _, l := range h.logs {
		select {
		case <-l.loaded:
			logs = append(logs, l)
		default:
		}
	}
	return logs
}
