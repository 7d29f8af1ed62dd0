// Package hub keeps a log of each room and person that somebody here listens to.
//
//	Redis ──Ring──▶ Log ──Grown, Changed──▶ listeners (the sockets' loops)
//	                 ▲
//	Postgres ──load, refresh: what Redis did not bring
//
// A log's life: the first stream that reads it creates it; it subscribes, waits
// until Redis acknowledges, and only then reads the newest events, so that
// nothing falls between. It ends a while after its last stream.
//
// Redis is a hint. Positions are dense, so the log sees what it misses: it
// appends head+1, drops what it has, and fetches a gap from Postgres. Once a
// second, and whenever the subscription was renewed, it compares heads. Where
// Redis and Postgres differ, Postgres is right.
package hub

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"parley/core/history"
	"parley/core/sse"
	"parley/core/trace"
	"parley/core/wire"
	"parley/stream/internal/slab"
)

const (
	linger      = time.Minute     // a log without streams stays as long
	readTimeout = 5 * time.Second // for one read from Postgres
	maxReads    = 8               // at once
)

// Bell subscribes to logs' channels. Join's channel is closed once the
// subscription stands, or when there is no use in waiting. Neither blocks.
type Bell interface {
	Join(wire.Topic) <-chan struct{}
	Leave(wire.Topic)
}

// Hub finds and keeps the logs. Whatever it begins ends with [Hub.Close].
type Hub struct {
	store     *history.Store
	bell      Bell
	log       *slog.Logger
	metrics   *Metrics
	listeners []Listener
	tracing   *tracing // nil is off
	memory    memory
	notices   notices
	reads     chan struct{} // bounds concurrent reads of Postgres
	kick      chan struct{} // asks for a comparison of heads now
	loads     chan []*Log   // to be brought to life

	ctx     context.Context // of all that runs in the background
	stop    context.CancelFunc
	running sync.WaitGroup
	clock   atomic.Int64 // coarse, Unix nanoseconds

	known   history.Known // of compare
	every   []*Log        // of all
	repairs sync.Mutex    // of the state of all logs' repairs: short, and rare

	mu    sync.Mutex
	logs  map[wire.Topic]*Log
	slab  slab.Slab[Log]
	names slab.Names
}

// ErrClosed is returned for a log that a closed hub is asked for.
var ErrClosed = errors.New("hub closed")

// New returns a hub whose logs tell listeners, and hold limit bytes together
// at most; 0 is no limit.
func New(store *history.Store, bell Bell, log *slog.Logger, metrics *Metrics, limit int64, listeners ...Listener) *Hub {
	h := &Hub{
		store: store, bell: bell, log: log, metrics: metrics, listeners: listeners,
		memory: memory{limit: limit},
		reads:  make(chan struct{}, maxReads),
		kick:   make(chan struct{}, 1),
		loads:  make(chan []*Log, loadQueue),
		logs:   make(map[wire.Topic]*Log),
	}
	h.memory.over = make(chan struct{}, 1)
	h.ctx, h.stop = context.WithCancel(context.Background())
	h.clock.Store(time.Now().UnixNano())
	for range loaders {
		h.running.Go(h.loadAll)
	}
	return h
}

// Close ends what the hub has begun, and waits for it.
func (h *Hub) Close() {
	h.stop()
	h.running.Wait()
}

// Acquire returns the log of topic, ready to be read in this form;
// [Hub.Release] gives it back. It returns [history.ErrNotFound], an error of
// ctx, or one of Postgres.
func (h *Hub) Acquire(ctx context.Context, topic wire.Topic, tagged sse.Tagged) (*Log, error) {
	logs, err := h.AcquireAll(ctx, []wire.Topic{topic}, tagged)
	if err != nil {
		return nil, err
	}
	if logs[0] == nil {
		return nil, history.ErrNotFound
	}
	return logs[0], nil
}

// AcquireAll is [Hub.Acquire] for many logs, which are loaded together. A log
// that doesn't exist is nil.
func (h *Hub) AcquireAll(ctx context.Context, topics []wire.Topic, tagged sse.Tagged) ([]*Log, error) {
	logs, births, fresh := h.take(topics, tagged)
	if len(fresh) > 0 {
		select {
		case h.loads <- fresh: // for all who wait, not for this request alone
		case <-h.ctx.Done():
			return nil, ErrClosed
		}
	}
	for i, l := range logs {
		err := births[i].await(ctx, h)
		switch {
		case err == nil:
			l.keep(tagged)
		case errors.Is(err, history.ErrNotFound):
			logs[i] = nil
		default:
			h.Release(logs...)
			return nil, err
		}
	}
	return logs, nil
}

// take adds a reader to each of the logs of topics. Those that are fresh are to
// be loaded; births are nil for those that are loaded already.
func (h *Hub) take(topics []wire.Topic, tagged sse.Tagged) (logs []*Log, births []*birth, fresh []*Log) {
	logs, births = make([]*Log, len(topics)), make([]*birth, len(topics))
	h.mu.Lock()
	defer h.mu.Unlock()
	for i, topic := range topics {
		l := h.logs[topic]
		if l == nil {
			l = h.slab.New()
			l.Topic, l.hub, l.birth = wire.Topic(h.names.Keep(string(topic))), h, &birth{over: make(chan struct{})}
			l.keep(tagged) // before load: it fills this form
			h.logs[l.Topic] = l
			fresh = append(fresh, l)
		}
		l.refs++
		logs[i], births[i] = l, l.birth
	}
	return logs, births, fresh
}

// Retain adds a reader to a log that has one already.
func (h *Hub) Retain(l *Log) {
	h.mu.Lock()
	defer h.mu.Unlock()
	l.refs++
}

func (h *Hub) readers(l *Log) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return int(l.refs)
}

// Release gives back logs, one reader of each. It passes over nil.
func (h *Hub) Release(logs ...*Log) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, l := range logs {
		if l == nil {
			continue
		}
		l.refs--
		l.readAt.Store(h.now())
	}
}

// Ring takes a payload from a log's channel.
func (h *Hub) Ring(topic wire.Topic, payload []byte) {
	l := h.find(topic)
	if l == nil {
		return
	}
	if h.tracing == nil {
		h.ring(l, payload, nil)
		return
	}
	received := h.tracing.receive(payload)
	h.ring(l, payload, received)
	received.End(nil)
}

func (h *Hub) ring(l *Log, payload []byte, received *trace.Span) {
	e, notice, err := wire.Parse(l.Topic, payload)
	if err != nil {
		h.metrics.Rejected.Inc()
		h.log.Warn("payload rejected", "topic", l.Topic, "error", err)
		return
	}
	if notice != nil {
		h.notice(l, notice)
		return
	}
	if received != nil {
		h.tracing.follow(l, e, received)
	}
	became := l.offer(e)
	if became.grown {
		h.grown(l)
	}
	if became.gap {
		h.hold(l)
	}
	if became.doubt {
		h.metrics.Doubted.Inc()
		h.doubt(l, e.At())
	}
}

// read runs a read of Postgres, with a deadline, a few at a time.
func read[T any](ctx context.Context, h *Hub, query func(context.Context) (T, error)) (result T, err error) {
	select {
	case h.reads <- struct{}{}:
		defer func() { <-h.reads }()
	case <-ctx.Done():
		return result, ctx.Err()
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
	for _, e := range l.takeChanges() {
		for _, listener := range h.listeners {
			listener.Changed(l, e)
		}
	}
	stored := l.takeStored()
	for _, listener := range h.listeners {
		listener.Grown(l, stored)
	}
}

// sweep forgets the logs that nobody has read for a while.
func (h *Hub) sweep(now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for topic, l := range h.logs {
		if l.refs == 0 && now.UnixNano()-l.readAt.Load() > int64(linger) {
			l.drop()
			delete(h.logs, topic)
			h.bell.Leave(topic)
			h.metrics.Logs.Dec()
		}
	}
}

// all returns the logs that are loaded. It is called by one goroutine at a
// time, and the list is good until it calls again.
func (h *Hub) all() []*Log {
	h.mu.Lock()
	defer h.mu.Unlock()
	clear(h.every)
	h.every = h.every[:0]
	for _, l := range h.logs {
		if l.birth == nil {
			h.every = append(h.every, l)
		}
	}
	return h.every
}

// held returns the count of bytes that all rings hold.
func (h *Hub) held() *atomic.Int64 { return &h.memory.held }

// now returns the time, at most a second late, in Unix nanoseconds.
func (h *Hub) now() int64 { return h.clock.Load() }

// Readers returns how many readers a log has.
func (h *Hub) Readers(topic wire.Topic) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	if l := h.logs[topic]; l != nil {
		return int(l.refs)
	}
	return 0
}
