package hub

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// Metrics of the logs and their repair.
type Metrics struct {
	Logs      prometheus.Gauge
	Rejected  prometheus.Counter
	Gaps      prometheus.Counter
	Repaired  prometheus.Counter
	Doubted   prometheus.Counter
	Rewound   prometheus.Counter
	Forgotten prometheus.Counter
	Failed    prometheus.Counter
}

// NewMetrics registers the metrics.
func NewMetrics(r prometheus.Registerer) *Metrics {
	factory := promauto.With(r)
	return &Metrics{
		Logs: factory.NewGauge(prometheus.GaugeOpts{
			Name: "parley_stream_logs", Help: "Logs of rooms and people that are held.",
		}),
		Rejected: factory.NewCounter(prometheus.CounterOpts{
			Name: "parley_stream_payloads_rejected_total", Help: "Published payloads that were no event of their room.",
		}),
		Gaps: factory.NewCounter(prometheus.CounterOpts{
			Name: "parley_stream_gaps_total", Help: "Gaps between publishes that were fetched from Postgres.",
		}),
		Repaired: factory.NewCounter(prometheus.CounterOpts{
			Name: "parley_stream_repairs_total", Help: "Logs found behind Postgres by the comparison of heads.",
		}),
		Doubted: factory.NewCounter(prometheus.CounterOpts{
			Name: "parley_stream_doubts_total", Help: "Publishes that differed from what their log held.",
		}),
		Rewound: factory.NewCounter(prometheus.CounterOpts{
			Name: "parley_stream_rewinds_total", Help: "Logs rewound: too far behind, or not what Postgres has.",
		}),
		Forgotten: factory.NewCounter(prometheus.CounterOpts{
			Name: "parley_stream_forgotten_total", Help: "Logs whose frames were dropped to stay within LOG_MEMORY.",
		}),
		Failed: factory.NewCounter(prometheus.CounterOpts{
			Name: "parley_stream_reads_failed_total", Help: "Reads of Postgres by comparison or repair that failed.",
		}),
	}
}
