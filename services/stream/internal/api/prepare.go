package api

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"
	"golang.org/x/sync/errgroup"

	"parley/core/serve"
	"parley/core/sse"
	"parley/core/wire"
	"parley/stream/internal/fanout"
	"parley/stream/internal/hub"
)

const (
	writeTimeout  = 10 * time.Second // for one page of a replay
	replayTimeout = time.Minute      // for all of it; the client resumes where it was cut
	maxReplays    = 256              // under way at once; more wait
	minRetry      = time.Second
	maxRetry      = 5 * time.Second
)

// prepare fills s: it acquires the rooms' logs, finds where the stream begins in
// each, takes the connection over, and writes all that the logs no longer have.
func (a *API) prepare(ctx context.Context, c *gin.Context, read func(*gin.Context) (asked, error), s *fanout.Stream) error {
	want, err := read(c)
	if err != nil {
		return err
	}
	s.Tagged = want.tagged
	if s.Rooms, err = a.acquire(ctx, want); err != nil {
		return err
	}
	resets, err := a.begin(ctx, want.cursors, s)
	if err != nil {
		return err
	}
	s.Head = append(head(serve.RequestID(c.Request.Context())), resets...)
	if s.Conn, _, err = c.Writer.Hijack(); err != nil {
		return fmt.Errorf("hijack connection: %w", err)
	}
	if err := s.Conn.SetDeadline(time.Time{}); err != nil {
		_ = s.Conn.Close() // it is broken
		return fmt.Errorf("%w: %w", errGone, err)
	}
	if err := a.replayAll(s); err != nil {
		_ = s.Conn.Close() // half a replay: the client resumes from what it got
		return err
	}
	return nil
}

// replayAll writes what the logs no longer have, if there is such, for a
// bounded number of clients at once and a bounded time: a client that takes
// its replay slowly holds a page of it in memory.
func (a *API) replayAll(s *fanout.Stream) error {
	behind := func(r fanout.Room) bool { return r.At < r.Log.Tail(s.Tagged) }
	if !slices.ContainsFunc(s.Rooms, behind) {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), replayTimeout)
	defer cancel()
	select {
	case a.replays <- struct{}{}:
		defer func() { <-a.replays }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := writeWithin(s.Conn, s.Head); err != nil {
		return fmt.Errorf("%w: %w", errGone, err)
	}
	s.Head = nil
	for i := range s.Rooms {
		if err := a.replay(ctx, s.Conn, &s.Rooms[i], s.Tagged); err != nil {
			return err
		}
	}
	return nil
}

// acquire returns the logs of all rooms, or releases those it got.
func (a *API) acquire(ctx context.Context, want asked) ([]fanout.Room, error) {
	if len(want.cursors) == 1 {
		l, err := a.Hub.Acquire(ctx, want.cursors[0].Topic, want.tagged)
		if err != nil {
			return nil, err
		}
		return []fanout.Room{{Log: l}}, nil
	}
	logs := make([]*hub.Log, len(want.cursors))
	group, ctx := errgroup.WithContext(ctx)
	for i, cursor := range want.cursors {
		group.Go(func() (err error) {
			logs[i], err = a.Hub.Acquire(ctx, cursor.Topic, want.tagged)
			return err
		})
	}
	err := group.Wait()
	rooms := make([]fanout.Room, 0, len(logs))
	for _, l := range logs {
		if l != nil && err != nil {
			a.Hub.Release(l)
		}
		rooms = append(rooms, fanout.Room{Log: l})
	}
	if err != nil {
		return nil, err
	}
	return rooms, nil
}

// begin sets where the stream stands in each room, and returns the reset
// frames of those whose cursor can't be served.
func (a *API) begin(ctx context.Context, cursors []wire.Cursor, s *fanout.Stream) (resets []byte, err error) {
	for i, cursor := range cursors {
		l := s.Rooms[i].Log
		// The head must be true where it decides: another replica may have
		// delivered what has not arrived here yet.
		if cursor.Kind != wire.CursorAfter || cursor.After > l.Head() {
			if err := a.Hub.Refresh(ctx, l); err != nil {
				return nil, err
			}
		}
		head := l.Head()
		s.Rooms[i].At = head
		switch {
		case cursor.Kind == wire.CursorHead:
		case cursor.Kind == wire.CursorAfter && cursor.After <= head && head-cursor.After <= a.ReplayLimit:
			s.Rooms[i].At = cursor.After
		default:
			resets = sse.AppendReset(resets, l.Topic, head, s.Tagged)
		}
	}
	return resets, nil
}

// head returns the head of the stream, and the time after which to reconnect.
// The body has no length and no chunks: it ends with the connection (RFC 9112
// section 6.3), so frames go out as they lie in the logs.
func head(requestID string) []byte {
	b := make([]byte, 0, 384)
	b = append(b, "HTTP/1.1 200 OK\r\n"+
		"Content-Type: text/event-stream\r\n"+
		"Cache-Control: no-store\r\n"+
		"X-Accel-Buffering: no\r\n"+
		"X-Content-Type-Options: nosniff\r\n"+
		"Connection: close\r\n"+
		serve.RequestIDHeader+": "...)
	b = append(b, requestID...)
	b = append(b, "\r\nDate: "...)
	b = time.Now().UTC().AppendFormat(b, http.TimeFormat)
	b = append(b, "\r\n\r\n"...)
	return sse.AppendRetry(b, retryAfter())
}

// replay writes from Postgres what follows the cursor, until the log goes on.
func (a *API) replay(ctx context.Context, conn net.Conn, r *fanout.Room, tagged sse.Tagged) error {
	for r.At < r.Log.Tail(tagged) {
		frames, err := a.Replayer.After(ctx, r.Log.Topic, r.At, tagged)
		if err != nil {
			return err
		}
		if frames.Upto <= r.At {
			return nil // the log was restarted; the fan-out will see it
		}
		if err := writeWithin(conn, frames.Bytes); err != nil {
			return fmt.Errorf("%w: %w", errGone, err)
		}
		r.At = frames.Upto
	}
	if r.At > r.Log.Head() { // Redis has yet to bring what Postgres had
		return a.Hub.Refresh(ctx, r.Log)
	}
	return nil
}

func writeWithin(conn net.Conn, b []byte) error {
	if err := conn.SetDeadline(time.Now().Add(writeTimeout)); err != nil {
		return err
	}
	_, err := conn.Write(b)
	return err
}

// retryAfter spreads the return of a crowd.
func retryAfter() time.Duration {
	return minRetry + rand.N(maxRetry-minRetry) //nolint:gosec // spreads load
}
