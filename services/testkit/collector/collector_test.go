package collector

import (
	"bytes"
	"net/http"
	"testing"
	"time"

	collectorpb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	resourcepb "go.opentelemetry.io/proto/otlp/resource/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

func send(t *testing.T, c *Collector, body []byte) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.URL+"/v1/traces", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-protobuf")
	answer, err := (&http.Client{Timeout: 10 * time.Second}).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	if err := answer.Body.Close(); err != nil {
		t.Error(err)
	}
	return answer.StatusCode
}

func TestCollector(t *testing.T) {
	t.Parallel()
	c := New(t)
	trace := bytes.Repeat([]byte{1}, 16)
	of := func(id, parent byte, name string) *tracepb.Span {
		s := &tracepb.Span{TraceId: trace, SpanId: bytes.Repeat([]byte{id}, 8), Name: name, Kind: tracepb.Span_SPAN_KIND_SERVER}
		if parent != 0 {
			s.ParentSpanId = bytes.Repeat([]byte{parent}, 8)
		}
		return s
	}
	text := func(s string) *commonpb.AnyValue {
		return &commonpb.AnyValue{Value: &commonpb.AnyValue_StringValue{StringValue: s}}
	}
	body, err := proto.Marshal(&collectorpb.ExportTraceServiceRequest{ResourceSpans: []*tracepb.ResourceSpans{{
		Resource:   &resourcepb.Resource{Attributes: []*commonpb.KeyValue{{Key: "service.name", Value: text("stream")}}},
		ScopeSpans: []*tracepb.ScopeSpans{{Spans: []*tracepb.Span{of(2, 0, "root"), of(3, 2, "child")}}},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	if status := send(t, c, body); status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
	spans := c.Spans()
	child := Named(spans, "child")
	if len(spans) != 2 || len(child) != 1 || child[0].Parent != "0202020202020202" || child[0].Resource["service.name"] != "stream" {
		t.Errorf("%+v", spans)
	}
	if its := Of(spans, "01010101010101010101010101010101"); len(its) != 2 {
		t.Errorf("%d spans are of the trace, want 2", len(its))
	}
	if status := send(t, c, []byte("no protobuf")); status == http.StatusOK || len(c.Spans()) != 2 {
		t.Errorf("what is no protobuf: status %d, %d spans", status, len(c.Spans()))
	}
}
