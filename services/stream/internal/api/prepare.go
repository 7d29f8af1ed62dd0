package api

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"parley/core/chat"
	"parley/core/history"
	"parley/core/serve"
	"parley/core/sse"
	"parley/core/wire"
	"parley/stream/internal/fanout"
)

const (
	minRetry = time.Second
	maxRetry = 5 * time.Second
)

// prepare fills s: it finds what the stream carries, acquires the logs, finds
// where the stream begins in each, takes the connection over, and writes all
// that the logs no longer have.
func (a *API) prepare(ctx context.Context, c *gin.Context, read func(*gin.Context) (asked, error), s *fanout.Stream) error {
	want, err := read(c)
	if err != nil {
		return err
	}
	found, err := a.plan(ctx, s.Session, want)
	if err != nil {
		return err
	}
	s.Tagged, s.Everything, s.AsOf = sse.Tagged(want.everything), want.everything, found.asOf
	cursors, err := a.acquire(ctx, found, s)
	if err != nil {
		return err
	}
	if s.Person.Head() < s.AsOf { // its ready must not be behind the rooms that it tells of
		if err := a.Hub.Refresh(ctx, s.Person); err != nil {
			return err
		}
	}
	resets, err := a.begin(ctx, cursors, s)
	if err != nil {
		return err
	}
	s.Head = append(head(serve.RequestID(c.Request.Context())), resets...)
	return a.takeOver(ctx, c, s)
}

// acquire fills s with the logs of a plan, and returns the cursor of each. A
// room that is gone is passed over.
func (a *API) acquire(ctx context.Context, found plan, s *fanout.Stream) ([]wire.Cursor, error) {
	topics := make([]wire.Topic, len(found.places))
	for i, p := range found.places {
		topics[i] = p.cursor.Topic
	}
	logs, err := a.Hub.AcquireAll(ctx, topics, s.Tagged)
	if err != nil {
		return nil, err
	}
	cursors := make([]wire.Cursor, 0, len(logs))
	s.Rooms = make([]fanout.Room, 0, len(logs))
	for i, l := range logs {
		if l == nil {
			continue
		}
		p := found.places[i]
		s.Rooms = append(s.Rooms, fanout.Room{Log: l, Generation: l.Generation(), Silent: p.silent, Named: p.named, Joined: p.joined})
		cursors = append(cursors, p.cursor)
	}
	if logs[0] == nil { // the person's account is gone
		return nil, errNotSignedIn
	}
	if !s.Everything && len(s.Rooms) < 2 {
		return nil, history.ErrNotFound
	}
	s.Person = logs[0]
	return cursors, nil
}

// begin sets where the stream stands in each log, and returns the reset frames
// of those whose cursor can't be served.
func (a *API) begin(ctx context.Context, cursors []wire.Cursor, s *fanout.Stream) (resets []byte, err error) {
	for i, cursor := range cursors {
		r := &s.Rooms[i]
		if r.At, err = a.present(ctx, cursor, *r); err != nil {
			return nil, err
		}
		switch {
		case cursor.Kind == wire.CursorHead || r.Silent:
		case cursor.Kind == wire.CursorAfter && cursor.After <= r.At && r.At-cursor.After <= a.ReplayLimit:
			r.At = cursor.After
		default:
			resets = sse.AppendReset(resets, r.Log.Topic, r.At, s.Tagged)
		}
	}
	return resets, nil
}

// present returns the head of a log. It must be true where it decides about a
// cursor: another replica may have delivered what has not arrived here yet.
func (a *API) present(ctx context.Context, cursor wire.Cursor, r fanout.Room) (chat.Position, error) {
	head := r.Log.Head()
	if cursor.Kind == wire.CursorHead || cursor.Kind == wire.CursorAfter && cursor.After <= head {
		return head, nil
	}
	if err := a.Hub.Refresh(ctx, r.Log); err != nil {
		return 0, err
	}
	return r.Log.Head(), nil
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

// takeOver takes the connection from net/http, and replays on it what the logs
// no longer have.
func (a *API) takeOver(ctx context.Context, c *gin.Context, s *fanout.Stream) (err error) {
	done, err := a.turn(ctx, s) // while the client's leaving is noticed
	if err != nil {
		return err
	}
	defer done()
	if s.Conn, _, err = c.Writer.Hijack(); err != nil {
		return fmt.Errorf("hijack connection: %w", err)
	}
	defer func() {
		if err != nil {
			_ = s.Conn.Close() // half a replay: the client resumes from what it got
		}
	}()
	if err := a.replayAll(s); err != nil {
		return err
	}
	if err := s.Conn.SetDeadline(time.Time{}); err != nil {
		return fmt.Errorf("%w: %w", errGone, err)
	}
	return nil
}

// retryAfter spreads the return of a crowd.
func retryAfter() time.Duration {
	return minRetry + rand.N(maxRetry-minRetry) //nolint:gosec // spreads load
}
