package hub

import "github.com/prometheus/client_golang/prometheus"

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
	counter := func(name, help string) prometheus.Counter {
		c := prometheus.NewCounter(prometheus.CounterOpts{Name: "parley_stream_" + name, Help: help})
		r.MustRegister(c)
		return c
	}
	m := &Metrics{
		Rooms: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "parley_stream_rooms", Help: "Rooms whose log is held.",
		}),
		Rejected:  counter("payloads_rejected_total", "Published payloads that were no event of their room."),
		Gaps:      counter("gaps_total", "Gaps between publishes that were fetched from Postgres."),
		Repaired:  counter("repairs_total", "Rooms found behind Postgres by the comparison of heads."),
		Restarted: counter("restarts_total", "Logs started anew, too far behind or ahead of Postgres."),
		Failed:    counter("reads_failed_total", "Reads of Postgres by comparison or repair that failed."),
	}
	r.MustRegister(m.Rooms)
	return m
}
