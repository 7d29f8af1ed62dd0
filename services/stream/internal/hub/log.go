package hub

import (
	"bytes"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"parley/core/chat"
	"parley/core/sse"
	"parley/core/wire"
)

const (
	ringLimit  = 4 << 20          // bytes a busy log may hold, per form of its ids
	ringKeep   = 64 << 10         // bytes a log keeps however old they are
	ringAge    = 20 * time.Second // after which the rest is dropped
	maxWaiting = 4096             // early events held; beyond, Postgres is asked instead
	maxRewinds = 16               // remembered
)

// Listener is told what happens to logs. It is called without a log's lock,
// from any goroutine, and must not block.
type Listener interface {
	// Grown tells that a log has grown or was rewound. The time is when the
	// oldest of the messages was stored that it has grown by; see
	// [chat.Message.CreatedAt]. It is 0 if there is none, else Unix nanoseconds.
	Grown(log *Log, stored int64)
	// Changed tells of an event on a person's log. Redis may have brought it,
	// so it is a reason to ask what is true, and nothing more.
	Changed(*Log, wire.Event)
	// Notice brings an event that is not durable.
	Notice(*Log, Notice)
}

// Log is the newest frames of one room or person, encoded once for all who read
// them, and the position up to which this replica knows the log. A reader is a
// cursor into it.
//
// A log is rewound when it turns out that what it holds is not what Postgres
// has: a publish was forged, or the database was restored from a backup. Its
// generation grows then. A reader of an older generation that stands beyond the
// rewind point has seen what is not true, and must go back to it.
type Log struct {
	Topic wire.Topic

	hub   *Hub
	birth *birth // hub.mu: nil once the log can be read
	refs  int32  // hub.mu: streams that read this log

	generation atomic.Uint32 // how often it was rewound
	readAt     atomic.Int64  // when somebody last read it, or left it, in Unix nanoseconds, coarsely

	mu        sync.Mutex
	open      bool          // positions are known: set by load
	read      [2]bool       // the forms that somebody reads
	head      chat.Position // the newest
	confirmed chat.Position // Postgres has confirmed everything up to here
	stored    int64         // when the oldest message was that the listeners were not told of; 0 for none
	rings     [2]*ring      // of these forms, up to head; nil while nothing is in it
	rare      *rare         // nil until something of it is needed

	repair *repair // Hub.repairs: nil while nothing is asked of Postgres
}

// rare is what most logs never have.
type rare struct {
	waiting map[chat.Position]wire.Event // early ones; nil while there are none
	rewinds []chat.Position              // where the latest rewinds led, newest last
	changes []wire.Event                 // of a person, not told to the listeners yet
	expiry  expiry
}

// more returns the rare state, which may be new. l.mu is held.
func (l *Log) more() *rare {
	if l.rare == nil {
		l.rare = &rare{}
	}
	return l.rare
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
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.head
}

// Generation returns how often the log was rewound.
func (l *Log) Generation() uint32 { return l.generation.Load() }

// RewoundSince returns the lowest position that the log was rewound to since
// it had the given generation, and its present generation.
func (l *Log) RewoundSince(generation uint32) (to chat.Position, now uint32) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now = l.generation.Load()
	missed := int(now - generation)
	if missed == 0 {
		return l.head, now
	}
	rewinds := l.rare.rewinds
	return slices.Min(rewinds[len(rewinds)-min(missed, len(rewinds)):]), now
}

// keep makes the log hold frames of this form from now on.
func (l *Log) keep(tagged sse.Tagged) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.read[ringOf(tagged)] = true
}

// ring returns the ring of a form that somebody reads, which may be new; nil
// for the other. l.mu is held.
func (l *Log) ring(i int) *ring {
	if l.rings[i] == nil && l.read[i] {
		l.rings[i] = newRing(l.head, l.hub.held())
	}
	return l.rings[i]
}

// Tail returns the position after which the log holds everything.
func (l *Log) Tail(tagged sse.Tagged) chat.Position {
	l.mu.Lock()
	defer l.mu.Unlock()
	if r := l.rings[ringOf(tagged)]; r != nil {
		return r.tail
	}
	return l.head
}

// After returns frames that follow position at, as many as lie together in
// memory, and the position they reach. No frames and upto == at means that at
// is the head. The bytes never change. ok is false if the log can't serve at.
func (l *Log) After(at chat.Position, tagged sse.Tagged) (frames []byte, upto chat.Position, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.readAt.Store(l.hub.now())
	r := l.rings[ringOf(tagged)]
	if r == nil {
		return nil, at, at == l.head
	}
	return r.after(at)
}

// load opens the log with the newest events, in order of revision, such that
// (tail, head] misses none of them.
func (l *Log) load(events []wire.Event, tail, head chat.Position) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.begin(tail)
	l.open = true
	l.appendUpTo(events, head)
	l.confirmed, l.stored = head, 0
	for _, r := range l.rings {
		if r != nil {
			r.trim(ringKeep, ringKeep, time.Time{})
		}
	}
	l.drainWaiting()
}

// begin empties the rings; they hold what comes after at. l.mu is held.
func (l *Log) begin(at chat.Position) {
	l.head, l.confirmed = at, at
	if l.rare != nil {
		l.rare.expiry = expiry{} // the floor that was seen may not be the room's
	}
	for _, r := range l.rings {
		if r != nil {
			r.restart(at)
		}
	}
}

// offered is what became of an event that was published.
type offered struct {
	grown bool // the log has grown
	gap   bool // the log is left with events that can't be appended yet
	doubt bool // it differs from what the log holds: Postgres must decide
}

// offer takes an event that was published.
func (l *Log) offer(e wire.Event) offered {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := e.At()
	switch {
	case l.open && at <= l.head:
		return offered{doubt: at > l.confirmed && !l.holds(e)}
	case l.open && at == l.head+1:
		l.append(e)
		l.drainWaiting()
		return offered{grown: true, gap: l.waits()}
	}
	r := l.more()
	switch {
	case len(r.waiting) >= maxWaiting, l.open && at > l.head+maxWaiting:
		return offered{gap: l.open} // Postgres will be asked
	case r.waiting == nil:
		r.waiting = make(map[chat.Position]wire.Event)
	}
	r.waiting[at] = e
	return offered{gap: l.open}
}

// disagrees returns the first position at which the log holds another event
// than these, or 0.
func (l *Log) disagrees(events []wire.Event) chat.Position {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range events {
		if e.At() <= l.head && !l.holds(e) {
			return e.At()
		}
	}
	return 0
}

func (l *Log) confirmedAndHead() (confirmed, head chat.Position) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.confirmed, l.head
}

// takeChanges returns what was appended to a person's log since it was last called.
func (l *Log) takeChanges() []wire.Event {
	if _, person := l.Topic.Person(); !person {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.rare == nil {
		return nil
	}
	changes := l.rare.changes
	l.rare.changes = nil
	return changes
}

// takeStored returns when the oldest message was stored that was appended since
// it was last called, as [Listener.Grown] has it.
func (l *Log) takeStored() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	stored := l.stored
	l.stored = 0
	return stored
}

// holds reports whether the log has exactly this event at its position, or
// has forgotten what it had. l.mu is held.
func (l *Log) holds(e wire.Event) bool {
	for i, r := range l.rings {
		if r == nil {
			continue
		}
		if held, ok := r.frame(e.At()); ok {
			return bytes.Equal(held, sse.AppendEvent(nil, l.Topic, e, sse.Tagged(i == 1)))
		}
	}
	return true
}

// extend appends what Postgres holds of (after, upto], in order of revision.
// It reports whether the log has grown.
func (l *Log) extend(events []wire.Event, upto chat.Position) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	head := l.head
	events = events[countUpTo(events, head):] // live ones came in between
	l.appendUpTo(events, upto)
	if l.confirmed >= head { // what Redis brought in between is unconfirmed
		l.confirmed = max(l.confirmed, upto)
	}
	l.drainWaiting()
	return l.head > head
}

// confirm notes that Postgres has everything up to at as the log has it.
func (l *Log) confirm(at chat.Position) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.confirmed = max(l.confirmed, min(at, l.head))
}

// Confirmed returns the position up to which Postgres has confirmed the log.
func (l *Log) Confirmed() chat.Position {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.confirmed
}

// rewind forgets every frame, and stands at position at from now on; see Log.
func (l *Log) rewind(at chat.Position) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.begin(at)
	r := l.more()
	r.waiting = nil
	if len(r.rewinds) == maxRewinds {
		r.rewinds[1] = min(r.rewinds[0], r.rewinds[1]) // the oldest stands for all before it
		r.rewinds = r.rewinds[1:]
	}
	r.rewinds = append(r.rewinds, at)
	l.generation.Add(1)
}

// forget drops every frame, and stays where it is. It reports whether there
// were any.
func (l *Log) forget() (some bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range l.rings {
		if r != nil {
			some = some || len(r.segments) > 0
			r.restart(l.head)
		}
	}
	return some
}

// drop is forget for a log that nobody will read again.
func (l *Log) drop() { l.forget() }

// gap reports whether events wait for an earlier one.
func (l *Log) gap() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.waits()
}

// waits is gap where l.mu is held.
func (l *Log) waits() bool { return l.rare != nil && len(l.rare.waiting) > 0 }

func (l *Log) trim(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range l.rings {
		if r != nil {
			r.trim(ringLimit, ringKeep, now.Add(-ringAge))
		}
	}
	l.dropExpired(now)
}

// appendUpTo appends events and counts the positions between and behind them,
// up to upto, as superseded. l.mu is held.
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
		for i := range l.rings {
			if r := l.ring(i); r != nil {
				r.append(nil, now)
			}
		}
		l.head++
	}
}

func (l *Log) append(e wire.Event) {
	now := time.Now()
	if room, ok := e.(*wire.Room); ok && room.Floor > 0 {
		l.expire(room, now)
	}
	if _, person := l.Topic.Person(); person {
		r := l.more()
		r.changes = append(r.changes, e)
	}
	if m, ok := e.(*chat.Message); ok && m.ID == m.Revision && !m.CreatedAt.IsZero() {
		if at := m.CreatedAt.UnixNano(); l.stored == 0 || at < l.stored {
			l.stored = at
		}
	}
	for i := range l.rings {
		r := l.ring(i)
		if r == nil {
			continue
		}
		r.scratch = sse.AppendEvent(r.scratch[:0], l.Topic, e, sse.Tagged(i == 1))
		r.append(r.scratch, now)
		r.trim(ringLimit, ringLimit, time.Time{})
	}
	l.head = e.At() // a ring that is new begins at the head before
	l.hub.memory.check()
}

// drainWaiting appends what has become due and drops what came otherwise.
func (l *Log) drainWaiting() {
	if !l.waits() {
		return
	}
	waiting := l.rare.waiting
	for {
		e, ok := waiting[l.head+1]
		if !ok {
			break
		}
		delete(waiting, e.At())
		l.append(e)
	}
	for at := range waiting {
		if at <= l.head {
			delete(waiting, at)
		}
	}
	if len(waiting) == 0 {
		l.rare.waiting = nil
	}
}

// countUpTo returns how many of events, in order of revision, are not above at.
func countUpTo(events []wire.Event, at chat.Position) int {
	i, _ := slices.BinarySearchFunc(events, at+1, func(e wire.Event, at chat.Position) int {
		return int(e.At() - at)
	})
	return i
}
