package upgrade

import (
	"context"
	"fmt"
	"strings"

	"parley/deploy/e2e/chaos"
	"parley/deploy/e2e/system"
)

// done are the metrics that grow when a service does what it is there for.
// Every release has them.
var done = map[string]string{"messages": "parley_commit_messages_count", "stream": "parley_stream_deliveries_total"}

// work returns how much each replica of the services has done since it started.
func (p *place) work(ctx context.Context) (map[string]float64, error) {
	all := make(map[string]float64)
	for _, part := range system.Parts() {
		service, _, _ := strings.Cut(part, "-")
		name, counted := done[service]
		if !counted {
			continue
		}
		metrics, err := chaos.Metrics(ctx, p.System, part)
		if err != nil {
			return nil, err
		}
		n, found := metrics[name]
		if !found {
			return nil, fmt.Errorf("%s has no metric %s", part, name)
		}
		all[part] = n
	}
	return all, nil
}
