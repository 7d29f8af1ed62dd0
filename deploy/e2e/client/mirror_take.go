package client

import (
	"context"
	"fmt"

	"parley/core/chat"
	"parley/core/wire"
)

// take takes an event in.
func (m *Mirror) take(ctx context.Context, seen Seen) error {
	switch {
	case seen.Topic == m.own:
		return m.takeOwn(ctx, seen)
	case seen.Topic == "" || seen.Notice != nil:
		return nil // a ping, an end, somebody who types
	}
	room := m.rooms[string(seen.Topic)]
	if room == nil {
		return nil // a straggler of a room that was left: package history judges those
	}
	switch event := seen.Event.(type) {
	case *chat.Message:
		return room.put(event, seen.Data)
	case *wire.Room:
		if event.Revision > room.at {
			room.at = event.Revision
			room.change(event)
		}
	case *wire.Profile:
		room.at = max(room.at, event.Revision)
	case nil:
		if seen.Mark == Reset {
			m.Resets++
			return m.loadOne(ctx, room.Name)
		}
		room.at = max(room.at, seen.At) // ready: what the replay left out is superseded
	}
	return nil
}

// put takes a message in. What the load had already may come again, and says
// the same.
func (r *mirrored) put(event *chat.Message, data string) error {
	old, known := r.messages[event.ID]
	switch {
	case known && old.Revision == event.Revision && old.raw != data:
		return fmt.Errorf("revision %d of %s came as %s, and was loaded as %s", event.Revision, r.Name, data, old.raw)
	case event.Revision <= r.at:
		return nil
	case known && old.Revision > event.Revision:
		return fmt.Errorf("message %d of %s went back from revision %d to %d", event.ID, r.Name, old.Revision, event.Revision)
	}
	r.at = event.Revision
	r.messages[event.ID] = held{*event, data}
	return nil
}

// cameBack reports whether the person was out of the room and is in it again:
// what was said meanwhile need not have come.
func (r *mirrored) cameBack(now *wire.Membership) bool {
	if r.joined < 0 {
		return now.Joined > r.loaded
	}
	return now.Joined != r.joined
}

func (r *mirrored) change(event *wire.Room) {
	r.Title, r.Topic, r.Kind, r.Archived = event.Title, event.Topic, event.Kind, event.Archived
	if r.Title == "" && r.Kind != chat.Direct {
		r.Title = r.Name
	}
	r.RetentionDays = event.RetentionDays
	r.expire(event.Floor)
}

// expire takes away what was said up to a floor; it counts as read.
func (r *mirrored) expire(floor chat.Position) {
	r.Floor = max(r.Floor, floor)
	r.Read = max(r.Read, r.Floor)
	for id := range r.messages {
		if id <= r.Floor {
			delete(r.messages, id)
		}
	}
}

// takeOwn takes what the person's own log tells.
func (m *Mirror) takeOwn(ctx context.Context, seen Seen) error {
	if seen.Mark == Reset {
		m.Resets++
		return m.Load(ctx)
	}
	if seen.Event != nil && seen.At <= m.at {
		return fmt.Errorf("position %d of %s came again: the mirror is at %d", seen.At, m.own, m.at)
	}
	m.at = max(m.at, seen.At)
	event, ok := seen.Event.(*wire.Membership)
	if !ok {
		return nil
	}
	room := m.rooms[event.Room]
	switch {
	case !event.Member:
		delete(m.rooms, event.Room)
		return nil
	case room == nil || room.cameBack(event):
		if err := m.loadOne(ctx, event.Room); err != nil || m.rooms[event.Room] == nil {
			return err
		}
		room = m.rooms[event.Room]
	}
	room.joined = event.Joined
	room.Moderator, room.Read, room.Reopened = event.Moderator, max(event.Read, room.Floor), event.Reopened
	room.Notify, room.People = event.Notify, event.People
	return nil
}
