package hub

import (
	"context"
	"time"

	"parley/core/chat"
	"parley/core/history"
	"parley/core/wire"
)

const (
	preload      = 64                     // messages a new log begins with
	preloadBytes = 32 << 10               // of their bodies
	loadTogether = 100                    // logs loaded by one query
	ackPatience  = 500 * time.Millisecond // for Redis to acknowledge subscriptions
)

// load brings new logs to life, or takes them out again, and closes loaded.
func (h *Hub) load(logs []*Log, loaded chan struct{}) {
	ctx, cancel := context.WithTimeout(h.ctx, 2*readTimeout)
	defer cancel()
	for rest := logs; len(rest) > 0; {
		n := min(len(rest), loadTogether)
		h.loadSome(ctx, rest[:n])
		rest = rest[n:]
	}
	h.mu.Lock()
	for _, l := range logs {
		if l.loadErr == nil {
			l.loaded = loadedLog
			h.metrics.Logs.Inc()
		} else {
			delete(h.logs, l.Topic)
		}
	}
	h.mu.Unlock()
	close(loaded)
}

// loadSome subscribes to the channels of those logs that exist, waits, and
// reads the newest events. It sets loadErr of the logs that failed.
func (h *Hub) loadSome(ctx context.Context, logs []*Log) {
	topics := make([]wire.Topic, len(logs))
	for i, l := range logs {
		topics[i] = l.Topic
	}
	heads, err := read(ctx, h, func(ctx context.Context) (map[wire.Topic]chat.Position, error) { return h.store.Heads(ctx, topics) })
	topics = topics[:0]
	for _, l := range logs {
		if _, exists := heads[l.Topic]; exists {
			topics = append(topics, l.Topic)
		}
	}
	var pages map[wire.Topic]history.Page
	if err == nil && len(topics) > 0 {
		h.join(topics)
		pages, err = read(ctx, h, func(ctx context.Context) (map[wire.Topic]history.Page, error) {
			return h.store.Latest(ctx, topics, preload, preloadBytes)
		})
	}
	for _, l := range logs {
		page, exists := pages[l.Topic]
		switch {
		case err == nil && exists:
			l.load(page.Events, page.From, page.Head)
			continue
		case err == nil:
			l.loadErr = history.ErrNotFound
		default:
			l.loadErr = err
		}
		if _, joined := heads[l.Topic]; joined {
			h.bell.Leave(l.Topic)
		}
	}
}

// join subscribes to channels, and waits until Redis has acknowledged all. What
// it doesn't acknowledge in time, the comparison of heads makes up for.
func (h *Hub) join(topics []wire.Topic) {
	acknowledged := make([]<-chan struct{}, len(topics))
	for i, topic := range topics {
		acknowledged[i] = h.bell.Join(topic)
	}
	patience := time.NewTimer(ackPatience)
	defer patience.Stop()
	for _, one := range acknowledged {
		select {
		case <-one:
		case <-patience.C:
			return
		}
	}
}
