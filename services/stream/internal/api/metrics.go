package api

import (
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"parley/stream/internal/guard"
)

// Metrics of the handshakes.
type Metrics struct {
	handshakes *prometheus.HistogramVec
}

// NewMetrics registers the metrics.
func NewMetrics(r prometheus.Registerer) *Metrics {
	return &Metrics{handshakes: promauto.With(r).NewHistogramVec(prometheus.HistogramOpts{
		Name:    "parley_stream_handshake_seconds",
		Help:    "Time from the request to the live stream, by outcome.",
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
	}, []string{"outcome"})}
}

func (m *Metrics) observe(began time.Time, err error) {
	outcome := "open"
	var r *refusal
	switch {
	case errors.As(refused(err), &r):
		outcome = r.code
	case errors.Is(err, errBusy), errors.Is(err, guard.ErrBusy):
		outcome = "busy"
	case errors.Is(err, errGone):
		outcome = "gone"
	case err != nil:
		outcome = "failed"
	}
	m.handshakes.WithLabelValues(outcome).Observe(time.Since(began).Seconds())
}
