package hub

import (
	"slices"
	"sync"
	"time"

	"parley/core/chat"
	"parley/core/sse"
	"parley/core/wire"
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
	Topic wire.Topic

	loaded  chan struct{} // closed once the log can be read, or loadErr is set
	loadErr error         // read after loaded

	refs     int       // hub.mu: streams that read this log
	idleFrom time.Time // hub.mu: since when refs is 0

	listeners []Listener // fixed at creation

	mu      sync.RWMutex
	open    bool                         // positions are known: set by load
	head    chat.Position                // the newest
	rings   [2]ring                      // of the forms that somebody reads, up to head
	read    [2]bool                      // which these are
	waiting map[chat.Position]wire.Event // published, but further than head+1
	scratch []byte

	repair repair
}

// The two rings differ in their frames' ids alone: "42" and "general:42".
func ringOf(tagged sse.Tagged) int {
	if tagged {
		return 1
	}
	return 0
}

// Head returns the newest position that the log knows.
func (l *Log) Head() chat.Position {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.head
}

// keep makes the log hold frames of this form from now on.
func (l *Log) keep(tagged sse.Tagged) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if i := ringOf(tagged); !l.read[i] {
		l.read[i] = true
		l.rings[i].restart(l.head)
	}
}

// Tail returns the position after which the log holds everything.
func (l *Log) Tail(tagged sse.Tagged) chat.Position {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.rings[ringOf(tagged)].tail
}

// After returns frames that follow position at, as many as lie together in
// memory, and the position they reach. No frames and upto == at means that at
// is the head. The bytes never change. ok is false if the log can't serve at.
func (l *Log) After(at chat.Position, tagged sse.Tagged) (frames []byte, upto chat.Position, ok bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.rings[ringOf(tagged)].after(at)
}

// load opens the log with the newest messages, in order of revision, such
// that (tail, head] misses none of them.
func (l *Log) load(events []wire.Event, tail, head chat.Position) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.begin(tail)
	l.open = true
	l.appendUpTo(events, head)
	l.drainWaiting()
}

// begin empties the rings; they hold what comes after at. l.mu is held.
func (l *Log) begin(at chat.Position) {
	l.head = at
	for i := range l.rings {
		l.rings[i].restart(at)
	}
}

// offer takes a message that was published. It reports whether the log has
// grown, and whether it is left with messages that can't be appended yet.
func (l *Log) offer(e wire.Event) (grown, gap bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	head := l.head
	switch {
	case l.open && e.At() <= head:
		return false, false
	case l.open && e.At() == head+1:
		l.append(e)
		l.drainWaiting()
		return true, len(l.waiting) > 0
	case len(l.waiting) >= maxWaiting, l.open && e.At() > head+maxWaiting:
		return false, l.open // Postgres will be asked
	}
	if l.waiting == nil {
		l.waiting = make(map[chat.Position]wire.Event)
	}
	l.waiting[e.At()] = e
	return false, l.open
}

// extend appends what Postgres holds of (after, upto], in order of revision.
// It reports whether the log has grown.
func (l *Log) extend(events []wire.Event, upto chat.Position) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	head := l.head
	events = events[countUpTo(events, head):] // live ones came in between
	l.appendUpTo(events, upto)
	l.drainWaiting()
	return l.head > head
}

// restart forgets every frame: readers are sent back to where they can learn
// the truth. See Hub.repair for when.
func (l *Log) restart(at chat.Position) {
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

// appendUpTo appends events and counts the positions between and behind
// them, up to upto, as superseded. l.mu is held.
func (l *Log) appendUpTo(events []wire.Event, upto chat.Position) {
	for _, e := range events {
		l.skipTo(e.At() - 1)
		l.append(e)
	}
	l.skipTo(upto)
}

func (l *Log) skipTo(at chat.Position) {
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

func (l *Log) append(e wire.Event) {
	now := time.Now()
	l.head = e.At()
	for i := range l.rings {
		if !l.read[i] {
			continue
		}
		l.scratch = sse.AppendEvent(l.scratch[:0], l.Topic, e, sse.Tagged(i == 1))
		l.rings[i].append(l.scratch, now)
		l.rings[i].trim(ringLimit, ringLimit, time.Time{})
	}
}

// drainWaiting appends what has become due and drops what came otherwise.
func (l *Log) drainWaiting() {
	for {
		e, ok := l.waiting[l.head+1]
		if !ok {
			break
		}
		delete(l.waiting, e.At())
		l.append(e)
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

// countUpTo returns how many of events, in order of revision, are not above at.
func countUpTo(events []wire.Event, at chat.Position) int {
	i, _ := slices.BinarySearchFunc(events, at+1, func(e wire.Event, at chat.Position) int {
		return int(e.At() - at)
	})
	return i
}
