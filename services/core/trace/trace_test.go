package trace_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/prometheus/client_golang/prometheus"

	"parley/core/trace"
	"parley/testkit/collector"
)

const patience = 15 * time.Second

const client = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

// log remembers what was logged.
type log struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *log) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *log) count(what string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.text.String(), what)
}

type bundle struct {
	*trace.Tracer
	log      log
	registry *prometheus.Registry
}

func open(t *testing.T, cfg trace.Config) *bundle {
	t.Helper()
	b := &bundle{registry: prometheus.NewPedanticRegistry()}
	if err := cfg.Validate(); err != nil {
		t.Fatal(err)
	}
	var err error
	if b.Tracer, err = trace.Open(cfg, "messages", "abc", slog.New(slog.NewTextHandler(&b.log, nil)), b.registry); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

// serve has a request begin a trace, and do be a part of it.
func (b *bundle) serve(t *testing.T, traceparent string, do func(context.Context)) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/chat/secret/messages", nil)
	if traceparent != "" {
		r.Header.Set("Traceparent", traceparent)
	}
	r, end := b.Serve(r, http.MethodPost, "/chat/:room/messages")
	defer end(http.StatusCreated)
	do(r.Context())
}

func waitContext(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

func atLeast(n int) func([]collector.Span) error {
	return func(spans []collector.Span) error {
		if len(spans) < n {
			return fmt.Errorf("%d spans, want %d", len(spans), n)
		}
		return nil
	}
}

func TestOffIsNothing(t *testing.T) {
	t.Parallel()
	for _, cfg := range []trace.Config{
		{}, {Sampler: "nonsense"}, {Endpoint: "http://127.0.0.1:1", Exporter: "none"}, {Endpoint: "http://127.0.0.1:1", Disabled: "TRUE"},
	} {
		if b := open(t, cfg); b.Tracer != nil {
			t.Errorf("%+v is on", cfg)
		}
	}
	span := trace.Start(t.Context(), "commit")
	if span != nil || span.Child("x") != nil || span.Publish() != nil || trace.Gather("x", nil) != nil || trace.Gather("x", []*trace.Span{nil}) != nil || span.Traceparent() != "" {
		t.Error("a span without a trace")
	}
	span.Int("a", 1)
	span.Seconds("b", time.Second)
	span.Event("c", time.Now())
	span.End(errors.New("d"))
	if ctx := span.Context(t.Context()); ctx != t.Context() {
		t.Error("a context with it is another")
	}
}

// The log says where traces go, and nothing by which one gets in there.
func TestTheLogHasNoKey(t *testing.T) {
	t.Parallel()
	for _, cfg := range []trace.Config{
		{Endpoint: "http://ada:secret@127.0.0.1:1"}, {TracesEndpoint: "http://127.0.0.1:1/v1/traces?key=secret"},
	} {
		b := open(t, cfg)
		if b.log.count("to=http://127.0.0.1:1/v1/traces\n") != 1 || b.log.count("secret") != 0 {
			t.Errorf("logged %s", b.log.text.String())
		}
	}
}

func TestOffAllocatesNothing(t *testing.T) { // not in parallel: it counts
	ctx := t.Context()
	if n := testing.AllocsPerRun(100, func() {
		span := trace.Start(ctx, "commit")
		span.Publish().Int("parley.position", 1)
		span.End(nil)
	}); n != 0 {
		t.Errorf("off costs %g allocations", n)
	}
}

func TestConfig(t *testing.T) {
	t.Parallel()
	const url = "http://127.0.0.1:4318"
	for _, good := range []trace.Config{
		{Endpoint: url}, {Endpoint: url + "/prefix/"}, {TracesEndpoint: "https://collector/x", Protocol: "http/protobuf", Exporter: "otlp"},
		{Endpoint: url, Sampler: "parentbased_traceidratio", SamplerArg: "0.01"}, {Endpoint: url, Sampler: "always_off"},
		{Endpoint: url, Sampler: "parentbased_always_off"}, {Endpoint: url, Sampler: "traceidratio"}, {Endpoint: url, Sampler: "always_on"},
	} {
		if err := good.Validate(); err != nil || !good.On() {
			t.Errorf("%+v: %v", good, err)
		}
	}
	for want, bad := range map[string]trace.Config{
		"ENDPOINT":         {Endpoint: "127.0.0.1:4318"},
		"TRACES_EXPORTER":  {Endpoint: url, Exporter: "zipkin"},
		"PROTOCOL":         {Endpoint: url, Protocol: "grpc"},
		"SAMPLER_ARG":      {Endpoint: url, Sampler: "traceidratio", SamplerArg: "1.5"},
		"TRACES_SAMPLER m": {Endpoint: url, Sampler: "parentbased_jaeger_remote"},
	} {
		if err := bad.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	if err := (trace.Config{Endpoint: url, Protocol: "grpc", SamplerArg: "x"}).Validate(); !strings.Contains(err.Error(), "PROTOCOL") || !strings.Contains(err.Error(), "ARG") {
		t.Errorf("not all faults: %v", err)
	}
}

func TestSpansOfOneTrace(t *testing.T) {
	t.Parallel()
	c := collector.New(t)
	b := open(t, trace.Config{Endpoint: c.URL})
	b.serve(t, client, func(ctx context.Context) {
		commit := trace.Start(ctx, "commit")
		publish := commit.Publish()
		received := b.Receive(publish.Traceparent())
		received.Int("parley.position", 7)
		received.End(nil)
		publish.End(nil)
		commit.End(fmt.Errorf("store: %w", &pgconn.PgError{Code: "40001", Message: "secret"}))
	})
	spans := c.Await(waitContext(t), t, atLeast(4))
	post := collector.Named(spans, "POST /chat/:room/messages")
	if len(post) != 1 || post[0].Parent != "00f067aa0ba902b7" || post[0].Kind != "SERVER" || post[0].Attributes["http.response.status_code"] != "201" {
		t.Fatalf("the request is %+v", post)
	}
	for name, want := range map[string]string{"messages": "service.name", "parley": "service.namespace", "abc": "service.version"} {
		if post[0].Resource[want] != name {
			t.Errorf("%s is %q", want, post[0].Resource[want])
		}
	}
	if post[0].Resource["service.instance.id"] == "" {
		t.Error("the replica has no id")
	}
	parent := post[0].ID
	for _, name := range []string{"commit", "publish", "receive"} {
		s := collector.Named(spans, name)
		if len(s) != 1 || s[0].Parent != parent || s[0].Trace != "4bf92f3577b34da6a3ce929d0e0e4736" {
			t.Fatalf("%s is not where it should be:\n%s", name, collector.Tree(spans))
		}
		parent = s[0].ID
	}
	if commit := collector.Named(spans, "commit")[0]; !commit.Failed || commit.Attributes["error.type"] != "40001" {
		t.Errorf("the error of %+v", commit)
	}
	if text := fmt.Sprint(spans); strings.Contains(text, "secret") {
		t.Errorf("a secret is in %s", text)
	}
}

func TestABatchIsLinkedWithAllOfIt(t *testing.T) {
	t.Parallel()
	c := collector.New(t)
	b := open(t, trace.Config{Endpoint: c.URL})
	var all []*trace.Span
	for range 3 {
		b.serve(t, "", func(ctx context.Context) { all = append(all, nil, trace.Start(ctx, "commit")) })
	}
	store := trace.Gather("store", all)
	store.Int("parley.changes", 6)
	store.End(nil)
	for _, s := range all {
		s.End(nil)
	}
	spans := c.Await(waitContext(t), t, atLeast(7))
	commits, stores := collector.Named(spans, "commit"), collector.Named(spans, "store")
	if len(commits) != 3 || len(stores) != 1 || stores[0].Parent != commits[0].ID {
		t.Fatalf("there are\n%s", collector.Tree(spans))
	}
	if got, want := fmt.Sprint(stores[0].Links), fmt.Sprint([]string{commits[1].ID, commits[2].ID}); got != want {
		t.Errorf("the batch is linked with %s, want %s", got, want)
	}
	for _, commit := range commits[1:] {
		if len(commit.Links) != 1 || commit.Links[0] != stores[0].ID {
			t.Errorf("%s is linked with %v, want the batch", commit.ID, commit.Links)
		}
	}
}

// The sampler decides, but for whose parent has decided; strangers decide about
// a few.
func TestSampling(t *testing.T) {
	t.Parallel()
	c := collector.New(t)
	off := open(t, trace.Config{Endpoint: c.URL, Sampler: "parentbased_always_off"})
	recorded := 0
	for range 1000 {
		for _, parent := range []string{"", "nonsense", client} {
			off.serve(t, parent, func(ctx context.Context) {
				if span := trace.Start(ctx, "commit"); span != nil {
					span.End(nil)
					recorded++
				}
			})
		}
	}
	if recorded < 10 || recorded > 100 { // 10 at once, and 10 a second
		t.Errorf("%d traces of a client are recorded, want some", recorded)
	}
	on := open(t, trace.Config{Endpoint: c.URL, Sampler: "parentbased_traceidratio", SamplerArg: "0"})
	on.serve(t, "", func(ctx context.Context) {
		if trace.Start(ctx, "commit") != nil {
			t.Error("a ratio of 0 records")
		}
	})
	if off.Receive(client[:len(client)-1]+"0") != nil || off.Receive("nonsense") != nil {
		t.Error("what its publisher doesn't record is recorded")
	}
	off.Close()
	on.Close()
	if got := len(collector.Named(c.Spans(), "commit")); got != recorded {
		t.Errorf("%d were sent, want %d", got, recorded)
	}
}

// Nobody waits for a collector that is away, and it is said once.
func TestACollectorThatIsAwayHarmsNobody(t *testing.T) {
	t.Parallel()
	c := collector.New(t)
	b := open(t, trace.Config{Endpoint: c.URL})
	b.serve(t, "", func(context.Context) {})
	c.Await(waitContext(t), t, atLeast(1))
	c.Close()
	const requests = 20_000
	began := time.Now()
	for range requests {
		b.serve(t, "", func(context.Context) {})
	}
	if took := time.Since(began); took > patience {
		t.Errorf("the requests took %s", took)
	}
	for total := 0.0; total != requests+1; {
		total = 0
		for _, outcome := range []string{"sent", "failed", "dropped"} {
			total += count(t, b.registry, outcome)
		}
		if time.Since(began) > 2*patience {
			t.Fatalf("%g spans are accounted for, want %d", total, requests+1)
		}
		time.Sleep(10 * time.Millisecond)
	}
	if sent, failed, dropped := count(t, b.registry, "sent"), count(t, b.registry, "failed"), count(t, b.registry, "dropped"); sent != 1 || failed == 0 {
		t.Errorf("%g sent, %g failed, %g dropped", sent, failed, dropped)
	}
	if n := b.log.count("does not take traces"); n != 1 {
		t.Errorf("said %d times", n)
	}
	began = time.Now()
	b.Close()
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("to close took %s", took)
	}
}

func count(t *testing.T, registry *prometheus.Registry, outcome string) float64 {
	t.Helper()
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		for _, m := range family.Metric {
			if family.GetName() == "parley_trace_spans_total" && m.Label[0].GetValue() == outcome {
				return m.Counter.GetValue()
			}
		}
	}
	t.Fatalf("no metric of %s", outcome)
	return 0
}
