package client

import (
	"fmt"

	"parley/core/chat"
	"parley/core/wire"
)

// track is how far somebody has come in a log, and what was left out on the
// way. A position is rightly left out when a later version of the same thing
// has superseded it, so something that comes later must account for it: the
// later version of a message that was made at or before it, or of something
// that was there before anyway.
type track struct {
	topic wire.Topic
	at    chat.Position // -1 until known
	free  chat.Position // up to here nothing is owed: the person was out meanwhile
	owing []chat.Position
}

// maxOwing bounds what is kept of what was left out.
const maxOwing = 1000

// take moves the track on to event e.
func (t *track) take(e wire.Event) error {
	if t.at >= 0 && e.At() <= t.at {
		return fmt.Errorf("position %d of %s came again: the client is at %d", e.At(), t.topic, t.at)
	}
	if t.at >= 0 {
		for p := max(t.at, t.free) + 1; p < e.At(); p++ {
			if len(t.owing) == maxOwing {
				return fmt.Errorf("%d positions of %s were left out, the first of them %d", len(t.owing), t.topic, t.owing[0])
			}
			t.owing = append(t.owing, p)
		}
	}
	t.at = e.At()
	t.account(e)
	return nil
}

// account strikes out what e may have superseded.
func (t *track) account(e wire.Event) {
	made := chat.Position(0)
	if m, ok := e.(*chat.Message); ok {
		if m.ID == m.Revision {
			return // it has superseded nothing
		}
		made = m.ID
	}
	kept := t.owing[:0]
	for _, p := range t.owing {
		if p < made {
			kept = append(kept, p)
		}
	}
	t.owing = kept
}

// forgive lets the track go on from position at.
func (t *track) forgive(at chat.Position) {
	t.free = at
	kept := t.owing[:0]
	for _, p := range t.owing {
		if p > at {
			kept = append(kept, p)
		}
	}
	t.owing = kept
}

// ready takes the end of a replay.
func (t *track) ready(at chat.Position) error {
	if t.at >= 0 && at != t.at && (at < t.at || at > t.free) {
		return fmt.Errorf("ready says %d of %s, and the client is at %d", at, t.topic, t.at)
	}
	t.at = at
	return t.settled()
}

// settled returns an error if something that was left out has not been
// accounted for. A replay tells all, so it holds whenever one is over.
func (t *track) settled() error {
	if len(t.owing) > 0 {
		return fmt.Errorf("position %d of %s never came, and nothing has superseded it: the client is at %d", t.owing[0], t.topic, t.at)
	}
	return nil
}
