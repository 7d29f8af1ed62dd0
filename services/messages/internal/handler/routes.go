package handler

import (
	"slices"

	"github.com/prometheus/client_golang/prometheus"

	"parley/messages/web"
)

// Routes returns what the service answers, as "METHOD /path", in order. Who
// tests every route asks for it.
func Routes() ([]string, error) {
	site, err := web.New()
	if err != nil {
		return nil, err
	}
	h := &Handler{Parts: Parts{Site: site}, metrics: newMetrics(prometheus.NewRegistry())}
	var all []string
	for _, route := range h.routes().Routes() {
		all = append(all, route.Method+" "+route.Path)
	}
	slices.Sort(all)
	return all, nil
}
