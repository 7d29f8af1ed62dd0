package hub

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// Metrics of the logs and their repair.
type Metrics struct {
	Rooms     prometheus.Gauge
	Rejected  prometheus.Counter
	Gaps      prometheus.Counter
	Repaired  prometheus.Counter
	Restarted prometheus.Counter
	Failed    prometheus.Counter
}

// NewMetrics registers the metrics.
func NewMetrics(r prometheus.Registerer) *Metrics {
	factory := promauto.With(r)
	return &Metrics{
		Rooms: factory.NewGauge(prometheus.GaugeOpts{
			Name: "parley_stream_rooms", Help: "Rooms whose log is held.",
		}),
		Rejected: factory.NewCounter(prometheus.CounterOpts{
			Name: "parley_stream_payloads_rejected_total", Help: "Published payloads that were no event of their room.",
		}),
		Gaps: factory.NewCounter(prometheus.CounterOpts{
			Name: "parley_stream_gaps_total", Help: "Gaps between publishes that were fetched from Postgres.",
		}),
		Repaired: factory.NewCounter(prometheus.CounterOpts{
			Name: "parley_stream_repairs_total", Help: "Rooms found behind Postgres by the comparison of heads.",
		}),
		Restarted: factory.NewCounter(prometheus.CounterOpts{
			Name: "parley_stream_restarts_total", Help: "Logs started anew, too far behind or ahead of Postgres.",
		}),
		Failed: factory.NewCounter(prometheus.CounterOpts{
			Name: "parley_stream_reads_failed_total", Help: "Reads of Postgres by comparison or repair that failed.",
		}),
	}
}
