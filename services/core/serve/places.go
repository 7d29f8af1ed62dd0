package serve

import "github.com/prometheus/client_golang/prometheus"

// Places tell how full something is that lets few in at a time.
type Places struct{ Taken, Waiting, Limit int }

var placesLabel = []string{"for"}

var (
	placesTaken   = prometheus.NewDesc("parley_places_taken", "Places that are taken, of what lets few in at a time.", placesLabel, nil)
	placesWaiting = prometheus.NewDesc("parley_places_waiting", "Those who wait for a place.", placesLabel, nil)
	placesLimit   = prometheus.NewDesc("parley_places_limit", "Places that there are.", placesLabel, nil)
)

// PlacesMetrics are the metrics of all that lets few in at a time, by what it is
// for. It is asked when it is scraped, from any goroutine.
type PlacesMetrics map[string]func() Places

// Describe implements [prometheus.Collector].
func (PlacesMetrics) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{placesTaken, placesWaiting, placesLimit} {
		to <- d
	}
}

// Collect implements [prometheus.Collector].
func (m PlacesMetrics) Collect(to chan<- prometheus.Metric) {
	for what, now := range m {
		p := now()
		for d, n := range map[*prometheus.Desc]int{placesTaken: p.Taken, placesWaiting: p.Waiting, placesLimit: p.Limit} {
			to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(n), what)
		}
	}
}
