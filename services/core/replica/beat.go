package replica

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
)

// The figures that every replica has.
const (
	Processors = "cpu_cores"    // how many it kept busy, over the last minute
	Memory     = "memory_bytes" // resident
)

// Beat tells of a replica that it lives.
type Beat struct {
	redis   redis.UniversalClient
	from    prometheus.Gatherer
	figures []Figure
	log     *slog.Logger
	report  Report
	past    []past // the oldest first; the newest is of the last beat
}

// past is what was read at an earlier beat.
type past struct {
	at         time.Time
	readings   []reading
	processors float64
}

// NewBeat returns the beat of a replica of service, whose figures are made of
// the metrics that from gathers.
func NewBeat(client redis.UniversalClient, service, version string, from prometheus.Gatherer, figures []Figure, log *slog.Logger) *Beat {
	return &Beat{
		redis: client, from: from, figures: figures, log: log,
		report: Report{ID: newID(), Service: service, Version: version, Started: time.Now().UTC()},
	}
}

// ID returns the replica's id, which no other has, nor this one after a restart.
func (b *Beat) ID() string { return b.report.ID }

// Run tells until ctx ends, and then that the replica is gone.
func (b *Beat) Run(ctx context.Context) {
	tick := time.NewTicker(beatEvery)
	defer tick.Stop()
	for now := time.Now(); ; {
		if err := b.beat(ctx, now); err != nil && ctx.Err() == nil {
			b.log.Debug("report not told", "error", err)
		}
		select {
		case now = <-tick.C:
		case <-ctx.Done():
			b.leave(context.WithoutCancel(ctx))
			return
		}
	}
}

func (b *Beat) beat(ctx context.Context, now time.Time) error {
	if err := b.take(now); err != nil {
		return err
	}
	text, err := json.Marshal(b.report)
	if err != nil {
		return fmt.Errorf("encode report: %w", err)
	}
	_, err = b.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
		p.Set(ctx, reportOf+b.member(), text, aliveFor)
		p.ZAdd(ctx, known, redis.Z{Score: float64(now.Unix()), Member: b.member()})
		p.ZRemRangeByScore(ctx, known, "-inf", strconv.FormatInt(now.Add(-knownFor).Unix(), 10))
		p.Expire(ctx, known, knownFor)
		return nil
	})
	if err != nil {
		return fmt.Errorf("tell report: %w", err)
	}
	return nil
}

// take makes the report of this moment.
func (b *Beat) take(now time.Time) error {
	readings, err := read(b.from, b.figures)
	if err != nil {
		return fmt.Errorf("read metrics: %w", err)
	}
	newest, earliest := past{now, readings, processorSeconds()}, past{at: now}
	if len(b.past) > 0 {
		earliest = b.past[0]
	}
	seconds := now.Sub(earliest.at).Seconds()
	b.report.Figures = figuresOf(b.figures, readings, earliest.readings, seconds)
	if seconds > 0 {
		b.report.Figures[Processors] = (newest.processors - earliest.processors) / seconds
	}
	if bytes := memory(); bytes > 0 {
		b.report.Figures[Memory] = bytes
	}
	b.past = append(b.past, newest)
	if len(b.past) > int(window/beatEvery) {
		b.past = b.past[1:]
	}
	return nil
}

// leave takes the replica from the list, so that one that was stopped is not
// taken for one that is missing.
func (b *Beat) leave(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	_, err := b.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
		p.Del(ctx, reportOf+b.member())
		p.ZRem(ctx, known, b.member())
		return nil
	})
	if err != nil {
		b.log.Debug("leaving not told", "error", err)
	}
}

// member is how the list knows the replica.
func (b *Beat) member() string { return b.report.Service + "/" + b.report.ID }
