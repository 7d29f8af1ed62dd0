package client

import (
	"parley/core/chat"
	"parley/core/sse"
)

// take notes e and checks what every stream promises: what follows position N
// comes in order, once, with its position as the id; nothing is left out but
// what was superseded; ready says where the replay ended.
func (f *Follower) take(e sse.Event) (err error) {
	f.update(func() { err = f.note(e) })
	return err
}

func (f *Follower) note(e sse.Event) error {
	seen, err := Decode(e, f.track.topic)
	if err != nil {
		return &faultError{err.Error()}
	}
	switch {
	case seen.Mark == Ready:
		f.ready = true
		err = f.track.ready(seen.At)
	case seen.Mark == Reset:
		return &faultError{"a reset: " + e.Data}
	case seen.Mark == End:
		f.ends = append(f.ends, seen.Reason)
	case seen.Event != nil:
		if m, ok := seen.Event.(*chat.Message); ok {
			f.messages = append(f.messages, *m)
		}
		err = f.track.take(seen.Event)
	}
	if err != nil {
		return &faultError{err.Error()}
	}
	return nil
}
