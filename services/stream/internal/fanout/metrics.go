package fanout

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// Metrics of the streams.
type Metrics struct {
	Streams    prometheus.Gauge
	Ended      *prometheus.CounterVec
	Deliveries prometheus.Counter
	Writes     prometheus.Counter
	Bytes      prometheus.Counter
}

// NewMetrics registers the metrics.
func NewMetrics(r prometheus.Registerer) *Metrics {
	factory := promauto.With(r)
	return &Metrics{
		Streams: factory.NewGauge(prometheus.GaugeOpts{
			Name: "parley_stream_open", Help: "Open event streams.",
		}),
		Ended: factory.NewCounterVec(prometheus.CounterOpts{
			Name: "parley_stream_ended_total", Help: "Event streams that ended, by reason.",
		}, []string{"reason"}),
		Deliveries: factory.NewCounter(prometheus.CounterOpts{
			Name: "parley_stream_deliveries_total", Help: "Positions handed to sockets.",
		}),
		Writes: factory.NewCounter(prometheus.CounterOpts{
			Name: "parley_stream_writes_total", Help: "Writes to sockets.",
		}),
		Bytes: factory.NewCounter(prometheus.CounterOpts{
			Name: "parley_stream_bytes_total", Help: "Bytes written to sockets.",
		}),
	}
}

// tally counts for one round of a loop, without a lock.
type tally struct {
	positions, writes, bytes int
}

func (t *tally) settle(m *Metrics) {
	m.Deliveries.Add(float64(t.positions))
	m.Writes.Add(float64(t.writes))
	m.Bytes.Add(float64(t.bytes))
	*t = tally{}
}
