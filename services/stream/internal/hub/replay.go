package hub

import (
	"context"
	"fmt"

	"golang.org/x/sync/singleflight"

	"parley/core/event"
	"parley/stream/internal/history"
)

const replayPage = 100 // messages in one page of a replay

// Replayer reads from Postgres what a client missed and the log no longer has.
// Clients that ask for the same at once share one read and its bytes.
type Replayer struct {
	store *history.Store
	calls singleflight.Group
	reads chan struct{} // bounds concurrent reads of Postgres
}

// NewReplayer returns a replayer on store.
func NewReplayer(store *history.Store) *Replayer {
	return &Replayer{store: store, reads: make(chan struct{}, maxReads)}
}

// Frames are encoded frames and the position that they reach. The bytes are
// shared, and must not be changed.
type Frames struct {
	Bytes []byte
	Upto  event.Position
}

// After returns a page of what follows position at in room.
func (r *Replayer) After(ctx context.Context, room string, at event.Position, tagged event.Tagged) (Frames, error) {
	key := fmt.Sprintf("%s:%d:%t", room, at, tagged)
	call := r.calls.DoChan(key, func() (any, error) { return r.read(room, at, tagged) })
	select {
	case <-ctx.Done():
		return Frames{}, ctx.Err()
	case result := <-call:
		frames, _ := result.Val.(Frames)
		return frames, result.Err
	}
}

// read has a context of its own: it serves more callers than the first.
func (r *Replayer) read(room string, at event.Position, tagged event.Tagged) (Frames, error) {
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	select {
	case r.reads <- struct{}{}:
		defer func() { <-r.reads }()
	case <-ctx.Done():
		return Frames{}, ctx.Err()
	}
	page, err := r.store.After(ctx, room, at, replayPage)
	if err != nil {
		return Frames{}, err
	}
	frames := Frames{Upto: page.Upto}
	for i := range page.Messages {
		frames.Bytes = event.AppendFrame(frames.Bytes, &page.Messages[i], tagged)
	}
	return frames, nil
}
