package hub

import (
	"sync"
	"time"

	"parley/core/sse"
	"parley/core/wire"
)

const (
	noticeEvery = time.Second // the same notice of a log is passed on this often
	maxNoticed  = 4096        // notices that are remembered

	maxPresent     = 200  // readers of a log that is told who is here
	presencesEvery = 2000 // deliveries of who is here within a noticeEvery, over all logs
)

// notices remembers what was passed on a moment ago: somebody who types is
// told of once a second, however often it is published.
type notices struct {
	mu   sync.Mutex
	seen map[string]time.Time

	since     time.Time // presences were counted since then
	presences int       // deliveries
}

// affords reports whether somebody's presence may be passed on to so many
// readers. It is shed before anything else: pages ask for it when they must.
func (n *notices) affords(readers int, now time.Time) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if now.Sub(n.since) >= noticeEvery {
		n.since, n.presences = now, 0
	}
	if readers > maxPresent || n.presences+readers > presencesEvery {
		return false
	}
	n.presences += readers
	return true
}

// fresh reports whether a frame was not passed on within noticeEvery.
func (n *notices) fresh(topic wire.Topic, frame []byte, now time.Time) bool {
	key := string(topic) + "\x00" + string(frame)
	n.mu.Lock()
	defer n.mu.Unlock()
	if at, ok := n.seen[key]; ok && now.Sub(at) < noticeEvery {
		return false
	}
	if n.seen == nil || len(n.seen) >= maxNoticed {
		n.seen = make(map[string]time.Time)
	}
	n.seen[key] = now
	return true
}

// notice hands on an event that is not durable: whoever is listening gets it,
// and it is not kept.
func (h *Hub) notice(l *Log, n wire.Notice) {
	now := time.Now()
	if _, ok := n.(*wire.Presence); ok && !h.notices.affords(h.readers(l), now) {
		return
	}
	frame := sse.AppendNotice(nil, n)
	if !h.notices.fresh(l.Topic, frame, now) {
		return
	}
	for _, listener := range h.listeners {
		listener.Notice(l, frame)
	}
}
