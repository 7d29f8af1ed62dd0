package fanout

import (
	"time"

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
	Delivery   prometheus.Histogram
}

// oldest is the age beyond which a message that comes in is an import's.
const oldest = time.Hour

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
		Delivery: factory.NewHistogram(prometheus.HistogramOpts{
			Name: "parley_stream_delivery_seconds",
			Help: "Time from created_at, which Postgres's clock says just before the commit, to the end of the writes to a loop's sockets. " +
				"One observation for a turn of a loop, of the oldest message in it. It includes by how much the clocks differ: below 0 is taken for 0. " +
				"Sockets that are blocked, and replays, are not in it.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 2, 16),
		}),
	}
}

// delivered notes that a loop has written to all streams of a room what it has
// grown by. stored is as [hub.Listener] has it.
func (m *Metrics) delivered(stored int64, end time.Time) {
	took := time.Duration(end.UnixNano() - stored)
	if stored == 0 || took > oldest || took < -oldest {
		return
	}
	m.Delivery.Observe(max(took, 0).Seconds())
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
