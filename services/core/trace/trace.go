// Package trace follows a message by OpenTelemetry, from its POST to the write
// to the sockets, where that is switched on:
//
//	messages   POST ─▶ commit ─▶ store, one for a batch ─▶ publish
//	                                                          │ traceparent, in the payload
//	stream                                      receive ◀─────┘  ─▶ deliver, one for a message and replica
//
// A span begins where its parent is: [Start] makes one only within a span that
// is recorded, so whoever is on the way needs nothing but a context or a [Span].
// A nil Span is none, and a nil [Tracer] is one that is off; all that is done
// with either does nothing.
//
// Spans say how long something took, and positions and numbers. They say no
// body, no address of a page, and nothing of a person, a session or a room.
package trace

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// scope is the instrumentation scope of all spans.
const scope = "parley"

// Span is a step of a trace that is recorded; nil is none.
type Span struct{ otel trace.Span }

// Start begins a step of the span that ctx has. It is nil if that is not
// recorded.
func Start(ctx context.Context, name string) *Span {
	parent := trace.SpanFromContext(ctx)
	if !parent.IsRecording() {
		return nil
	}
	return begin(parent, name)
}

// Child begins a step of s.
func (s *Span) Child(name string) *Span {
	if s == nil {
		return nil
	}
	return begin(s.otel, name)
}

// Publish begins a step of s that hands something to Redis.
func (s *Span) Publish() *Span {
	if s == nil {
		return nil // before the options are made
	}
	return begin(s.otel, "publish", trace.WithSpanKind(trace.SpanKindProducer), trace.WithAttributes(redis))
}

func begin(parent trace.Span, name string, options ...trace.SpanStartOption) *Span {
	ctx := trace.ContextWithSpan(context.Background(), parent)
	_, s := parent.TracerProvider().Tracer(scope).Start(ctx, name, options...)
	return &Span{s}
}

// Gather begins a step that many take together, a step of the first that is
// recorded. It and the others are linked with each other. It is nil if there is
// none.
func Gather(name string, of []*Span) (together *Span) {
	for _, s := range of {
		switch {
		case s == nil:
		case together == nil:
			together = s.Child(name)
		default:
			together.otel.AddLink(trace.Link{SpanContext: s.otel.SpanContext()})
			s.otel.AddLink(trace.Link{SpanContext: together.otel.SpanContext()})
		}
	}
	return together
}

// Context returns ctx, with s as the span that it has.
func (s *Span) Context(ctx context.Context) context.Context {
	if s == nil {
		return ctx
	}
	return trace.ContextWithSpan(ctx, s.otel)
}

// Traceparent returns what tells another process of s, as W3C Trace Context has
// it; "" for nil.
func (s *Span) Traceparent() string {
	if s == nil {
		return ""
	}
	carrier := propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(s.Context(context.Background()), carrier)
	return carrier[header]
}

// Int notes a number.
func (s *Span) Int(key string, n int64) {
	if s != nil {
		s.otel.SetAttributes(attribute.Int64(key, n))
	}
}

// Seconds notes a duration, in seconds.
func (s *Span) Seconds(key string, d time.Duration) {
	if s != nil {
		s.otel.SetAttributes(attribute.Float64(key, d.Seconds()))
	}
}

// Event notes what happened at a time.
func (s *Span) Event(name string, at time.Time) {
	if s != nil {
		s.otel.AddEvent(name, trace.WithTimestamp(at))
	}
}

// End ends the span, with an error or nil. Of the error it says the kind alone.
func (s *Span) End(err error) { s.EndAt(time.Now(), err) }

// EndAt is [Span.End] at a time.
func (s *Span) EndAt(at time.Time, err error) {
	if s == nil {
		return
	}
	if err != nil {
		s.otel.SetStatus(codes.Error, "")
		s.otel.SetAttributes(attribute.String("error.type", kindOf(err)))
	}
	s.otel.End(trace.WithTimestamp(at))
}

// kindOf returns Postgres's code of an error, or the type of the innermost.
func kindOf(err error) string {
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		return refused.Code
	}
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(err) {
		err = inner
	}
	return fmt.Sprintf("%T", err)
}
