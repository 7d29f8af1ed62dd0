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
	rooms map[*hub.Log]rest
	alarm *time.Timer
}

// rest is a room's.
type rest struct {
	until  time.Time
	stored int64 // when the oldest message was that waits; 0 for none
}

func newRests() rests {
	alarm := time.NewTimer(time.Hour)
	alarm.Stop()
	return rests{rooms: make(map[*hub.Log]rest), alarm: alarm}
}

// hold remembers that log has grown, and sets the alarm.
func (r *rests) hold(log *hub.Log, now, until time.Time, stored int64) {
	r.rooms[log] = rest{until, earlier(r.rooms[log].stored, stored)}
	if len(r.rooms) == 1 {
		r.alarm.Reset(until.Sub(now))
	}
}

// over returns the rooms that have rested, with what they have in stored, and
// sets the alarm for the others.
func (r *rests) over(now time.Time) (rested map[*hub.Log]int64) {
	var next time.Time
	for log, one := range r.rooms {
		switch {
		case !now.Before(one.until):
			if rested == nil {
				rested = make(map[*hub.Log]int64, len(r.rooms))
			}
			rested[log] = one.stored
			delete(r.rooms, log)
		case next.IsZero() || one.until.Before(next):
			next = one.until
		}
	}
	if !next.IsZero() {
		r.alarm.Reset(next.Sub(now))
	}
	return rested
}

// serve delivers what a room has grown by, unless it is resting. Of its
// messages the oldest was stored then; 0 is no message.
func (l *loop) serve(log *hub.Log, stored int64) {
	r := l.rooms.get(log)
	if r == nil {
		return
	}
	began := time.Now()
	if began.UnixNano() < r.restsUntil {
		l.rests.hold(log, began, time.Unix(0, r.restsUntil), stored)
		return
	}
	l.deliver(r)
	end := time.Now()
	l.engine.metrics.delivered(stored, end)
	if turn := end.Sub(began); turn > shortTurn {
		r.restsUntil = end.Add(min(turn, longRest)).UnixNano()
	}
}
