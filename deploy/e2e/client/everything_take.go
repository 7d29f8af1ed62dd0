package client

import (
	"fmt"
	"slices"
	"time"

	"parley/core/chat"
	"parley/core/sse"
	"parley/core/wire"
)

// OutWithin is how long after a person has left a room something of it may
// still come: the design's 2 s, and something for the machine.
const OutWithin = 2*time.Second + 500*time.Millisecond

// take notes an event, and checks what the stream promises.
func (e *Everything) take(event sse.Event) (err error) {
	seen, err := Decode(event, "")
	if err == nil {
		e.update(func() { err = e.note(seen) })
	}
	if err != nil {
		return &faultError{e.user.Name + ": " + err.Error()}
	}
	return nil
}

func (e *Everything) note(seen Seen) error {
	switch seen.Mark {
	case Ping:
		return nil
	case End:
		e.ends = append(e.ends, seen.Reason)
		return nil
	}
	if left, out := e.out[seen.Topic]; out {
		if time.Since(left) > OutWithin {
			return fmt.Errorf("%s came of %s, %s after it was left", what(seen), seen.Topic, time.Since(left))
		}
		return nil
	}
	if seen.Notice != nil {
		e.notices = append(e.notices, seen.Notice)
		return nil
	}
	return e.advance(seen)
}

func what(seen Seen) string {
	switch {
	case seen.Event != nil:
		return string(seen.Event.AppendJSON(nil))
	case seen.Notice != nil:
		return string(seen.Notice.AppendJSON(nil))
	}
	return string(seen.Mark)
}

func (e *Everything) advance(seen Seen) error {
	if username, person := seen.Topic.Person(); person && username != e.user.Name {
		return fmt.Errorf("something of %s came", seen.Topic)
	}
	t := e.tracks[seen.Topic]
	if t == nil {
		t = &track{topic: seen.Topic, at: -1}
		e.tracks[seen.Topic] = t
	}
	switch seen.Mark {
	case Ready:
		e.live[seen.Topic] = true
		return t.ready(seen.At)
	case Reset:
		e.resets++
		t.at, t.owing = seen.At, nil
		return nil
	}
	if err := t.take(seen.Event); err != nil {
		return err
	}
	e.keep(seen.Event)
	return nil
}

// keep puts an event in the place of what was known of the same thing.
func (e *Everything) keep(event wire.Event) {
	switch event := event.(type) {
	case *chat.Message:
		all := e.messages[event.Room]
		i, known := slices.BinarySearchFunc(all, event.ID, func(m chat.Message, id chat.Position) int { return int(m.ID - id) })
		if known {
			all[i] = *event
		} else {
			e.messages[event.Room] = slices.Insert(all, i, *event)
		}
	case *wire.Room:
		e.rooms[event.Room] = *event
	case *wire.Profile:
		e.profiles[event.Room+"/"+event.Username] = *event
	case *wire.Person:
		e.person = *event
	case *wire.Membership:
		before, known := e.memberships[event.Room]
		e.memberships[event.Room] = *event
		e.move(before, known, event)
	}
}

// move lets a room begin or end.
func (e *Everything) move(before wire.Membership, known bool, now *wire.Membership) {
	topic := wire.RoomTopic(now.Room)
	switch {
	case !now.Member:
		delete(e.tracks, topic)
		delete(e.live, topic)
		e.out[topic] = time.Now()
	case known && before.Member && before.Joined == now.Joined:
	default:
		delete(e.out, topic)
		switch t := e.tracks[topic]; {
		case t != nil && known: // out and back in between
			t.forgive(now.Joined)
		case t == nil && e.live[e.own]:
			e.tracks[topic] = &track{topic: topic, at: now.Joined}
		}
	}
}
