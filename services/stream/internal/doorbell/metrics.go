package doorbell

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// Metrics of the subscription.
type Metrics struct {
	Up       prometheus.Gauge
	Lost     prometheus.Counter
	Received prometheus.Counter
}

// NewMetrics registers the metrics.
func NewMetrics(r prometheus.Registerer) *Metrics {
	factory := promauto.With(r)
	return &Metrics{
		Up: factory.NewGauge(prometheus.GaugeOpts{
			Name: "parley_stream_redis_up", Help: "Whether the subscription to Redis stands.",
		}),
		Lost: factory.NewCounter(prometheus.CounterOpts{
			Name: "parley_stream_redis_lost_total", Help: "Subscriptions to Redis that ended.",
		}),
		Received: factory.NewCounter(prometheus.CounterOpts{
			Name: "parley_stream_redis_received_total", Help: "Payloads received on rooms' channels.",
		}),
	}
}
