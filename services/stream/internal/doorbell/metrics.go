package doorbell

import "github.com/prometheus/client_golang/prometheus"

// Metrics of the subscription.
type Metrics struct {
	Up       prometheus.Gauge
	Lost     prometheus.Counter
	Received prometheus.Counter
}

// NewMetrics registers the metrics.
func NewMetrics(r prometheus.Registerer) *Metrics {
	m := &Metrics{
		Up: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "parley_stream_redis_up", Help: "Whether the subscription to Redis stands.",
		}),
		Lost: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "parley_stream_redis_lost_total", Help: "Subscriptions to Redis that ended.",
		}),
		Received: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "parley_stream_redis_received_total", Help: "Payloads received on rooms' channels.",
		}),
	}
	r.MustRegister(m.Up, m.Lost, m.Received)
	return m
}
