package bench

import (
	"context"
	"fmt"
	"time"

	"parley/deploy/bench/internal/chart"
	"parley/deploy/bench/internal/load"
)

// growth measures how costs grow: with streams, with the rate of messages, with
// rooms (last, for a log lingers after its streams).
func (b *bench) growth(ctx context.Context) error {
	for _, measure := range []func(context.Context) (*growthTable, error){b.growStreams, b.growRate, b.growRooms} {
		table, err := measure(ctx)
		if err != nil {
			return err
		}
		b.report.growth = append(b.report.growth, table)
	}
	return nil
}

// growthTable is one thing that was varied, and what came of it.
type growthTable struct {
	title   string
	x       string // what was varied
	columns []string
	rows    []growthRow
	panels  []chart.Panel
}

type growthRow struct {
	x     float64
	cells []string
}

const growthTime = 4 * time.Second

// growStreams keeps the rate and adds streams of one room.
func (b *bench) growStreams(ctx context.Context) (*growthTable, error) {
	const rate = 5
	table := &growthTable{
		title: fmt.Sprintf("Streams of one room, %d messages a second", rate), x: "streams",
		columns: []string{"CPU per delivery, µs", "floor", "delivery p50 / p99 / p99.9", "floor"},
	}
	cpu, p99 := newPanels("streams")
	for _, n := range full(b, []int{1000, 2000, 5000, 10_000}, []int{500, 1000}) {
		plan := load.Plan{Connections: 4, Rate: rate, For: full(b, growthTime, time.Second)}
		parley, floor, err := b.growOnce(ctx, fmt.Sprintf("streams-%d", n), n, plan)
		if err != nil {
			return nil, err
		}
		table.addPair(float64(n), parley, floor, &cpu, &p99)
	}
	table.panels = []chart.Panel{cpu, p99}
	return table, nil
}

// growRate keeps the streams and adds messages.
func (b *bench) growRate(ctx context.Context) (*growthTable, error) {
	const n = 1000
	table := &growthTable{
		title: fmt.Sprintf("Messages a second, %d streams of one room", n), x: "msg/s",
		columns: []string{"CPU per delivery, µs", "floor", "delivery p50 / p99 / p99.9", "floor"},
	}
	cpu, p99 := newPanels("messages a second")
	for _, rate := range full(b, []float64{1, 5, 20, 50, 100}, []float64{5, 20}) {
		plan := load.Plan{Connections: 8, Rate: rate, For: full(b, growthTime, time.Second)}
		parley, floor, err := b.growOnce(ctx, fmt.Sprintf("rate-%.0f", rate), full(b, n, 300), plan)
		if err != nil {
			return nil, err
		}
		table.addPair(rate, parley, floor, &cpu, &p99)
	}
	table.panels = []chart.Panel{cpu, p99}
	return table, nil
}

func newPanels(x string) (cpu, p99 chart.Panel) {
	curves := func() []chart.Curve { return []chart.Curve{{Name: "Parley"}, {Name: "floor"}} }
	return chart.Panel{Title: "CPU per delivery, µs", X: x, Curves: curves()}, chart.Panel{Title: "Delivery p99, ms", X: x, Curves: curves()}
}

// growOnce measures Parley and the floor, one after the other.
func (b *bench) growOnce(ctx context.Context, room string, n int, plan load.Plan) (parley, floor *round, err error) {
	rooms, err := b.system.makeRooms(ctx, room, 1)
	if err != nil {
		return nil, nil, err
	}
	measure := func(s *subject) (*round, error) {
		crowd, err := b.openCrowd(ctx, s, n, rooms...)
		if err != nil {
			return nil, err
		}
		defer crowd.Close()
		now := plan
		now.Posts = s.templates(0, plan.Connections, rooms)
		now.For = min(plan.For, time.Second)
		if _, err := b.measure(ctx, s, crowd, now, float64(n)); err != nil {
			return nil, err
		}
		now.For = plan.For
		r, err := b.measure(ctx, s, crowd, now, float64(n))
		if err == nil {
			b.logf("%-12s %-7s %6.2f µs, p99 %s %s", room, s.name, r.perDelivery(s.serving...), short(r.tally.Latency.Quantile(0.99)), r.faults())
		}
		return r, err
	}
	if parley, err = measure(b.parley); err != nil {
		return nil, nil, err
	}
	floor, err = measure(b.floor)
	return parley, floor, err
}

func (t *growthTable) addPair(x float64, parley, floor *round, cpu, p99 *chart.Panel) {
	costs := [2]float64{parley.perDelivery("stream"), floor.perDelivery("floor")}
	t.rows = append(t.rows, growthRow{x, []string{
		fmt.Sprintf("%.2f", costs[0]), fmt.Sprintf("%.2f", costs[1]),
		latencies(&parley.tally.Latency) + faultMark(parley), latencies(&floor.tally.Latency) + faultMark(floor),
	}})
	for i, r := range []*round{parley, floor} {
		cpu.Curves[i].Points = append(cpu.Curves[i].Points, chart.Point{X: x, Y: costs[i]})
		p99.Curves[i].Points = append(p99.Curves[i].Points, chart.Point{X: x, Y: r.tally.Latency.Quantile(0.99).Seconds() * 1e3})
	}
}

func faultMark(r *round) string {
	if faults := r.faults(); faults != "" {
		return " (" + faults + ")"
	}
	return ""
}

// growRooms keeps the streams and spreads them over rooms; where there are more
// rooms than streams, each stream listens to several. A message reaches fewer
// streams then, so what bringing it there costs is shared by fewer.
func (b *bench) growRooms(ctx context.Context) (*growthTable, error) {
	streams := full(b, 2000, 500)
	table := &growthTable{
		title: fmt.Sprintf("Rooms, %d streams spread over them", streams), x: "rooms",
		columns: []string{"streams a room", "msg/s", "CPU of stream per message, µs", "CPU at rest, % of a processor (stream, Postgres)", "memory of stream, MB", "delivery p50 / p99 / p99.9"},
	}
	cost := chart.Panel{Title: "CPU of the stream service per delivery, µs", X: "rooms", Curves: []chart.Curve{{Name: "Parley"}}}
	p99 := chart.Panel{Title: "Delivery p99, ms", X: "rooms", Curves: []chart.Curve{{Name: "Parley"}}}
	for _, n := range full(b, []int{1, 100, 10_000}, []int{1, 100, 1000}) {
		row, r, err := b.spreadOver(ctx, n, streams)
		if err != nil {
			return nil, fmt.Errorf("%d rooms: %w", n, err)
		}
		table.rows = append(table.rows, row)
		cost.Curves[0].Points = append(cost.Curves[0].Points, chart.Point{X: float64(n), Y: r.perDelivery("stream")})
		p99.Curves[0].Points = append(p99.Curves[0].Points, chart.Point{X: float64(n), Y: r.tally.Latency.Quantile(0.99).Seconds() * 1e3})
	}
	table.panels = []chart.Panel{cost, p99}
	return table, nil
}

func (b *bench) spreadOver(ctx context.Context, n, streams int) (growthRow, *round, error) {
	rooms, err := b.system.makeRooms(ctx, fmt.Sprintf("rooms-%d", n), n)
	if err != nil {
		return growthRow{}, nil, err
	}
	crowd, err := b.openSpread(ctx, b.parley, streams, func(stream int) []string {
		if n <= streams {
			return rooms[stream%n : stream%n+1]
		}
		return rooms[stream*n/streams : (stream+1)*n/streams]
	})
	if err != nil {
		return growthRow{}, nil, err
	}
	defer crowd.Close()
	rest, err := b.atRest(ctx)
	if err != nil {
		return growthRow{}, nil, err
	}
	memory, err := b.parley.pss("stream")
	if err != nil {
		return growthRow{}, nil, err
	}
	listeners := max(float64(streams)/float64(n), 1)
	rate := min(20_000/listeners, 500) // about as many deliveries each time, as far as messages go
	// Who posts into a room gets into it, and hears it: nobody does here who listens.
	plan := load.Plan{Posts: b.parley.templates(streams, 16, rooms), Connections: 16, Rate: rate, For: full(b, growthTime, time.Second)}
	r, err := b.measure(ctx, b.parley, crowd, plan, listeners)
	if err != nil {
		return growthRow{}, nil, err
	}
	r.orders = 1 // streams of different rooms see different messages
	b.logf("rooms-%-6d Parley  %6.2f µs, p99 %s %s", n, r.perDelivery("stream"), short(r.tally.Latency.Quantile(0.99)), r.faults())
	return growthRow{float64(n), []string{
		fmt.Sprintf("%.4g", listeners), fmt.Sprintf("%.0f", rate),
		fmt.Sprintf("%.1f", r.perDelivery("stream")*listeners), rest, fmt.Sprintf("%.1f", float64(memory)/(1<<20)),
		latencies(&r.tally.Latency) + faultMark(r),
	}}, r, nil
}

// atRest tells what streams cost on which nothing happens.
func (b *bench) atRest(ctx context.Context) (string, error) {
	before, err := b.parley.cpu()
	if err != nil {
		return "", err
	}
	began := time.Now()
	if err := pause(ctx, full(b, 3*time.Second, time.Second)); err != nil {
		return "", err
	}
	after, err := b.parley.cpu()
	if err != nil {
		return "", err
	}
	share := func(part string) float64 { return 100 * float64(after[part]-before[part]) / float64(time.Since(began)) }
	return fmt.Sprintf("%.1f, %.1f", share("stream"), share("Postgres")), nil
}
