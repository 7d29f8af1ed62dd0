package client

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"parley/core/chat"
	"parley/core/sse"
	"parley/core/wire"
)

// Stream is one event stream, read as it comes.
type Stream struct {
	Status int
	Header http.Header

	cancel context.CancelFunc
	reader *sse.Reader
	events chan sse.Event
	ended  chan struct{}
	err    error // why it ended; after ended
	retry  time.Duration
	once   sync.Once
}

// buffered is how many events may wait to be looked at; the server's own
// bounds are far below.
const buffered = 4096

// Open opens the stream at path, with the cursor as Last-Event-ID if it is not
// "". An answer other than 200 is an error; see [User.Get] for those.
func (u *User) Open(ctx context.Context, path, cursor string) (*Stream, error) {
	ctx, cancel := context.WithCancel(ctx)
	req, err := u.Request(ctx, http.MethodGet, path, nil)
	if err != nil {
		cancel()
		return nil, err
	}
	req.Header.Set("Accept", "text/event-stream")
	if cursor != "" {
		req.Header.Set("Last-Event-ID", cursor)
	}
	resp, err := client.Do(req) //nolint:bodyclose // read closes it
	if err != nil {
		cancel()
		return nil, err
	}
	s := &Stream{
		Status: resp.StatusCode, Header: resp.Header, cancel: cancel, reader: sse.NewReader(resp.Body),
		events: make(chan sse.Event, buffered), ended: make(chan struct{}),
	}
	if resp.StatusCode != http.StatusOK {
		cancel()
		return nil, fmt.Errorf("GET %s: %s: %w", path, resp.Status, resp.Body.Close())
	}
	go func() {
		defer resp.Body.Close()
		s.read(ctx)
	}()
	return s, nil
}

func (s *Stream) read(ctx context.Context) {
	defer close(s.ended)
	for {
		e, err := s.reader.Next()
		if err != nil {
			s.err, s.retry = err, s.reader.Retry()
			return
		}
		select {
		case s.events <- e:
		case <-ctx.Done():
			s.err = ctx.Err()
			return
		}
	}
}

// Next returns the next event, or why the stream ended.
func (s *Stream) Next(ctx context.Context) (sse.Event, error) {
	select {
	case e := <-s.events:
		return e, nil
	default:
	}
	select {
	case e := <-s.events:
		return e, nil
	case <-s.ended:
	case <-ctx.Done():
		return sse.Event{}, fmt.Errorf("wait for an event: %w", ctx.Err())
	}
	select {
	case e := <-s.events: // the last may have come together with the end
		return e, nil
	default:
		return sse.Event{}, s.err
	}
}

// silence is how long a stream may bring nothing before a client takes it for
// dead: two pings of 15 s, and a little. A gateway that goes may leave a
// connection that nobody ends.
const silence = 35 * time.Second

// heard is [Stream.Next], or an error after silence.
func (s *Stream) heard(ctx context.Context) (sse.Event, error) {
	ctx, cancel := context.WithTimeout(ctx, silence)
	defer cancel()
	return s.Next(ctx)
}

// Close ends the stream from this side.
func (s *Stream) Close() {
	s.once.Do(s.cancel)
	<-s.ended
}

// Retry waits for the end of the stream and returns the reconnection time that
// it had set.
func (s *Stream) Retry() time.Duration {
	<-s.ended
	return s.retry
}

// Message returns the message that e carries; ok is false for other events.
func Message(e sse.Event) (m chat.Message, ok bool, err error) {
	if !strings.HasPrefix(e.Name, wire.RoomTopic("").EventName()) {
		return m, false, nil
	}
	if err := json.Unmarshal([]byte(e.Data), &m); err != nil {
		return m, false, fmt.Errorf("read message: %w", err)
	}
	return m, true, nil
}
