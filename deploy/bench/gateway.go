package bench

import (
	"context"
	"fmt"
	"time"

	"parley/deploy/bench/internal/load"
)

// gateway measures the rows of the fan-out once more, through nginx.
func (b *bench) gateway(ctx context.Context) error {
	subjects := []*subject{b.gatewayParley, b.gatewayFloor}
	if err := b.pacedRow(ctx, "nginx-paced", " through nginx", subjects, nil, atMostRatio(0.8)); err != nil {
		return err
	}
	return b.burstRows(ctx, "nginx-fanout", " through nginx", subjects, nil, nil)
}

// quiet measures how long a message takes on a system where nothing else
// happens: from the POST at the gateway to its arrival through the gateway.
func (b *bench) quiet(ctx context.Context) error {
	rooms, err := b.system.makeRooms(ctx, "quiet", 1)
	if err != nil {
		return err
	}
	var rounds []*round
	crowd, err := b.openCrowd(ctx, b.gatewayParley, 1, rooms...)
	if err != nil {
		return err
	}
	defer crowd.Close()
	plan := load.Plan{Posts: b.gatewayParley.templates(0, 1, rooms), Connections: 1, Rate: 100, For: full(b, 4*time.Second, time.Second)}
	for range full(b, 4, 2) {
		r, err := b.measure(ctx, b.gatewayParley, crowd, plan, 1)
		if err != nil {
			return err
		}
		rounds = append(rounds, r)
	}
	rounds = rounds[1:] // the first was to get warm
	all := latencyOf(rounds)
	b.report.add(&result{
		row: "POST to received through the gateway, quiet system: median, ms", format: "%.2f",
		parley:  each(rounds, func(r *round) float64 { return r.tally.Latency.Quantile(0.5).Seconds() * 1e3 }),
		latency: all,
		notes:   append(faultsOf("Parley", rounds), fmt.Sprintf("%d messages, one every 10 ms; POST to its answer %s", all.Count(), latencies(answersOf(rounds)))),
	})
	return nil
}
