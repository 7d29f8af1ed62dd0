package hub

import (
	"slices"
	"sync"
	"time"

	"parley/core/event"
)

const (
	ringLimit  = 4 << 20          // bytes a busy room may hold, per form of its ids
	ringKeep   = 64 << 10         // bytes a room keeps however old they are
	ringAge    = 20 * time.Second // after which the rest is dropped
	maxWaiting = 4096             // early messages held; beyond, Postgres is asked instead
)

// Listener is told that a log has grown, or carries a notice. It is called
// without the log's lock, from any goroutine, and must not block.
type Listener interface {
	Grown(*Log)
	Notice(*Log, []byte)
}

// Log is one room's newest frames, encoded once for all who read them, and
// the position up to which this replica knows the room. A reader is a cursor
// into it.
type Log struct {
	Room string

	loaded  chan struct{} // closed once the log can be read, or loadErr is set
	loadErr error         // read after loaded

	refs     int       // hub.mu: streams that read this log
	idleFrom time.Time // hub.mu: since when refs is 0

	listeners []Listener // fixed at creation

	mu      sync.RWMutex
	open    bool                             // positions are known: set by load
	head    event.Position                   // the newest
	rings   [2]ring                          // of the forms that somebody reads, up to head
	read    [2]bool                          // which these are
	waiting map[event.Position]event.Message // published, but further than head+1
	scratch []byte

	repair repair
}

// The two rings differ in their frames' ids alone: "42" and "general:42".
func ringOf(tagged event.Tagged) int {
	if tagged {
		return 1
	}
	return 0
}

// Head returns the newest position that the log knows.
func (l *Log) Head() event.Position {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.head
}

// keep makes the log hold frames of this form from now on.
func (l *Log) keep(tagged event.Tagged) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if i := ringOf(tagged); !l.read[i] {
		l.read[i] = true
		l.rings[i].restart(l.head)
	}
}

// Tail returns the position after which the log holds everything.
func (l *Log) Tail(tagged event.Tagged) event.Position {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.rings[ringOf(tagged)].tail
}

// After returns frames that follow position at, as many as lie together in
// memory, and the position they reach. No frames and upto == at means that at
// is the head. The bytes never change. ok is false if the log can't serve at.
func (l *Log) After(at event.Position, tagged event.Tagged) (frames []byte, upto event.Position, ok bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.rings[ringOf(tagged)].after(at)
}

// load opens the log with the newest messages, in order of revision, such
// that (tail, head] misses none of them.
func (l *Log) load(messages []event.Message, tail, head event.Position) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.begin(tail)
	l.open = true
	l.appendUpTo(messages, head)
	l.drainWaiting()
}

// begin empties the rings; they hold what comes after at. l.mu is held.
func (l *Log) begin(at event.Position) {
	l.head = at
	for i := range l.rings {
		l.rings[i].restart(at)
	}
}

// offer takes a message that was published. It reports whether the log has
// grown, and whether it is left with messages that can't be appended yet.
func (l *Log) offer(m event.Message) (grown, gap bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	head := l.head
	switch {
	case l.open && m.Revision <= head:
		return false, false
	case l.open && m.Revision == head+1:
		l.append(&m)
		l.drainWaiting()
		return true, len(l.waiting) > 0
	case len(l.waiting) >= maxWaiting, l.open && m.Revision > head+maxWaiting:
		return false, l.open // Postgres will be asked
	}
	if l.waiting == nil {
		l.waiting = make(map[event.Position]event.Message)
	}
	l.waiting[m.Revision] = m
	return false, l.open
}

// extend appends what Postgres holds of (after, upto], in order of revision.
// It reports whether the log has grown.
func (l *Log) extend(messages []event.Message, upto event.Position) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	head := l.head
	messages = messages[countUpTo(messages, head):] // live ones came in between
	l.appendUpTo(messages, upto)
	l.drainWaiting()
	return l.head > head
}

// restart forgets every frame: readers are sent back to where they can learn
// the truth. See Hub.repair for when.
func (l *Log) restart(at event.Position) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.begin(at)
	l.waiting = nil
}

// gap reports whether messages wait for an earlier one.
func (l *Log) gap() bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return len(l.waiting) > 0
}

func (l *Log) trim(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range l.rings {
		l.rings[i].trim(ringLimit, ringKeep, now.Add(-ringAge))
	}
}

// appendUpTo appends messages and counts the positions between and behind
// them, up to upto, as superseded. l.mu is held.
func (l *Log) appendUpTo(messages []event.Message, upto event.Position) {
	for i := range messages {
		l.skipTo(messages[i].Revision - 1)
		l.append(&messages[i])
	}
	l.skipTo(upto)
}

func (l *Log) skipTo(at event.Position) {
	now := time.Now()
	for l.head < at {
		l.head++
		for i := range l.rings {
			if l.read[i] {
				l.rings[i].append(nil, now)
			}
		}
	}
}

func (l *Log) append(m *event.Message) {
	now := time.Now()
	l.head = m.Revision
	for i := range l.rings {
		if !l.read[i] {
			continue
		}
		l.scratch = event.AppendFrame(l.scratch[:0], m, event.Tagged(i == 1))
		l.rings[i].append(l.scratch, now)
		l.rings[i].trim(ringLimit, ringLimit, time.Time{})
	}
}

// drainWaiting appends what has become due and drops what came otherwise.
func (l *Log) drainWaiting() {
	for {
		m, ok := l.waiting[l.head+1]
		if !ok {
			break
		}
		delete(l.waiting, m.Revision)
		l.append(&m)
	}
	for at := range l.waiting {
		if at <= l.head {
			delete(l.waiting, at)
		}
	}
	if len(l.waiting) == 0 {
		l.waiting = nil
	}
}

// countUpTo returns how many of messages, in order of revision, are not above at.
func countUpTo(messages []event.Message, at event.Position) int {
	i, _ := slices.BinarySearchFunc(messages, at+1, func(m event.Message, at event.Position) int {
		return int(m.Revision - at)
	})
	return i
}
