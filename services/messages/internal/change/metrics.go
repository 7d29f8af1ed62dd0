package change

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

type metrics struct {
	batch   prometheus.Histogram
	seconds prometheus.Histogram
}

func newMetrics(registry prometheus.Registerer, queued, lanes func() int) *metrics {
	m := &metrics{
		batch: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "parley_commit_messages", Help: "Changes per transaction.",
			Buckets: prometheus.ExponentialBuckets(1, 2, 10),
		}),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "parley_commit_seconds", Help: "Time that a transaction took.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 2, 14),
		}),
	}
	registry.MustRegister(m.batch, m.seconds,
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "parley_commit_queue_length", Help: "Changes that wait for the next transaction.",
		}, func() float64 { return float64(queued()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "parley_commit_lanes", Help: "Logs whose lock is held by somebody else.",
		}, func() float64 { return float64(lanes()) }),
	)
	return m
}

func (m *metrics) committed(changes int, took time.Duration) {
	m.batch.Observe(float64(changes))
	m.seconds.Observe(took.Seconds())
}
