package hub

import (
	"context"
	"slices"
	"time"

	"parley/core/batch"
	"parley/core/chat"
	"parley/core/history"
	"parley/core/wire"
)

const (
	preload      = 64                     // messages a new log begins with
	preloadBytes = 32 << 10               // of their bodies
	maxBegin     = 2048                   // positions it begins with, most of which may be superseded
	loadTogether = 200                    // logs loaded by one query
	loadQueue    = 4096                   // requests that wait for theirs; more wait for a place
	loaders      = 2                      // at once: one that hangs doesn't stop all
	ackPatience  = 500 * time.Millisecond // for Redis to acknowledge subscriptions
)

// birth is how a log comes to life.
type birth struct {
	over chan struct{} // closed once the log can be read, or err is set
	err  error         // read after over
}

// await returns when the log can be read, or won't be. A nil birth is over.
func (b *birth) await(ctx context.Context, h *Hub) error {
	if b == nil {
		return nil
	}
	select {
	case <-b.over:
		return b.err
	case <-ctx.Done():
		return ctx.Err()
	case <-h.ctx.Done():
		return ErrClosed
	}
}

// loadAll loads what is asked for until the hub is closed. What gathers while
// one load is under way shares the next: a crowd costs a few queries.
func (h *Hub) loadAll() {
	for {
		select {
		case <-h.ctx.Done():
			return
		case first := <-h.loads:
			h.load(slices.Concat(batch.Gather([][]*Log{first}, h.loads, loadTogether)...))
		}
	}
}

// load brings new logs to life, or takes them out again.
func (h *Hub) load(logs []*Log) {
	ctx, cancel := context.WithTimeout(h.ctx, 2*readTimeout)
	defer cancel()
	for some := range slices.Chunk(logs, loadTogether) {
		h.loadSome(ctx, some)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, l := range logs {
		b := l.birth
		if b.err == nil {
			l.birth = nil
			h.metrics.Logs.Inc()
		} else {
			delete(h.logs, l.Topic)
		}
		close(b.over)
	}
}

// loadSome subscribes to the channels of those logs that exist, waits, and
// reads the newest events. It says of the others why not.
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
			l.load(newest(page))
			continue
		case err == nil:
			l.birth.err = history.ErrNotFound
		default:
			l.birth.err = err
		}
		if _, joined := heads[l.Topic]; joined {
			h.bell.Leave(l.Topic)
		}
	}
}

// newest returns what of a page a new log begins with: the events of
// (tail, head], which are at most maxBegin positions. Most are superseded where
// a room has little that was changed often, or was restored from a backup and
// goes on far above what it had; a log has a place in memory for each.
func newest(page history.Page) (events []wire.Event, tail, head chat.Position) {
	tail = max(page.From, page.Head-maxBegin)
	return page.Events[countUpTo(page.Events, tail):], tail, page.Head
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
