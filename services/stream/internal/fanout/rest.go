package fanout

import (
	"time"

	"parley/stream/internal/hub"
)

const (
	shortTurn = 500 * time.Microsecond // a turn as short as this needs no rest
	longRest  = 20 * time.Millisecond  // the most that a message is held back
)

// rests are the rooms that have grown but are resting.
//
// A turn, a write to every stream of a large room, takes milliseconds. A loop
// that began the next one at once would write to everybody for each message,
// and leave no processor to those who store the next. So a room rests as long
// as its turn took, and what comes meanwhile goes out in one write: up to half
// of the processor for half the latency of a turn. A room whose messages are
// further apart never waits.
type rests struct {
	rooms map[*hub.Log]time.Time // until when
	alarm *time.Timer
}

func newRests() rests {
	alarm := time.NewTimer(time.Hour)
	alarm.Stop()
	return rests{rooms: make(map[*hub.Log]time.Time), alarm: alarm}
}

// hold remembers that log has grown, and sets the alarm.
func (r *rests) hold(log *hub.Log, now, until time.Time) {
	r.rooms[log] = until
	if len(r.rooms) == 1 {
		r.alarm.Reset(until.Sub(now))
	}
}

// over returns the rooms that have rested, and sets the alarm for the others.
func (r *rests) over(now time.Time) (rested []*hub.Log) {
	var next time.Time
	for log, until := range r.rooms {
		switch {
		case !now.Before(until):
			rested = append(rested, log)
			delete(r.rooms, log)
		case next.IsZero() || until.Before(next):
			next = until
		}
	}
	if !next.IsZero() {
		r.alarm.Reset(next.Sub(now))
	}
	return rested
}

// serve delivers what a room has grown by, unless it is resting.
func (l *loop) serve(log *hub.Log) {
	r := l.rooms.get(log)
	if r == nil {
		return
	}
	began := time.Now()
	if began.UnixNano() < r.restsUntil {
		l.rests.hold(log, began, time.Unix(0, r.restsUntil))
		return
	}
	l.deliver(r)
	end := time.Now()
	if turn := end.Sub(began); turn > shortTurn {
		r.restsUntil = end.Add(min(turn, longRest)).UnixNano()
	}
}
