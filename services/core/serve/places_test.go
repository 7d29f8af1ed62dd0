package serve

import (
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

func TestPlacesMetrics(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(PlacesMetrics{
		"hashing": func() Places { return Places{Taken: 2, Waiting: 7, Limit: 2} },
		"search":  func() Places { return Places{Taken: 1, Limit: 8} },
	})
	want := `
# HELP parley_places_limit Places that there are.
# TYPE parley_places_limit gauge
parley_places_limit{for="hashing"} 2
parley_places_limit{for="search"} 8
# HELP parley_places_taken Places that are taken, of what lets few in at a time.
# TYPE parley_places_taken gauge
parley_places_taken{for="hashing"} 2
parley_places_taken{for="search"} 1
# HELP parley_places_waiting Those who wait for a place.
# TYPE parley_places_waiting gauge
parley_places_waiting{for="hashing"} 7
parley_places_waiting{for="search"} 0
`
	if err := testutil.GatherAndCompare(registry, strings.NewReader(want)); err != nil {
		t.Error(err)
	}
}
