package hub

import (
	"context"
	"fmt"

	"golang.org/x/sync/singleflight"

	"parley/core/chat"
	"parley/core/history"
	"parley/core/sse"
	"parley/core/wire"
)

const replayPage = 100 // messages in one page of a replay

// Replayer reads from Postgres, or one of its replicas, what a client missed and
// the log no longer has.
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
	Upto  chat.Position
}

// After returns a page of what follows position at in the log topic, as it was
// when the log's head was least, or later.
func (r *Replayer) After(ctx context.Context, topic wire.Topic, at, least chat.Position, tagged sse.Tagged) (Frames, error) {
	if !r.store.HasReplicas() {
		least = 0 // Postgres has it
	}
	key := fmt.Sprintf("%s:%d:%d:%t", topic, at, least, tagged)
	call := r.calls.DoChan(key, func() (any, error) { return r.read(topic, at, least, tagged) })
	select {
	case <-ctx.Done():
		return Frames{}, ctx.Err()
	case result := <-call:
		frames, _ := result.Val.(Frames)
		return frames, result.Err
	}
}

// read has a context of its own: it serves more callers than the first.
func (r *Replayer) read(topic wire.Topic, at, least chat.Position, tagged sse.Tagged) (Frames, error) {
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	select {
	case r.reads <- struct{}{}:
		defer func() { <-r.reads }()
	case <-ctx.Done():
		return Frames{}, ctx.Err()
	}
	page, err := r.store.AfterFrom(ctx, topic, at, replayPage, least)
	if err != nil {
		return Frames{}, err
	}
	frames := Frames{Upto: page.Upto}
	for _, e := range page.Events {
		frames.Bytes = sse.AppendEvent(frames.Bytes, topic, e, tagged)
	}
	return frames, nil
}
