package fanout

import (
	"sync"
	"time"

	"parley/core/wire"
	"parley/stream/internal/hub"
)

// inbox is how other goroutines reach a loop. It is bounded by what it is
// about: a log is in it once, a stream once; notices beyond maxNotices are lost,
// as they may be.
type inbox struct {
	wake chan struct{} // has one token while there is something to take

	mu      sync.Mutex
	mail    mail
	stopped bool
}

// mail is what a loop takes at once.
type mail struct {
	adds    []entrant
	grown   map[*hub.Log]int64 // when its oldest message was stored; 0 for none
	notices []notice
	changes []change
	traced  []traced
	rooms   []Rooms
	ended   bool      // some sessions have
	drain   time.Time // all streams are to end until then
	stop    bool
}

// entrant is a stream that has yet to get a slot.
type entrant struct {
	Stream
	sock   socket
	endsAt time.Time
}

type notice struct {
	log *hub.Log
	hub.Notice
}

// change is an event on a person's log.
type change struct {
	log   *hub.Log
	event wire.Event
}

const (
	maxNotices = 1024
	maxKept    = 64 // streams that may come in at once without new memory
)

func newInbox() inbox {
	return inbox{wake: make(chan struct{}, 1), mail: mail{grown: make(map[*hub.Log]int64)}}
}

func (in *inbox) post(put func(*mail)) {
	in.mu.Lock()
	put(&in.mail)
	in.mu.Unlock()
	select {
	case in.wake <- struct{}{}:
	default:
	}
}

// take empties the inbox into old, whose memory is used again for the next.
func (in *inbox) take(old mail) mail {
	clear(old.adds)
	clear(old.grown)
	clear(old.notices)
	clear(old.changes)
	clear(old.traced)
	clear(old.rooms)
	in.mu.Lock()
	defer in.mu.Unlock()
	taken := in.mail
	if cap(old.adds) > maxKept { // a crowd came in; its memory goes with it
		old.adds = nil
	}
	in.mail = mail{adds: old.adds[:0], grown: old.grown, notices: old.notices[:0], changes: old.changes[:0], traced: old.traced[:0], rooms: old.rooms[:0]}
	if taken.stop {
		in.stopped = true
	}
	return taken
}

// add returns false once the loop has stopped.
func (in *inbox) add(s entrant) bool {
	in.mu.Lock()
	stopped := in.stopped
	if !stopped {
		in.mail.adds = append(in.mail.adds, s)
	}
	in.mu.Unlock()
	if !stopped {
		in.post(func(*mail) {})
	}
	return !stopped
}

// takeTraced takes the deliveries that are to be traced, and nothing else.
func (in *inbox) takeTraced() []traced {
	in.mu.Lock()
	defer in.mu.Unlock()
	taken := in.mail.traced
	in.mail.traced = nil
	return taken
}

func (in *inbox) grown(log *hub.Log, stored int64) {
	in.post(func(m *mail) { m.grown[log] = earlier(m.grown[log], stored) })
}

// earlier returns the earlier of two times of which 0 is none.
func earlier(a, b int64) int64 {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

func (in *inbox) notice(log *hub.Log, n hub.Notice) {
	in.post(func(m *mail) {
		if len(m.notices) < maxNotices {
			m.notices = append(m.notices, notice{log, n})
		}
	})
}

func (in *inbox) changedLog(log *hub.Log, e wire.Event) {
	in.post(func(m *mail) { m.changes = append(m.changes, change{log, e}) })
}

func (in *inbox) apply(rooms Rooms) {
	in.post(func(m *mail) { m.rooms = append(m.rooms, rooms) })
}

func (in *inbox) ended()                { in.post(func(m *mail) { m.ended = true }) }
func (in *inbox) drain(until time.Time) { in.post(func(m *mail) { m.drain = until }) }
func (in *inbox) stop()                 { in.post(func(m *mail) { m.stop = true }) }
