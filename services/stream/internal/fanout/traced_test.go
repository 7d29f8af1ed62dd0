package fanout

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"parley/core/chat"
	"parley/core/sse"
	"parley/core/trace"
	"parley/core/wire"
	"parley/testkit/collector"
)

const (
	sampled   = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	unsampled = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"
)

// traceTo has the bundle send its spans to a collector.
func (b *testBundle) traceTo(c *collector.Collector) {
	b.t.Helper()
	tracer, err := trace.Open(trace.Config{Endpoint: c.URL}, "stream", "test", slog.New(slog.DiscardHandler), prometheus.NewRegistry())
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(tracer.Close)
	b.hub.Trace(tracer, b.engine.Traced)
}

// ringTraced has an event of room-0 come by Redis.
func (b *testBundle) ringTraced(at chat.Position, traceparent string) {
	m := chat.Message{ID: at, Revision: at, Room: "room-0", Username: "ada", Body: "secret"}
	b.hub.Ring("room-0", wire.AppendTraceparent(m.AppendJSON(nil), traceparent))
}

// One span says how a message came to all streams of all loops.
func TestADeliveryIsTraced(t *testing.T) {
	t.Parallel()
	const streams = 5
	c := collector.New(t)
	b := start(t, newPoller, 1)
	b.traceTo(c)
	var readers []*sse.Reader
	for range streams {
		r := sse.NewReader(b.open("room-0"))
		if e, err := r.Next(); err != nil || e.Name != "ready" {
			t.Fatalf("a stream begins with %+v, %v", e, err)
		}
		readers = append(readers, r)
	}
	began := time.Now()
	b.ringTraced(1, unsampled)
	b.ringTraced(2, sampled)
	b.ringTraced(2, sampled) // again
	for _, r := range readers {
		read(t, r, 2)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	spans := c.Await(ctx, t, func(spans []collector.Span) error {
		if len(collector.Named(spans, "receive")) < 2 || len(collector.Named(spans, "deliver")) < 1 {
			return fmt.Errorf("%d spans", len(spans))
		}
		return nil
	})
	if len(spans) != 3 {
		t.Errorf("there are\n%s", collector.Tree(spans))
	}
	received, deliver := collector.Named(spans, "receive")[0], collector.Named(spans, "deliver")[0]
	if received.Parent != "00f067aa0ba902b7" || received.Kind != "CONSUMER" || received.Attributes["parley.position"] != "2" {
		t.Errorf("received %+v", received)
	}
	if deliver.Parent != received.ID || deliver.Trace != "4bf92f3577b34da6a3ce929d0e0e4736" || deliver.Attributes["parley.streams"] != fmt.Sprint(streams) ||
		deliver.Attributes["parley.streams.blocked"] != "0" || deliver.Attributes["parley.write.slowest"] == "" {
		t.Errorf("delivered %+v", deliver)
	}
	if len(deliver.Events) != 2 || deliver.Events[0].Name != "first write" || deliver.Events[1].Name != "last write" {
		t.Fatalf("events %+v", deliver.Events)
	}
	first, last := deliver.Events[0].At, deliver.Events[1].At
	if first.Before(began) || last.Before(first) || deliver.End.Before(last) || time.Now().Before(deliver.End) {
		t.Errorf("first write %s, last %s, end %s, after %s", first, last, deliver.End, began)
	}
}

// A log that nobody here reads is nobody's delivery, and what comes otherwise
// is not waited for for ever.
func TestADeliveryWithoutATurnEnds(t *testing.T) {
	t.Parallel()
	c := collector.New(t)
	b := start(t, newPoller, 2)
	b.traceTo(c)
	b.open("room-0")
	b.ringTraced(7, sampled) // 1 to 6 are missing, and Postgres has none
	lingering, err := b.hub.Acquire(t.Context(), "room-1", false)
	if err != nil {
		t.Fatal(err)
	}
	m := chat.Message{ID: 1, Revision: 1, Room: "room-1", Username: "ada", Body: "x", CreatedAt: time.Now()}
	b.hub.Ring("room-1", wire.AppendTraceparent(m.AppendJSON(nil), sampled))
	b.hub.Release(lingering)
	ctx, cancel := context.WithTimeout(t.Context(), tracedFor+patience)
	defer cancel()
	spans := c.Await(ctx, t, func(spans []collector.Span) error {
		if n := len(collector.Named(spans, "deliver")); n < 2 {
			return fmt.Errorf("%d deliveries ended", n)
		}
		return nil
	})
	for _, s := range collector.Named(spans, "deliver") {
		if s.Attributes["parley.streams"] != "0" || len(s.Events) != 0 {
			t.Errorf("delivered %+v", s)
		}
	}
}
