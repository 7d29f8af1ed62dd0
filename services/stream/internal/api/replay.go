package api

import (
	"context"
	"fmt"
	"slices"
	"time"

	"parley/core/chat"
	"parley/core/serve"
	"parley/core/sse"
	"parley/stream/internal/fanout"
)

const (
	maxReplays    = 128             // under way at once
	maxWaiting    = 128             // for their turn; more are told to come again
	replayTimeout = time.Minute     // for all of one; the client resumes where it was cut
	pieceSize     = 32 << 10        // bytes in one write of a replay
	pieceTimeout  = 2 * time.Second // for a piece; who is slower loses the place, and resumes
	askEvery      = 100 * time.Millisecond
)

// turn waits until the stream may take its replay, if it needs one: one at a
// time for its session, a bounded number for this replica.
func (a *API) turn(ctx context.Context, s *fanout.Stream) (done func(), err error) {
	if !slices.ContainsFunc(s.Rooms, func(r fanout.Room) bool { return behind(r, s.Tagged) }) {
		return func() {}, nil
	}
	select {
	case a.waiting <- struct{}{}:
		defer func() { <-a.waiting }()
	default:
		return nil, errBusy
	}
	over, err := a.Guard.Replay(ctx, s.Session)
	if err != nil {
		return nil, err
	}
	select {
	case a.replays <- struct{}{}:
		return func() { <-a.replays; over() }, nil
	case <-ctx.Done():
		over()
		return nil, ctx.Err()
	}
}

// Replays tells how many replays are under way, and wait for their turn.
func (a *API) Replays() serve.Places {
	return serve.Places{Taken: len(a.replays), Waiting: len(a.waiting), Limit: maxReplays}
}

// behind reports whether a log no longer has what follows the cursor.
func behind(r fanout.Room, tagged sse.Tagged) bool { return !r.Silent && r.At < r.Log.Tail(tagged) }

// replayAll writes what the logs no longer have. It is over in a bounded time,
// and at once when the session ends.
func (a *API) replayAll(s *fanout.Stream) error {
	unwatch := a.Guard.Watch(s.Session, s.Conn)
	defer unwatch()
	ctx, cancel := context.WithTimeout(context.Background(), replayTimeout)
	defer cancel()
	for i := range s.Rooms {
		if !behind(s.Rooms[i], s.Tagged) {
			continue
		}
		if s.Head != nil {
			if err := a.write(s, s.Head); err != nil {
				return err
			}
			s.Head = nil
		}
		if err := a.replay(ctx, s, i); err != nil {
			return err
		}
	}
	return nil
}

// replay writes from Postgres what follows the cursor in the log i, until the
// log goes on.
func (a *API) replay(ctx context.Context, s *fanout.Stream, i int) error {
	r := &s.Rooms[i]
	for behind(*r, s.Tagged) {
		least, err := a.askAgain(ctx, s, *r)
		if err != nil {
			return err
		}
		frames, err := a.Replayer.After(ctx, r.Log.Topic, r.At, least, s.Tagged)
		if err != nil {
			return err
		}
		if frames.Upto <= r.At {
			return nil // the log was rewound; the fan-out will see it
		}
		if err := a.writePage(ctx, s, *r, frames.Bytes); err != nil {
			return err
		}
		r.At = frames.Upto
	}
	if r.At > r.Log.Head() { // Redis has yet to bring what Postgres had
		return a.Hub.Refresh(ctx, r.Log)
	}
	return nil
}

// writePage writes a page in pieces. Who takes them slowly is asked about again
// in between, so that a page is no way to stay.
func (a *API) writePage(ctx context.Context, s *fanout.Stream, r fanout.Room, page []byte) error {
	asked := time.Now()
	for piece := range slices.Chunk(page, pieceSize) {
		if time.Since(asked) > askEvery {
			if _, err := a.askAgain(ctx, s, r); err != nil {
				return err
			}
			asked = time.Now()
		}
		if err := a.write(s, piece); err != nil {
			return err
		}
	}
	return nil
}

// askAgain makes sure that a room may still be read, and returns the head that
// the log has; of the person's own, that it had in this handshake. What a person may do is asked before
// every page of a replay.
func (a *API) askAgain(ctx context.Context, s *fanout.Stream, r fanout.Room) (head chat.Position, err error) {
	room, ok := r.Log.Topic.Room()
	if !ok {
		return max(s.AsOf, r.Log.Head()), nil
	}
	grant, may, err := a.Roster.Grant(ctx, s.Session.Username, room)
	if err == nil && !may {
		err = errLost
	}
	return grant.Room, err
}

// write writes a piece within pieceTimeout, or fails when the session has
// ended, also while it writes.
func (a *API) write(s *fanout.Stream, piece []byte) error {
	if err := s.Conn.SetDeadline(time.Now().Add(pieceTimeout)); err != nil {
		return fmt.Errorf("%w: %w", errGone, err)
	}
	if s.Session.Ended(time.Now()) { // after the deadline was set: the end of the session sets it, too
		return errLost
	}
	if _, err := s.Conn.Write(piece); err != nil {
		return fmt.Errorf("%w: %w", errGone, err)
	}
	return nil
}
