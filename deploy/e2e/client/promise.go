package client

import (
	"encoding/json"
	"fmt"
	"strconv"

	"parley/core/sse"
	"parley/core/wire"
)

// take notes e and checks what every stream promises: after position N comes
// N + 1, once, with its position as the id; ready says where the replay ended.
func (f *Follower) take(e sse.Event) (err error) {
	f.update(func() { err = f.note(e) })
	return err
}

func (f *Follower) note(e sse.Event) error {
	switch e.Name {
	case wire.RoomTopic(f.room).EventName():
		return f.noteMessage(e)
	case "ready":
		f.ready = true
		return f.checkID(e, f.cursor)
	case "end":
		var end struct{ Reason string }
		if err := json.Unmarshal([]byte(e.Data), &end); err != nil {
			return &faultError{"end without a reason: " + e.Data}
		}
		f.ends = append(f.ends, end.Reason)
		return nil
	case "ping":
		return nil
	}
	return &faultError{fmt.Sprintf("event %q (%s) at position %d", e.Name, e.Data, f.cursor)}
}

func (f *Follower) noteMessage(e sse.Event) error {
	m, _, err := Message(e)
	if err != nil {
		return &faultError{err.Error()}
	}
	if m.Revision != f.cursor+1 {
		return &faultError{fmt.Sprintf("position %d came after %d", m.Revision, f.cursor)}
	}
	f.cursor++
	f.messages = append(f.messages, m)
	return f.checkID(e, m.Revision)
}

func (f *Follower) checkID(e sse.Event, at int64) error {
	if e.ID != strconv.FormatInt(at, 10) {
		return &faultError{fmt.Sprintf("%s has id %q, want %d", e.Name, e.ID, at)}
	}
	return nil
}
