package hub

import (
	"time"

	"parley/core/chat"
	"parley/core/wire"
)

// expiry is what a log has to forget, because messages in it have expired.
type expiry struct {
	floor chat.Position // of the room, as far as the log has seen
	cut   chat.Position // frames up to here may hold what has expired; 0 for none
	since time.Time     // when that was noted
}

// expire notes that a room's floor rises with this event, which is about to be
// appended. Readers who are not there yet have some time before the frames of
// what expired are dropped. Then Postgres serves them, where it is no more.
// l.mu is held.
func (l *Log) expire(room *wire.Room, now time.Time) {
	r := l.more()
	if room.Floor <= r.expiry.floor {
		return
	}
	r.expiry = expiry{floor: room.Floor, cut: room.Revision - 1, since: now}
	for _, ring := range l.rings {
		if ring != nil {
			ring.seal()
		}
	}
}

// dropExpired drops frames of messages that expired a while ago. l.mu is held.
func (l *Log) dropExpired(now time.Time) {
	if l.rare == nil || l.rare.expiry.cut == 0 || now.Sub(l.rare.expiry.since) < ringAge {
		return
	}
	for _, ring := range l.rings {
		if ring != nil {
			ring.dropUpTo(l.rare.expiry.cut)
		}
	}
	l.rare.expiry.cut = 0
}
