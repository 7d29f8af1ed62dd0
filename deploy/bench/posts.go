package bench

import (
	"context"
	"fmt"
	"time"

	"parley/deploy/bench/internal/load"
	"parley/deploy/bench/internal/stat"
)

const (
	postConnections = 32
	postRooms       = 1000
)

// posts measures how many messages are stored, beside what pgbench inserts into
// the same Postgres in between.
func (b *bench) posts(ctx context.Context) error {
	spread, err := b.system.makeRooms(ctx, "spread", postRooms)
	if err != nil {
		return err
	}
	hot, err := b.system.makeRooms(ctx, "hot", 1)
	if err != nil {
		return err
	}
	bare, err := b.newPgbench(ctx)
	if err != nil {
		return err
	}
	if err := b.writeHistory(ctx, spread); err != nil {
		return err
	}
	for _, variant := range []struct {
		rooms []string
		words string
	}{{spread, fmt.Sprintf("spread over %d rooms", postRooms)}, {hot, "all in one room"}} {
		result, err := b.postRow(ctx, variant.rooms, bare)
		if err != nil {
			return err
		}
		result.row = fmt.Sprintf("posts/s, %d connections, durable, %s", postConnections, variant.words)
		b.report.add(result)
	}
	return b.indexed(ctx)
}

func (b *bench) postRow(ctx context.Context, rooms []string, bare *pgbench) (*result, error) {
	result := &result{
		format: "%.0f", otherName: "pgbench", target: atLeastRatio(1),
		latency: &stat.Histogram{}, otherLatency: &stat.Histogram{}, latencyOf: "POST to its answer",
	}
	during := full(b, 5*time.Second, time.Second)
	var costs []map[string]float64
	var batches stat.Series
	for turn := range full(b, 4, 2) { // the first is to get warm
		posted, cost, batch, err := b.postOnce(ctx, rooms, during)
		if err != nil {
			return nil, err
		}
		inserted, err := bare.run(ctx, during)
		if err != nil {
			return nil, err
		}
		if turn == 0 {
			continue
		}
		result.parley = append(result.parley, float64(posted.OK)/posted.Took.Seconds())
		result.other = append(result.other, inserted.rate)
		result.latency.Add(&posted.Latency)
		result.otherLatency.Add(&inserted.latency)
		costs, batches = append(costs, cost), append(batches, batch)
		b.logf("posts    %8.0f/s, p99 %s; pgbench %8.0f/s, p99 %s", result.parley[turn-1], short(posted.Latency.Quantile(0.99)), inserted.rate, short(inserted.latency.Quantile(0.99)))
	}
	result.ratio = result.parley.Over(result.other)
	result.notes = append(result.notes, fmt.Sprintf("CPU per post:%s; %.1f messages a transaction", b.costsOf(costs), batches.Median()))
	if p99 := result.latency.Quantile(0.99); p99 > 25*time.Millisecond {
		result.notes = append(result.notes, fmt.Sprintf("p99 is %s, wanted at most 25 ms", short(p99)))
	}
	return result, nil
}

// postOnce posts back to back on every connection, each with a session of its
// own, and makes sure that what was acknowledged is stored. It returns the cost
// of a post too, and how many messages shared a transaction.
func (b *bench) postOnce(ctx context.Context, rooms []string, during time.Duration) (posted *load.Posted, cost map[string]float64, batch float64, err error) {
	before, err := b.system.stored(ctx, rooms)
	if err != nil {
		return nil, nil, 0, err
	}
	transactions, err := b.system.transactions(ctx)
	if err != nil {
		return nil, nil, 0, err
	}
	cpu, err := b.parley.cpu()
	if err != nil {
		return nil, nil, 0, err
	}
	stopProfile := b.profile(ctx, b.parley, during)
	posted, err = load.Publish(ctx, load.Plan{Posts: b.parley.templates(0, postConnections, rooms), Connections: postConnections, For: during})
	if err != nil {
		return nil, nil, 0, err
	}
	if cost, err = b.parley.costSince(cpu, posted.OK); err != nil {
		return nil, nil, 0, err
	}
	after, err := b.system.stored(ctx, rooms)
	if err != nil {
		return nil, nil, 0, err
	}
	if posted.Failed() != 0 || after-before != posted.OK {
		return nil, nil, 0, fmt.Errorf("of %d posts %d were acknowledged (others: %v) and %d stored", posted.Sent, posted.OK, posted.Statuses, after-before)
	}
	transactionsNow, err := b.system.transactions(ctx)
	if err != nil {
		return nil, nil, 0, err
	}
	return posted, cost, float64(posted.OK) / (transactionsNow - transactions), stopProfile()
}

func (b *bench) costsOf(costs []map[string]float64) (text string) {
	for _, p := range b.parley.parts {
		var series stat.Series
		for _, cost := range costs {
			series = append(series, cost[p.name])
		}
		if median := series.Median(); median >= 0.05 {
			text += fmt.Sprintf(" %s %.1f µs,", p.name, median)
		}
	}
	return text[:max(len(text)-1, 0)]
}

const (
	roomHistory = 100  // messages in each room, and as many rows in pgbench's table
	afterThose  = 1000 // pgbench's positions begin here
)

// writeHistory fills both tables with as many rows, and lets Postgres know them:
// a chat that has been used, and no luck with plans that were made when the
// tables were empty.
func (b *bench) writeHistory(ctx context.Context, rooms []string) error {
	_, err := b.system.pool.Exec(ctx, `
		INSERT INTO messages (room, id, revision, username, body, client_id)
		SELECT room, id, id, 'bench-00000', $2, '~' || id
		FROM unnest($1::text[]) AS room, generate_series(1, $3::int) AS id`, rooms, load.Body(bodySize), roomHistory)
	if err != nil {
		return fmt.Errorf("write history: %w", err)
	}
	if _, err := b.system.pool.Exec(ctx, `UPDATE rooms SET head = $2 WHERE name = ANY($1)`, rooms, roomHistory); err != nil {
		return fmt.Errorf("set heads: %w", err)
	}
	if _, err := b.system.pool.Exec(ctx, `
		INSERT INTO bench_messages (room, id, revision, username, body, client_id)
		SELECT room, id, revision, username, body, client_id FROM messages WHERE room = ANY($1)`, rooms); err != nil {
		return fmt.Errorf("write history for pgbench: %w", err)
	}
	if _, err := b.system.pool.Exec(ctx, `VACUUM (ANALYZE) users, sessions, rooms, messages, bench_messages`); err != nil {
		return fmt.Errorf("gather statistics: %w", err)
	}
	return nil
}
