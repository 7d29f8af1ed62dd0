package fanout

import "github.com/prometheus/client_golang/prometheus"

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
	counter := func(name, help string) prometheus.Counter {
		c := prometheus.NewCounter(prometheus.CounterOpts{Name: "parley_stream_" + name, Help: help})
		r.MustRegister(c)
		return c
	}
	m := &Metrics{
		Streams: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "parley_stream_open", Help: "Open event streams.",
		}),
		Ended: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "parley_stream_ended_total", Help: "Event streams that ended, by reason.",
		}, []string{"reason"}),
		Deliveries: counter("deliveries_total", "Positions handed to sockets."),
		Writes:     counter("writes_total", "Writes to sockets."),
		Bytes:      counter("bytes_total", "Bytes written to sockets."),
	}
	r.MustRegister(m.Streams, m.Ended)
	return m
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
