package hub

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"parley/core/chat"
	"parley/core/history"
	"parley/core/wire"
	"parley/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// quiet is a Bell that has nothing to wait for.
type quiet struct{}

var stands = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

func (quiet) Join(wire.Topic) <-chan struct{} { return stands }
func (quiet) Leave(wire.Topic)                {}

// heard counts the notices that are passed on.
type heard struct {
	deaf
	notices int
}

func (h *heard) Notice(*Log, Notice) { h.notices++ }

func newHub(t *testing.T, limit int64, listeners ...Listener) *Hub {
	t.Helper()
	return newHubOn(t, testkit.Database(t), limit, listeners...)
}

func newHubOn(t *testing.T, pool *pgxpool.Pool, limit int64, listeners ...Listener) *Hub {
	t.Helper()
	if _, err := pool.Exec(t.Context(), `INSERT INTO rooms (name) SELECT 'room-' || n FROM generate_series(0, 299) n`); err != nil {
		t.Fatal(err)
	}
	h := New(history.NewStore(pool), quiet{}, slog.New(slog.NewTextHandler(io.Discard, nil)), NewMetrics(prometheus.NewRegistry()), limit, listeners...)
	t.Cleanup(h.Close)
	return h
}

// counter counts queries.
type counter struct{ atomic.Int64 }

func (c *counter) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	c.Add(1)
	return ctx
}

func (*counter) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// watched returns another pool of the same database, and what counts its queries.
func watched(t *testing.T, pool *pgxpool.Pool) (*pgxpool.Pool, *counter) {
	t.Helper()
	asked := new(counter)
	cfg := pool.Config()
	cfg.ConnConfig.Tracer = asked
	other, err := pgxpool.NewWithConfig(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(other.Close)
	return other, asked
}

func TestLogsTogetherStayWithinTheirMemory(t *testing.T) {
	t.Parallel()
	const limit = 1 << 20
	h := newHub(t, limit)
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { h.Run(ctx) })
	t.Cleanup(func() { stop(); running.Wait() })
	var topics []wire.Topic
	for i := range 20 {
		topics = append(topics, wire.Topic(fmt.Sprintf("room-%d", i)))
	}
	logs, err := h.AcquireAll(t.Context(), topics, true)
	if err != nil {
		t.Fatal(err)
	}
	body := strings.Repeat("x", 4000)
	for at := chat.Position(1); at <= 100; at++ { // 8 MB in all
		for _, topic := range topics {
			m := chat.Message{ID: at, Revision: at, Room: string(topic), Username: "ada", Body: body}
			h.Ring(topic, m.AppendJSON(nil))
		}
	}
	for deadline := time.Now().Add(10 * time.Second); h.memory.held.Load() > limit; {
		if time.Now().After(deadline) {
			t.Fatalf("%d bytes are held", h.memory.held.Load())
		}
		<-time.After(5 * time.Millisecond)
	}
	h.Release(logs...)
}

func TestLeastRecentlyReadIsForgottenFirst(t *testing.T) {
	t.Parallel()
	h := newHub(t, 100<<10)
	topics := []wire.Topic{"room-0", "room-1", "room-2"}
	logs, err := h.AcquireAll(t.Context(), topics, true)
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range logs {
		for at := chat.Position(1); at <= 10; at++ {
			m := chat.Message{ID: at, Revision: at, Room: string(l.Topic), Username: "ada", Body: strings.Repeat("x", 4000)}
			l.offer(&m)
		}
		l.readAt.Store(int64([]int{2, 1, 3}[i]))
	}
	before := h.memory.held.Load()
	h.makeRoom()
	if logs[1].Tail(true) != 10 {
		t.Error("the least recently read log holds frames still")
	}
	if logs[2].Tail(true) != 0 {
		t.Error("the log that was read last was forgotten")
	}
	if after := h.memory.held.Load(); after > 90<<10 || after >= before {
		t.Errorf("%d bytes were held, %d are", before, after)
	}
	for _, l := range logs {
		l.forget()
	}
	if held := h.memory.held.Load(); held != 0 {
		t.Errorf("%d bytes are counted that nobody holds", held)
	}
}

// A hundred rooms that there aren't cost one query, and leave nothing behind.
func TestUnknownLogs(t *testing.T) {
	t.Parallel()
	pool, asked := watched(t, testkit.Database(t))
	h := newHubOn(t, pool, 0)
	topics := []wire.Topic{"room-0", "@nobody"}
	for i := range 300 {
		topics = append(topics, wire.Topic(fmt.Sprintf("nowhere-%d", i)))
	}
	before := asked.Load()
	logs, err := h.AcquireAll(t.Context(), topics, true)
	if err != nil {
		t.Fatal(err)
	}
	if n := asked.Load() - before; n > 3 { // which rooms and people there are, and what was said in room-0
		t.Errorf("%d queries for %d logs", n, len(topics))
	}
	for i, l := range logs {
		if (l != nil) != (i == 0) {
			t.Errorf("%s: %v", topics[i], l)
		}
	}
	if n := len(h.logs); n != 1 {
		t.Errorf("%d logs are held", n)
	}
	many, err := h.AcquireAll(t.Context(), roomsTo(300), true)
	if err != nil || len(many) != 300 {
		t.Fatal(err)
	}
	h.Release(many...)
	h.Release(logs...)
	if n := h.Readers("room-0"); n != 0 {
		t.Errorf("%d readers of what was given back", n)
	}
}

func roomsTo(n int) (topics []wire.Topic) {
	for i := range n {
		topics = append(topics, wire.Topic(fmt.Sprintf("room-%d", i)))
	}
	return topics
}

func TestNoticesAreCoalesced(t *testing.T) {
	t.Parallel()
	listener := &heard{}
	h := newHub(t, 0, listener)
	l, err := h.Acquire(t.Context(), "general", true)
	if err != nil {
		t.Fatal(err)
	}
	ada := &wire.Typing{Room: "general", Username: "ada"}
	for range 50 {
		h.Ring("general", ada.AppendJSON(nil))
	}
	if listener.notices != 1 {
		t.Errorf("somebody who types was told of %d times", listener.notices)
	}
	h.Ring("general", (&wire.Typing{Room: "general", Username: "bob"}).AppendJSON(nil))
	h.Ring("general", (&wire.Presence{Room: "general", Username: "ada", State: wire.Away}).AppendJSON(nil))
	if listener.notices != 3 {
		t.Errorf("%d notices, want 3", listener.notices)
	}
	now := time.Now()
	if !h.notices.fresh("general", []byte("x"), now) || h.notices.fresh("general", []byte("x"), now.Add(noticeEvery-1)) ||
		!h.notices.fresh("general", []byte("x"), now.Add(noticeEvery)) || !h.notices.fresh("other", []byte("x"), now) {
		t.Error("a notice is passed on at the wrong time")
	}
	for i := range 2 * maxNoticed {
		h.notices.fresh("general", fmt.Append(nil, i), now)
	}
	if n := len(h.notices.seen); n > maxNoticed {
		t.Errorf("%d notices are remembered", n)
	}
	h.Release(l)
}

func TestCloseEndsWhatWasBegun(t *testing.T) {
	h := newHub(t, 0)
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	other := New(h.store, quiet{}, h.log, NewMetrics(prometheus.NewRegistry()), 0)
	l, err := other.Acquire(t.Context(), "general", true)
	if err != nil {
		t.Fatal(err)
	}
	l.offer(message(5))
	other.hold(l)
	other.refresh(l)
	other.Close()
	if _, err := other.Acquire(t.Context(), "room-1", true); err == nil {
		t.Error("a closed hub opens a log")
	}
}
