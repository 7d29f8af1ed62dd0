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
	maxTyping      = 2000 // readers of a log that is told who writes
	typingEvery    = 4000 // deliveries of who writes within a noticeEvery, over all logs
)

// notices remembers what was passed on a moment ago: somebody who types is
// told of once a second, however often it is published.
type notices struct {
	mu   sync.Mutex
	seen map[string]time.Time

	presence, typing budget
}

// budget counts the deliveries of one kind of notice.
type budget struct {
	since time.Time
	spent int
}

// affords reports whether a notice may be passed on to so many readers. Notices
// are shed before anything else: who is here is asked for by pages, and who
// writes is seen a moment later, by what they wrote.
func (n *notices) affords(notice wire.Notice, readers int, now time.Time) bool {
	b, most, all := &n.typing, maxTyping, typingEvery
	if _, ok := notice.(*wire.Presence); ok {
		b, most, all = &n.presence, maxPresent, presencesEvery
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if now.Sub(b.since) >= noticeEvery {
		*b = budget{since: now}
	}
	if readers > most || b.spent+readers > all {
		return false
	}
	b.spent += readers
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

// Notice is an event that is not durable. If it tells who is here it is for
// streams of everything alone, and not for those of the person whom it is about.
type Notice struct {
	Frame   []byte
	Present string // whom it is about; "" if it tells something else
}

// notice hands on an event that is not durable: whoever is listening gets it,
// and it is not kept.
func (h *Hub) notice(l *Log, n wire.Notice) {
	now := time.Now()
	frame := sse.AppendNotice(nil, n)
	if !h.notices.fresh(l.Topic, frame, now) || !h.notices.affords(n, h.readers(l), now) {
		return
	}
	notice := Notice{Frame: frame}
	if p, ok := n.(*wire.Presence); ok {
		notice.Present = p.Username
	}
	for _, listener := range h.listeners {
		listener.Notice(l, notice)
	}
}
