package replica

import (
	"math"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// Kind is what a figure says of its metric.
type Kind int

// The kinds. Of a metric with labels all series are taken together, of a
// histogram that is not a Quantile the sum of what it observed.
const (
	Now       Kind = iota // its value
	PerSecond             // by how much it grew in a second, over the last minute
	Quantile              // that of what a histogram observed in the last minute
)

// Figure is one number of a report, and the metric that it is made of.
type Figure struct {
	Name   string // in the report
	Metric string
	Kind   Kind
	At     float64 // of a quantile, such as 0.99

	// Only the series are taken whose Label begins with Value; "" is all.
	Label, Value string
}

// reading is a metric as it is at one moment.
type reading struct {
	value  float64
	bounds []float64 // of a histogram's buckets, without the last, +Inf
	counts []uint64  // up to each bound, and in all
}

// read takes the readings of figures.
func read(from prometheus.Gatherer, figures []Figure) ([]reading, error) {
	families, err := from.Gather()
	if err != nil {
		return nil, err
	}
	byName := make(map[string]*dto.MetricFamily, len(families))
	for _, f := range families {
		byName[f.GetName()] = f
	}
	all := make([]reading, len(figures))
	for i, f := range figures {
		for _, m := range byName[f.Metric].GetMetric() {
			if f.Label == "" || chosen(m, f.Label, f.Value) {
				all[i].add(m)
			}
		}
	}
	return all, nil
}

func chosen(m *dto.Metric, label, prefix string) bool {
	for _, l := range m.GetLabel() {
		if l.GetName() == label {
			return strings.HasPrefix(l.GetValue(), prefix)
		}
	}
	return false
}

// add adds one series.
func (r *reading) add(m *dto.Metric) {
	r.value += m.GetGauge().GetValue() + m.GetCounter().GetValue() + m.GetHistogram().GetSampleSum()
	buckets := m.GetHistogram().GetBucket()
	if len(buckets) == 0 {
		return
	}
	if r.counts == nil {
		r.counts = make([]uint64, len(buckets)+1)
		for _, b := range buckets {
			r.bounds = append(r.bounds, b.GetUpperBound())
		}
	}
	for i, b := range buckets {
		r.counts[i] += b.GetCumulativeCount()
	}
	r.counts[len(buckets)] += m.GetHistogram().GetSampleCount()
}

// quantile estimates that of what was observed since earlier, as Prometheus's
// histogram_quantile does: evenly spread within a bucket. ok is false if
// nothing was.
func (r *reading) quantile(q float64, earlier *reading) (estimate float64, ok bool) {
	counts := make([]float64, len(r.counts))
	for i, n := range r.counts {
		counts[i] = float64(n)
		if i < len(earlier.counts) {
			counts[i] -= float64(earlier.counts[i])
		}
	}
	if len(counts) == 0 || counts[len(counts)-1] <= 0 {
		return 0, false
	}
	rank := q * counts[len(counts)-1]
	below, from := 0.0, 0.0
	for i, bound := range r.bounds {
		if counts[i] >= rank && counts[i] > below {
			return from + (bound-from)*(rank-below)/(counts[i]-below), true
		}
		below, from = counts[i], bound
	}
	return from, true // it is beyond all bounds
}

// figuresOf makes figures of the newest readings and some of seconds earlier; 0
// seconds is none.
func figuresOf(figures []Figure, newest, earlier []reading, seconds float64) map[string]float64 {
	all := make(map[string]float64, len(figures))
	for i, f := range figures {
		value, ok := newest[i].value, f.Kind == Now
		switch {
		case seconds <= 0 || f.Kind == Now:
		case f.Kind == PerSecond:
			value, ok = max(value-earlier[i].value, 0)/seconds, true
		case f.Kind == Quantile:
			value, ok = newest[i].quantile(f.At, &earlier[i])
		}
		if ok && !math.IsNaN(value) && !math.IsInf(value, 0) { // JSON has neither
			all[f.Name] = value
		}
	}
	return all
}
