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

	"parley/core/history"
	"parley/core/sse"
	"parley/core/wire"
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
	Join(wire.Topic) <-chan struct{}
	Leave(wire.Topic)
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
	logs map[wire.Topic]*Log
}

const maxReads = 8

// New returns a hub whose logs tell listeners.
func New(store *history.Store, bell Bell, log *slog.Logger, metrics *Metrics, listeners ...Listener) *Hub {
	return &Hub{
		store: store, bell: bell, log: log, metrics: metrics, listeners: listeners,
		reads: make(chan struct{}, maxReads),
		kick:  make(chan struct{}, 1),
		logs:  make(map[wire.Topic]*Log),
	}
}

// Acquire returns the room's log, ready to be read in this form;
// [Hub.Release] gives it back. It returns history.ErrNotFound, an error of ctx, or one of Postgres.
func (h *Hub) Acquire(ctx context.Context, topic wire.Topic, tagged sse.Tagged) (*Log, error) {
	h.mu.Lock()
	l := h.logs[topic]
	if l == nil {
		l = &Log{Topic: topic, loaded: make(chan struct{}), listeners: h.listeners}
		l.keep(tagged) // before load: it fills this form
		h.logs[topic] = l
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
func (h *Hub) Ring(topic wire.Topic, payload []byte) {
	l := h.find(topic)
	if l == nil {
		return
	}
	e, notice, err := wire.Parse(topic, payload)
	if err != nil {
		h.metrics.Rejected.Inc()
		h.log.Warn("payload rejected", "topic", topic, "error", err)
		return
	}
	if notice != nil {
		h.notice(l, notice)
		return
	}
	grown, gap := l.offer(e)
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
		heads, err := h.store.Heads(ctx, []wire.Topic{l.Topic})
		if err != nil {
			return history.Page{}, err
		}
		if _, exists := heads[l.Topic]; !exists {
			return history.Page{}, history.ErrNotFound
		}
		joined = true
		h.await(h.bell.Join(l.Topic))
		return h.store.Latest(ctx, l.Topic, preload)
	})
	if err != nil {
		h.mu.Lock()
		delete(h.logs, l.Topic)
		if joined {
			h.bell.Leave(l.Topic)
		}
		h.mu.Unlock()
		l.loadErr = err
	} else {
		l.load(page.Events, page.From, page.Head)
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

func (h *Hub) find(topic wire.Topic) *Log {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.logs[topic]
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
	for topic, l := range h.logs {
		if l.refs == 0 && !l.idleFrom.IsZero() && now.Sub(l.idleFrom) > linger {
			delete(h.logs, topic)
			h.bell.Leave(topic)
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
