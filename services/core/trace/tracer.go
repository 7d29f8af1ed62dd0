package trace

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/exaring/otelpgx"
	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"parley/core/serve"
)

const (
	header    = "traceparent"
	closeTime = 2 * time.Second // for what is yet to be sent

	// accepted is how many traces of clients a replica goes on with in a second.
	// What they send says whether a trace is recorded, and so what it costs.
	accepted = 10
)

// redis says of a span that it is one end of a message through Redis.
var redis = attribute.String("messaging.system", "redis")

// Tracer begins traces, or goes on with those of other processes; nil is off.
type Tracer struct {
	provider *sdk.TracerProvider
	spans    trace.Tracer
	clients  allowance
	log      *slog.Logger
}

// Open returns a tracer that sends to a collector what it records, in the
// background; nil if that is off. A collector that is away harms nobody: a
// bounded number of spans waits for it, and others are dropped and counted. The
// caller must Close the tracer.
func Open(cfg Config, service, version string, log *slog.Logger, metrics prometheus.Registerer) (*Tracer, error) {
	if !cfg.On() {
		return nil, nil
	}
	sampler, err := cfg.sampler()
	if err != nil {
		return nil, err
	}
	about, err := resource.New(context.Background(),
		resource.WithAttributes(
			attribute.String("service.namespace", "parley"), attribute.String("service.name", service),
			attribute.String("service.version", version), attribute.String("service.instance.id", rand.Text())),
		resource.WithTelemetrySDK(), resource.WithFromEnv())
	if err != nil {
		return nil, fmt.Errorf("read OTEL_RESOURCE_ATTRIBUTES: %w", err)
	}
	exporter, err := otlptracehttp.New(context.Background(), otlptracehttp.WithEndpointURL(cfg.url()),
		otlptracehttp.WithRetry(otlptracehttp.RetryConfig{
			Enabled: true, InitialInterval: time.Second, MaxInterval: 5 * time.Second, MaxElapsedTime: 10 * time.Second,
		}))
	if err != nil {
		return nil, fmt.Errorf("open OTLP exporter: %w", err)
	}
	provider := sdk.NewTracerProvider(sdk.WithSampler(sampler), sdk.WithResource(about),
		sdk.WithSpanProcessor(newQueue(exporter, log, metrics)))
	log.Info("traces are sent", "to", cfg.shown())
	return &Tracer{
		provider: provider, spans: provider.Tracer(scope),
		clients: allowance{each: time.Second / accepted, most: accepted}, log: log,
	}, nil
}

// Close sends what waits, unless that takes long.
func (t *Tracer) Close() {
	if t == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeTime)
	defer cancel()
	if err := t.provider.Shutdown(ctx); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		t.log.Warn("close traces", "error", err)
	}
}

// Serve begins the span of a request, whose method and route are from a short
// list, and returns the request with it, and what ends it. The span belongs to
// the client's trace if the request has a traceparent, but for those that come
// too often.
func (t *Tracer) Serve(r *http.Request, method, route string) (_ *http.Request, end func(status int)) {
	ctx := r.Context()
	if theirs := remote(ctx, r.Header.Get(header)); theirs != ctx && t.clients.take(time.Now()) {
		ctx = theirs
	}
	ctx, span := t.spans.Start(ctx, method+" "+route, trace.WithSpanKind(trace.SpanKindServer))
	if !span.IsRecording() {
		return r.WithContext(ctx), func(int) {}
	}
	span.SetAttributes(attribute.String("http.request.method", method), attribute.String("http.route", route),
		attribute.String("parley.request_id", serve.RequestID(ctx)))
	return r.WithContext(ctx), func(status int) {
		span.SetAttributes(attribute.Int("http.response.status_code", status))
		if status >= http.StatusInternalServerError {
			span.SetStatus(codes.Error, "")
		}
		span.End()
	}
}

// Receive begins the span of what came through Redis and belongs to the trace
// that traceparent names. It is nil if that is not recorded.
func (t *Tracer) Receive(traceparent string) *Span {
	_, span := t.spans.Start(remote(context.Background(), traceparent), "receive",
		trace.WithSpanKind(trace.SpanKindConsumer), trace.WithAttributes(redis))
	if !span.IsRecording() {
		return nil
	}
	return &Span{span}
}

// Queries returns what makes a span of each query that is made within one.
func (t *Tracer) Queries() pgx.QueryTracer {
	return otelpgx.NewTracer(otelpgx.WithTracerProvider(t.provider), otelpgx.WithDisableConnectionDetailsInAttributes())
}

// remote returns ctx with the span that traceparent names; ctx if that names
// none.
func remote(ctx context.Context, traceparent string) context.Context {
	return propagation.TraceContext{}.Extract(ctx, propagation.MapCarrier{header: traceparent})
}
