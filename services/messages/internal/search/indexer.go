package search

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
)

const (
	// indexerLock is the advisory lock of the replica that indexes. It is held
	// for one batch, by its transaction: a replica that dies holds nothing.
	indexerLock = 0x7061726c6579 // "parley"

	pollEvery    = time.Second            // without a hint, for what other replicas stored
	gather       = 100 * time.Millisecond // after a hint: more will come
	retryPause   = 5 * time.Second
	batchTimeout = 20 * time.Second

	// While a replica stores so many changes a second, it is busy: its indexer
	// works a tenth of the time. While they are very many, it waits for that to
	// end, but no longer than maxWait for each batch.
	busyRate     = 100
	veryBusyRate = 1000
	busyPause    = 9 // times as long as a batch takes
	maxPause     = 2 * time.Second
	maxWait      = 10 * time.Second
)

// Indexer keeps the index up to date. Each replica has one, and one of them
// works at a time.
type Indexer struct {
	pool     *pgxpool.Pool
	log      *slog.Logger
	calendar calendar

	hints   chan struct{}
	changes atomic.Int64

	indexed prometheus.Counter
	failing bool // of Run's goroutine
}

// NewIndexer returns an indexer; it works while [Indexer.Run] runs.
func NewIndexer(pool *pgxpool.Pool, log *slog.Logger, metrics prometheus.Registerer) *Indexer {
	x := &Indexer{pool: pool, log: log, hints: make(chan struct{}, 1), indexed: prometheus.NewCounter(prometheus.CounterOpts{
		Name: "parley_search_indexed_total", Help: "Messages that this replica has put into the index of the search.",
	})}
	metrics.MustRegister(x.indexed)
	return x
}

// Changed tells that this replica has stored a change. It doesn't block.
func (x *Indexer) Changed() {
	x.changes.Add(1)
	select {
	case x.hints <- struct{}{}:
	default:
	}
}

// Run indexes until ctx ends.
func (x *Indexer) Run(ctx context.Context) {
	for ctx.Err() == nil {
		before, began := x.changes.Load(), time.Now()
		more, err := x.Step(ctx)
		took := time.Since(began)
		x.note(ctx, err)
		switch {
		case err != nil:
			sleep(ctx, retryPause)
		case !more:
			x.await(ctx)
		case x.rate(before, took) > busyRate:
			sleep(ctx, min(busyPause*took, maxPause))
			x.stepAside(ctx)
		}
	}
}

// rate returns how many changes a second this replica stored since there were so
// many of them, that long ago.
func (x *Indexer) rate(before int64, since time.Duration) float64 {
	return float64(x.changes.Load()-before) / max(since, gather).Seconds()
}

// stepAside waits until this replica is not very busy any more.
func (x *Indexer) stepAside(ctx context.Context) {
	for waited := time.Duration(0); waited < maxWait && ctx.Err() == nil; waited += pollEvery {
		before := x.changes.Load()
		sleep(ctx, pollEvery)
		if x.rate(before, pollEvery) < veryBusyRate {
			return
		}
	}
}

// await waits for a hint, or for the time to look without one.
func (x *Indexer) await(ctx context.Context) {
	select {
	case <-x.hints:
		sleep(ctx, gather)
	case <-time.After(pollEvery):
	case <-ctx.Done():
	}
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// note logs when indexing begins to fail and when it works again.
func (x *Indexer) note(ctx context.Context, err error) {
	failing := err != nil && ctx.Err() == nil
	if failing == x.failing {
		return
	}
	x.failing = failing
	if failing {
		x.log.Warn("messages are not indexed for the search", "error", err)
	} else {
		x.log.Info("messages are indexed for the search")
	}
}

// Step indexes one batch, if no other replica does just then; if there is none,
// it sums a block. more reports whether there may be another.
func (x *Indexer) Step(ctx context.Context) (more bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, batchTimeout)
	defer cancel()
	var n int
	err = pgx.BeginFunc(ctx, x.pool, func(tx pgx.Tx) error {
		var mine bool
		if err := tx.QueryRow(ctx, `SELECT pg_try_advisory_xact_lock($1)`, indexerLock).Scan(&mine); err != nil {
			return fmt.Errorf("take the indexer's lock: %w", err)
		}
		if !mine {
			return nil
		}
		b, err := readBatch(ctx, tx)
		if err != nil {
			return err
		}
		if len(b.rooms) == 0 {
			more, err = summarize(ctx, tx)
			return err
		}
		n, more = len(b.messages), true
		return x.write(ctx, tx, b)
	})
	if err != nil {
		return false, fmt.Errorf("index messages: %w", err)
	}
	x.indexed.Add(float64(n))
	return more, nil
}
