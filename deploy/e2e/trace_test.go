package e2e

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"parley/deploy/e2e/client"
	"parley/deploy/e2e/system"
	"parley/testkit/collector"
)

// One trace holds a message's whole way: from the POST, in one process, to the
// sockets of two others. It is the client's trace. Of nobody else anything is
// sent, and that the collector goes away, nobody notices.
func TestATraceHoldsAMessagesWholeWay(t *testing.T) {
	if _, ok := parley.(system.Cluster); ok {
		t.Log("pods don't reach a collector of the tests")
		return
	}
	c := collector.New(t)
	own := another(t, system.Options{Log: "trace", Settings: map[string]string{
		"OTEL_EXPORTER_OTLP_ENDPOINT": c.URL, "OTEL_TRACES_SAMPLER": "parentbased_always_off",
	}})
	if own == nil {
		return
	}
	user := newUserAt(t, own.URL())
	room := newRoom(t, user)
	streams := listenAtEach(t, own, user, room)
	post(t, user, room, "untraced")
	const trace = "4bf92f3577b34da6a3ce929d0e0e4736"
	postTraced(t, user, room, "00-"+trace+"-00f067aa0ba902b7-01")
	for _, stream := range streams {
		expect(t, stream, messages(room, 1, 2)...)
	}

	const path = "messages POST /chat/:room/messages > messages commit > messages publish > stream receive > stream deliver"
	spans := c.Await(patient(t), t, func(spans []collector.Span) error {
		if n := paths(spans)[path]; n != len(streams) {
			return fmt.Errorf("%d replicas have delivered, want %d", n, len(streams))
		}
		return nil
	})
	if len(collector.Of(spans, trace)) != len(spans) {
		t.Errorf("there are spans of another trace:\n%s", collector.Tree(spans))
	}
	if paths(spans)["messages POST /chat/:room/messages > messages commit > messages store > messages batch start"] == 0 {
		t.Errorf("what Postgres did is missing:\n%s", collector.Tree(spans))
	}
	for _, s := range collector.Named(spans, "deliver") {
		if s.Attributes["parley.streams"] != "1" || len(s.Events) != 2 {
			t.Errorf("delivered %+v", s)
		}
	}
	for _, secret := range []string{room, user.Name, user.Cookie, "the traced body"} {
		if strings.Contains(fmt.Sprintf("%+v", spans), secret) {
			t.Errorf("the spans tell %q", secret)
		}
	}

	c.Close()
	for range 20 {
		postTraced(t, user, room, "00-"+trace+"-00f067aa0ba902b7-01")
	}
	for _, stream := range streams {
		expect(t, stream, messages(room, 3, 22)...)
	}
	eventually(t, 30*time.Second, "lost spans are not counted", func(ctx context.Context) error {
		return errors.Join(failing(ctx, own, "messages-1", "messages-2"), failing(ctx, own, "stream-1"), failing(ctx, own, "stream-2"))
	})
	text, err := os.ReadFile(filepath.Join("..", "..", ".local", "trace-native.log"))
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), "does not take traces"); n < 3 || n > 4 {
		t.Errorf("%d times it was said that the collector is away, want once a replica", n)
	}
}

// listenAtEach opens a stream of a room at each replica.
func listenAtEach(t *testing.T, own system.System, user *client.User, room string) (streams []*client.Stream) {
	t.Helper()
	for _, part := range []string{"stream-1", "stream-2"} {
		addr, err := own.Addr(patient(t), part)
		if err != nil {
			t.Fatal(err)
		}
		stream := open(t, user.At("http://"+addr), "/chat/"+room+"/stream", "0")
		expect(t, stream, "ready 0")
		streams = append(streams, stream)
	}
	return streams
}

func postTraced(t *testing.T, user *client.User, room, traceparent string) {
	t.Helper()
	req, err := user.Request(patient(t), http.MethodPost, "/chat/"+room+"/messages", strings.NewReader(`{"body":"the traced body"}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Traceparent", traceparent)
	answer, err := user.Send(req)
	want(t, answer, err, http.StatusCreated, "")
}

// paths returns how often each way from a root to a span occurs.
func paths(spans []collector.Span) map[string]int {
	byID := make(map[string]collector.Span, len(spans))
	for _, s := range spans {
		byID[s.ID] = s
	}
	counts := make(map[string]int, len(spans))
	for _, s := range spans {
		path, ok := "", true
		for ; ok; s, ok = byID[s.Parent] {
			path = " > " + s.Resource["service.name"] + " " + s.Name + path
		}
		counts[strings.TrimPrefix(path, " > ")]++
	}
	return counts
}

// failing returns nil if one of these replicas counts spans that it couldn't
// send.
func failing(ctx context.Context, own system.System, parts ...string) error {
	for _, part := range parts {
		url, err := own.MetricsURL(ctx, part)
		if err != nil {
			return err
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return err
		}
		body, err := io.ReadAll(resp.Body)
		if err = errors.Join(err, resp.Body.Close()); err != nil {
			return err
		}
		for line := range strings.Lines(string(body)) {
			if n, ok := strings.CutPrefix(line, `parley_trace_spans_total{outcome="failed"} `); ok && strings.TrimSpace(n) != "0" {
				return nil
			}
		}
	}
	return fmt.Errorf("no span of %s has failed", parts)
}
