package client

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"parley/core/chat"
	"parley/core/wire"
)

// Everything follows /chat/stream over any number of streams, as the page
// does: the person's own log and every room that the person is in. It keeps
// what it saw, and notices at once what must not happen.
//
//	membership, member      ▶ the room begins, from joined, and is live at its ready
//	membership, not member  ▶ the room ends; what comes of it later is a fault
type Everything struct {
	user   *User
	own    wire.Topic
	cancel context.CancelFunc
	ended  chan struct{}

	mu          sync.Mutex
	tracks      map[wire.Topic]*track // what is carried
	live        map[wire.Topic]bool   // on the open stream
	out         map[wire.Topic]time.Time
	messages    map[string][]chat.Message
	rooms       map[string]wire.Room
	memberships map[string]wire.Membership
	person      wire.Person
	profiles    map[string]wire.Profile // by room and username: "general/ada"
	notices     []wire.Notice
	streams     int
	resets      int
	ends        []string
	fault       error
	changed     chan struct{} // closed and replaced when anything above changes
}

// FollowAll starts to follow everything of the user's: what was, after the
// positions of after ("@ada", "general"), all else from its head.
func (u *User) FollowAll(ctx context.Context, after map[string]chat.Position) *Everything {
	ctx, cancel := context.WithCancel(ctx)
	e := &Everything{
		user: u, own: wire.PersonTopic(u.Name), cancel: cancel, ended: make(chan struct{}),
		tracks: make(map[wire.Topic]*track), live: make(map[wire.Topic]bool), out: make(map[wire.Topic]time.Time),
		messages: make(map[string][]chat.Message), rooms: make(map[string]wire.Room),
		memberships: make(map[string]wire.Membership), profiles: make(map[string]wire.Profile), changed: make(chan struct{}),
	}
	for name, at := range after {
		e.tracks[wire.Topic(name)] = &track{topic: wire.Topic(name), at: at}
	}
	go e.run(ctx)
	return e
}

// Stop stops following and returns the fault noticed, if any.
func (e *Everything) Stop() error {
	e.cancel()
	<-e.ended
	return e.fault
}

// AwaitLive waits until the user's own log and all of rooms are live.
func (e *Everything) AwaitLive(ctx context.Context, rooms ...string) error {
	return e.await(ctx, fmt.Sprint(rooms, " live"), func() bool {
		return e.live[e.own] && !slices.ContainsFunc(rooms, func(room string) bool { return !e.live[wire.RoomTopic(room)] })
	})
}

// AwaitPosition waits until position at of a room, or of "@ada", has come.
func (e *Everything) AwaitPosition(ctx context.Context, log string, at chat.Position) error {
	return e.await(ctx, log+":"+strconv.FormatInt(at, 10), func() bool {
		t := e.tracks[wire.Topic(log)]
		return t != nil && t.at >= at
	})
}

// AwaitMembership waits until what the user has in a room satisfies done.
func (e *Everything) AwaitMembership(ctx context.Context, room string, done func(wire.Membership) bool) error {
	return e.await(ctx, "a membership of "+room, func() bool {
		m, known := e.memberships[room]
		return known && done(m)
	})
}

// AwaitNotice waits until a notice came that satisfies done.
func (e *Everything) AwaitNotice(ctx context.Context, done func(wire.Notice) bool) error {
	return e.await(ctx, "a notice", func() bool { return slices.ContainsFunc(e.notices, done) })
}

// Look calls see while nothing of what the follower holds changes.
func (e *Everything) Look(see func(*Sight)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	see(&Sight{
		Messages: e.messages, Rooms: e.rooms, Memberships: e.memberships, Person: e.person, Notices: e.notices,
		Streams: e.streams, Resets: e.resets, Ends: e.ends,
	})
}

// Sight is what has been seen. Messages, rooms and memberships are the latest
// of each, messages in order of id.
type Sight struct {
	Messages    map[string][]chat.Message
	Rooms       map[string]wire.Room
	Memberships map[string]wire.Membership
	Person      wire.Person
	Notices     []wire.Notice
	Streams     int
	Resets      int
	Ends        []string // the reasons that the server gave
}

func (e *Everything) await(ctx context.Context, what string, done func() bool) error {
	for {
		e.mu.Lock()
		reached, fault, changed := done(), e.fault, e.changed
		e.mu.Unlock()
		if reached || fault != nil {
			return fault
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("%s waits for %s: %w", e.user.Name, what, ctx.Err())
		}
	}
}

func (e *Everything) run(ctx context.Context) {
	defer close(e.ended)
	for ctx.Err() == nil {
		err := e.stream(ctx)
		var fault *faultError
		if errors.As(err, &fault) {
			e.update(func() { e.fault = fault })
			return
		}
		select {
		case <-ctx.Done():
		case <-time.After(reconnectPause):
		}
	}
}

// stream opens one stream and reads it to its end.
func (e *Everything) stream(ctx context.Context) error {
	e.update(func() { clear(e.live) })
	stream, err := e.user.Open(ctx, "/chat/stream?after="+e.cursors(), "")
	if err != nil {
		return err
	}
	defer stream.Close()
	e.update(func() { e.streams++ })
	for {
		event, err := stream.heard(ctx)
		if err != nil {
			return err
		}
		if err := e.take(event); err != nil {
			return err
		}
	}
}

// cursors names what is carried, at most as many as a request may name. What
// it can't name begins at the head.
func (e *Everything) cursors() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	var list []string
	for topic, t := range e.tracks {
		if t.at >= 0 && len(list) < wire.MaxCursors {
			list = append(list, string(topic)+":"+strconv.FormatInt(t.at, 10))
		} else {
			delete(e.tracks, topic)
		}
	}
	slices.Sort(list)
	return strings.Join(list, ",")
}

func (e *Everything) update(change func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	change()
	close(e.changed)
	e.changed = make(chan struct{})
}
