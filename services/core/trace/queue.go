package trace

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	sdk "go.opentelemetry.io/otel/sdk/trace"
)

const (
	maxWaiting = 4096 // spans; about 1 KB each
	sendEvery  = time.Second
)

// queue holds spans that have ended until they are sent, many at once. It never
// blocks: when it is full, spans are dropped. Each is counted, once: sent,
// failed or dropped.
type queue struct {
	sdk.SpanProcessor // sends through exporter

	waiting atomic.Int64 // spans that have ended, and are not yet sent or failed
	dropped prometheus.Counter
}

func newQueue(to sdk.SpanExporter, log *slog.Logger, metrics prometheus.Registerer) *queue {
	spans := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "parley_trace_spans_total",
		Help: "Spans of traces, by what became of them: sent to the collector, failed to be, or dropped because too many waited.",
	}, []string{"outcome"})
	q := &queue{dropped: spans.WithLabelValues("dropped")}
	out := &exporter{
		SpanExporter: to, log: log, waiting: &q.waiting,
		sent: spans.WithLabelValues("sent"), failed: spans.WithLabelValues("failed"),
	}
	q.SpanProcessor = sdk.NewBatchSpanProcessor(out, sdk.WithMaxQueueSize(maxWaiting), sdk.WithBatchTimeout(sendEvery))
	metrics.MustRegister(spans)
	return q
}

// OnEnd implements [sdk.SpanProcessor].
func (q *queue) OnEnd(s sdk.ReadOnlySpan) {
	if !s.SpanContext().IsSampled() {
		return
	}
	if q.waiting.Add(1) > maxWaiting {
		q.waiting.Add(-1)
		q.dropped.Inc()
		return
	}
	q.SpanProcessor.OnEnd(s)
}

// exporter counts what is sent, and says once that nothing can be.
type exporter struct {
	sdk.SpanExporter
	log          *slog.Logger
	waiting      *atomic.Int64
	sent, failed prometheus.Counter
	failing      bool // of the one call at a time
}

// ExportSpans implements [sdk.SpanExporter]. An error ends here: nobody could
// do more about it.
func (e *exporter) ExportSpans(ctx context.Context, spans []sdk.ReadOnlySpan) error {
	err := e.SpanExporter.ExportSpans(ctx, spans)
	e.waiting.Add(-int64(len(spans)))
	if err != nil {
		e.failed.Add(float64(len(spans)))
	} else {
		e.sent.Add(float64(len(spans)))
	}
	failing := err != nil
	if failing != e.failing {
		e.failing = failing
		if failing {
			e.log.Warn("the collector does not take traces; they are lost until it does", "error", err)
		} else {
			e.log.Info("the collector takes traces again")
		}
	}
	return nil
}
