package bench

import (
	"context"
	"fmt"
	"time"

	"parley/deploy/bench/internal/load"
	"parley/deploy/bench/internal/stat"
)

// each returns one number of every round.
func each(rounds []*round, number func(*round) float64) stat.Series {
	series := make(stat.Series, len(rounds))
	for i, r := range rounds {
		series[i] = number(r)
	}
	return series
}

// latencyOf returns the latencies of all rounds together.
func latencyOf(rounds []*round) *stat.Histogram {
	var all stat.Histogram
	for _, r := range rounds {
		all.Add(&r.tally.Latency)
	}
	return &all
}

// faultsOf says what went wrong in any round.
func faultsOf(name string, rounds []*round) (notes []string) {
	for i, r := range rounds {
		if faults := r.faults(); faults != "" {
			notes = append(notes, fmt.Sprintf("%s, round %d: %s", name, i+1, faults))
		}
	}
	return notes
}

// compare makes a result of two subjects' rounds; the third's, a peer's, is a note.
func (b *bench) compare(row, format string, rounds [][]*round, subjects []*subject, number func(*subject, *round) float64, target *target) *result {
	series := make([]stat.Series, len(rounds))
	for i := range rounds {
		series[i] = each(rounds[i], func(r *round) float64 { return number(subjects[i], r) })
	}
	result := &result{
		row: row, format: format, parley: series[0], other: series[1], otherName: subjects[1].name,
		ratio: series[0].Over(series[1]), target: target,
		latency: latencyOf(rounds[0]), otherLatency: latencyOf(rounds[1]),
	}
	for i, s := range subjects {
		result.notes = append(result.notes, faultsOf(s.name, rounds[i])...)
	}
	for i := 2; i < len(subjects); i++ {
		result.notes = append(result.notes, fmt.Sprintf("%s: "+format+"; delivery %s", subjects[i].name, series[i].Median(), latencies(latencyOf(rounds[i]))))
	}
	return result
}

// direct returns what is compared without a gateway.
func (b *bench) direct() []*subject {
	subjects := []*subject{b.parley, b.floor}
	if b.peer != nil {
		subjects = append(subjects, b.peer)
	}
	return subjects
}

const (
	pacedStreams = 2000
	pacedRate    = 10
	burstStreams = 1000
)

// paced measures what a delivery costs when nothing is in a hurry.
func (b *bench) paced(ctx context.Context) error {
	return b.pacedRow(ctx, "paced", "", b.direct(), atMostRatio(1.2), nil)
}

func (b *bench) pacedRow(ctx context.Context, name, through string, subjects []*subject, serving, everything *target) error {
	plan := load.Plan{Connections: 4, Rate: pacedRate, For: full(b, 6*time.Second, time.Second)}
	n := full(b, pacedStreams, 500)
	rounds, err := b.interleave(ctx, name, n, plan, 4, subjects...)
	if err != nil {
		return err
	}
	what := "stream service"
	if through != "" {
		what = "nginx and stream service"
	}
	row := fmt.Sprintf("%d streams, %d msg/s%s: CPU of the %s per delivery, µs", n, pacedRate, through, what)
	first := b.compare(row, "%.2f", rounds, subjects, func(s *subject, r *round) float64 { return r.perDelivery(s.serving...) }, serving)
	first.notes = append(first.notes, partsOf(subjects[0], rounds[0]), partsOf(subjects[1], rounds[1]))
	b.report.add(first)
	row = fmt.Sprintf("the same: CPU of all processes per delivery%s, µs", through)
	second := b.compare(row, "%.2f", rounds, subjects, func(_ *subject, r *round) float64 { return r.total() }, everything)
	second.latency, second.otherLatency, second.notes = nil, nil, nil
	b.report.add(second)
	return nil
}

// partsOf says where the processor time went.
func partsOf(s *subject, rounds []*round) string {
	text := "CPU per delivery, " + s.name + ":"
	for _, p := range s.parts {
		if cost := each(rounds, func(r *round) float64 { return r.perDelivery(p.name) }).Median(); cost >= 0.005 {
			text += fmt.Sprintf(" %s %.2f µs,", p.name, cost)
		}
	}
	return text[:len(text)-1]
}

// fanout measures how many deliveries there are when authors don't pause.
func (b *bench) fanout(ctx context.Context) error {
	return b.burstRows(ctx, "fanout", "", b.direct(), atLeastRatio(1.5), atLeastRatio(2.5))
}

func (b *bench) burstRows(ctx context.Context, name, through string, subjects []*subject, one, many *target) error {
	n := full(b, burstStreams, 300)
	for _, variant := range []struct {
		authors int
		words   string
		target  *target
	}{{1, "1 publisher back to back", one}, {16, "16 publishers", many}} {
		plan := load.Plan{Connections: variant.authors, For: full(b, 4*time.Second, time.Second)}
		rounds, err := b.interleave(ctx, fmt.Sprintf("%s-%d", name, variant.authors), n, plan, variant.authors, subjects...)
		if err != nil {
			return err
		}
		row := fmt.Sprintf("deliveries/s, %d streams, %s%s", n, variant.words, through)
		result := b.compare(row, "%.0f", rounds, subjects, func(_ *subject, r *round) float64 { return r.rate() }, variant.target)
		for i, s := range subjects {
			result.notes = append(result.notes, fmt.Sprintf("%s: %.0f posts/s, answered in %s", s.name,
				each(rounds[i], func(r *round) float64 { return float64(r.posted.OK) / r.posted.Took.Seconds() }).Median(), latencies(answersOf(rounds[i]))))
		}
		result.notes = append(result.notes, partsOf(subjects[0], rounds[0]), partsOf(subjects[1], rounds[1]),
			fmt.Sprintf("the load itself took %.0f %% of one processor beside Parley, %.0f %% beside the floor",
				100*each(rounds[0], loadShare).Median(), 100*each(rounds[1], loadShare).Median()))
		b.report.add(result)
	}
	return nil
}

func loadShare(r *round) float64 { return r.load.Seconds() / r.took.Seconds() }

// answersOf returns how long posts waited for their answers.
func answersOf(rounds []*round) *stat.Histogram {
	var all stat.Histogram
	for _, r := range rounds {
		all.Add(&r.posted.Latency)
	}
	return &all
}
