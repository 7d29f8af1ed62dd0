// Package collector is an OTLP collector for tests: it takes spans by HTTP, as
// protobuf, and keeps them.
package collector

import (
	"compress/gzip"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	collectorpb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// Span is one that came in. Ids are hexadecimal; a root has no Parent.
type Span struct {
	Trace, ID, Parent string
	Name              string
	Kind              string // as SERVER
	Failed            bool
	Links             []string // ids of spans
	Events            []Event
	Attributes        map[string]string
	Resource          map[string]string
	Start, End        time.Time
}

// Event is what happened in a span.
type Event struct {
	Name string
	At   time.Time
}

// Collector listens until the end of its test, or [Collector.Close].
type Collector struct {
	URL string // for OTEL_EXPORTER_OTLP_ENDPOINT

	server *httptest.Server

	mu    sync.Mutex
	spans []Span
}

// New starts a collector.
func New(t testing.TB) *Collector {
	t.Helper()
	c := &Collector{}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/traces", c.take)
	c.server = httptest.NewServer(mux)
	c.URL = c.server.URL
	t.Cleanup(c.server.Close)
	return c
}

// Close makes the collector go away: who calls it then is refused.
func (c *Collector) Close() { c.server.Close() }

// Spans returns what has come in.
func (c *Collector) Spans() []Span {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.spans)
}

// Await waits until what has come in is enough, and returns it. enough says what
// is missing. It ends the test when ctx does.
func (c *Collector) Await(ctx context.Context, t testing.TB, enough func([]Span) error) []Span {
	t.Helper()
	for {
		spans := c.Spans()
		err := enough(spans)
		if err == nil {
			return spans
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			t.Fatalf("%v; there are:\n%s", err, Tree(spans))
		}
	}
}

func (c *Collector) take(w http.ResponseWriter, r *http.Request) {
	spans, err := read(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	c.spans = append(c.spans, spans...)
	c.mu.Unlock()
	w.Header().Set("Content-Type", "application/x-protobuf")
}

func read(r *http.Request) ([]Span, error) {
	if got := r.Header.Get("Content-Type"); got != "application/x-protobuf" {
		return nil, fmt.Errorf("content type %q", got)
	}
	body := io.Reader(r.Body)
	if r.Header.Get("Content-Encoding") == "gzip" {
		plain, err := gzip.NewReader(body)
		if err != nil {
			return nil, err
		}
		body = plain
	}
	data, err := io.ReadAll(body)
	var request collectorpb.ExportTraceServiceRequest
	if err = errors.Join(err, proto.Unmarshal(data, &request)); err != nil {
		return nil, err
	}
	var spans []Span
	for _, of := range request.ResourceSpans {
		resource := texts(of.Resource.GetAttributes())
		for _, scope := range of.ScopeSpans {
			for _, s := range scope.Spans {
				spans = append(spans, span(s, resource))
			}
		}
	}
	return spans, nil
}

func span(s *tracepb.Span, resource map[string]string) Span {
	one := Span{
		Trace: hex.EncodeToString(s.TraceId), ID: hex.EncodeToString(s.SpanId), Parent: hex.EncodeToString(s.ParentSpanId),
		Name: s.Name, Kind: strings.TrimPrefix(s.Kind.String(), "SPAN_KIND_"),
		Failed:     s.Status.GetCode() == tracepb.Status_STATUS_CODE_ERROR,
		Attributes: texts(s.Attributes), Resource: resource,
		Start: at(s.StartTimeUnixNano), End: at(s.EndTimeUnixNano),
	}
	for _, link := range s.Links {
		one.Links = append(one.Links, hex.EncodeToString(link.SpanId))
	}
	for _, e := range s.Events {
		one.Events = append(one.Events, Event{e.Name, at(e.TimeUnixNano)})
	}
	return one
}

func at(nanoseconds uint64) time.Time { return time.Unix(0, int64(nanoseconds)) } //nolint:gosec // of this century

func texts(attributes []*commonpb.KeyValue) map[string]string {
	all := make(map[string]string, len(attributes))
	for _, a := range attributes {
		switch v := a.Value.GetValue().(type) {
		case *commonpb.AnyValue_StringValue:
			all[a.Key] = v.StringValue
		case *commonpb.AnyValue_IntValue:
			all[a.Key] = fmt.Sprint(v.IntValue)
		case *commonpb.AnyValue_DoubleValue:
			all[a.Key] = fmt.Sprint(v.DoubleValue)
		default:
			all[a.Key] = a.Value.String()
		}
	}
	return all
}

// Of returns the spans of a trace.
func Of(spans []Span, trace string) (its []Span) {
	for _, s := range spans {
		if s.Trace == trace {
			its = append(its, s)
		}
	}
	return its
}

// Named returns the spans of this name.
func Named(spans []Span, name string) (its []Span) {
	for _, s := range spans {
		if s.Name == name {
			its = append(its, s)
		}
	}
	return its
}

// Tree draws spans, each below its parent.
func Tree(spans []Span) string {
	var b strings.Builder
	known := make(map[string]bool, len(spans))
	for _, s := range spans {
		known[s.ID] = true
	}
	var draw func(parent, indent string)
	draw = func(parent, indent string) {
		for _, s := range spans {
			if s.Parent == parent || parent == "" && !known[s.Parent] {
				fmt.Fprintf(&b, "%s%s %s, %s %v\n", indent, s.Resource["service.name"], s.Name, s.End.Sub(s.Start), s.Attributes)
				draw(s.ID, indent+"  ")
			}
		}
	}
	draw("", "")
	return b.String()
}
