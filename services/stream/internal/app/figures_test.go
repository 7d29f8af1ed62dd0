package app

import "testing"

// Each figure that a replica tells is made of a metric that there is.
func TestFiguresHaveMetrics(t *testing.T) {
	t.Parallel()
	b := start(t)
	families, err := b.app.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	there := make(map[string]bool)
	for _, f := range families {
		there[f.GetName()] = true
	}
	for _, f := range figures {
		if !there[f.Metric] {
			t.Errorf("%s: there is no %s", f.Name, f.Metric)
		}
	}
}
