package client

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"parley/core/chat"
	"parley/core/wire"
)

// Follower follows one room over any number of streams, as a browser does:
// whenever one ends it opens the next with the last id it has. It keeps what it
// saw, and notices at once what must not happen: a gap, a repetition, a reset.
type Follower struct {
	user   *User
	room   string
	cancel context.CancelFunc
	ended  chan struct{}

	mu       sync.Mutex
	messages []chat.Message // each version that came
	track    track
	streams  int
	ready    bool
	ends     []string // the reasons of end events
	fault    error
	changed  chan struct{} // closed and replaced when anything above changes
}

const reconnectPause = 50 * time.Millisecond

// Follow starts to follow room after position after.
func (u *User) Follow(ctx context.Context, room string, after int64) *Follower {
	ctx, cancel := context.WithCancel(ctx)
	f := &Follower{
		user: u, room: room, track: track{topic: wire.RoomTopic(room), at: after}, cancel: cancel,
		ended: make(chan struct{}), changed: make(chan struct{}),
	}
	go f.run(ctx)
	return f
}

// Stop stops following and returns everything seen, or the fault noticed.
func (f *Follower) Stop() ([]chat.Message, error) {
	f.cancel()
	<-f.ended
	if f.fault == nil && f.ready {
		f.fault = f.track.settled()
	}
	return f.messages, f.fault
}

// AwaitReady waits until a replay is over and the room is live.
func (f *Follower) AwaitReady(ctx context.Context) error {
	return f.await(ctx, "ready", func() bool { return f.ready })
}

// AwaitPosition waits until the follower has come to position at.
func (f *Follower) AwaitPosition(ctx context.Context, at int64) error {
	return f.await(ctx, "position "+strconv.FormatInt(at, 10), func() bool { return f.track.at >= at })
}

// AwaitStreams waits until the follower has opened n streams.
func (f *Follower) AwaitStreams(ctx context.Context, n int) error {
	return f.await(ctx, strconv.Itoa(n)+" streams", func() bool { return f.streams >= n && f.ready })
}

// Streams returns how many streams the follower has opened.
func (f *Follower) Streams() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.streams
}

// Ends returns the reasons that the server gave when it ended streams.
func (f *Follower) Ends() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string(nil), f.ends...)
}

func (f *Follower) await(ctx context.Context, what string, done func() bool) error {
	for {
		f.mu.Lock()
		reached, fault, changed := done(), f.fault, f.changed
		at := f.track.at
		f.mu.Unlock()
		if reached || fault != nil {
			return fault
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("follower at %d waits for %s: %w", at, what, ctx.Err())
		}
	}
}

func (f *Follower) run(ctx context.Context) {
	defer close(f.ended)
	for ctx.Err() == nil {
		err := f.stream(ctx)
		var fault *faultError
		if errors.As(err, &fault) {
			f.update(func() { f.fault = fault })
			return
		}
		select {
		case <-ctx.Done():
		case <-time.After(reconnectPause):
		}
	}
}

// stream opens one stream and reads it to its end.
func (f *Follower) stream(ctx context.Context) error {
	f.update(func() { f.ready = false })
	stream, err := f.user.Open(ctx, "/chat/"+f.room+"/stream", strconv.FormatInt(f.track.at, 10))
	if err != nil {
		return err
	}
	defer stream.Close()
	f.update(func() { f.streams++ })
	for {
		e, err := stream.heard(ctx)
		if err != nil {
			return err
		}
		if err := f.take(e); err != nil {
			return err
		}
	}
}

func (f *Follower) update(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
	close(f.changed)
	f.changed = make(chan struct{})
}

// faultError is a broken promise, as against a broken connection.
type faultError struct{ text string }

func (e *faultError) Error() string { return e.text }
