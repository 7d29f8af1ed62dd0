package bench

import (
	"context"
	"time"

	"parley/deploy/bench/internal/stat"
)

// indexed measures how fast what was posted gets into the index of the search,
// and leaves the rest out of it, so that no later row pays for that.
func (b *bench) indexed(ctx context.Context) error {
	before, err := b.system.unindexed(ctx)
	if err != nil {
		return err
	}
	cpu, err := b.parley.cpu()
	if err != nil {
		return err
	}
	began := time.Now()
	select {
	case <-time.After(full(b, 15*time.Second, 3*time.Second)):
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	after, err := b.system.unindexed(ctx)
	if err != nil {
		return err
	}
	took := time.Since(began)
	cost, err := b.parley.costSince(cpu, before-after)
	if err != nil {
		return err
	}
	rate := float64(before-after) / took.Seconds()
	b.logf("index    %.0f/s, and %d messages wait", rate, after)
	b.report.add(&result{
		row: "messages indexed a second after a flood, by half of a processor", format: "%.0f",
		parley: stat.Series{rate}, notes: []string{"CPU per message:" + b.costsOf([]map[string]float64{cost})},
	})
	return b.system.leaveUnindexed(ctx)
}
