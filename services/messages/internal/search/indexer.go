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

	pollEvery    = time.Second // until then a search reads what is new from messages
	retryPause   = 5 * time.Second
	batchTimeout = 20 * time.Second

	// The indexer works half of the time, so that it never takes Postgres for
	// itself. While a replica stores busyRate changes a second, its indexer works a
	// tenth of the time. While they are very many, it waits for that to end, but no
	// longer than maxWait for each batch.
	pause        = 1 // times as long as a batch takes
	busyPause    = 9
	busyRate     = 100
	veryBusyRate = 1000
	maxPause     = 2 * time.Second
	maxWait      = 10 * time.Second
	rateOver     = 100 * time.Millisecond // at least, to tell a rate
)

// Indexer keeps the index up to date. Each replica has one, and one of them
// works at a time.
type Indexer struct {
	pool     *pgxpool.Pool
	log      *slog.Logger
	calendar calendar

	changes atomic.Int64

	indexed prometheus.Counter
	failing bool // of Run's goroutine
}

// NewIndexer returns an indexer; it works while [Indexer.Run] runs.
func NewIndexer(pool *pgxpool.Pool, log *slog.Logger, metrics prometheus.Registerer) *Indexer {
	x := &Indexer{pool: pool, log: log, indexed: prometheus.NewCounter(prometheus.CounterOpts{
		Name: "parley_search_indexed_total", Help: "Messages that this replica has put into the index of the search.",
	})}
	metrics.MustRegister(x.indexed)
	return x
}

// Changed tells that this replica has stored a change. It doesn't block.
func (x *Indexer) Changed() {
	x.changes.Add(1)
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
			sleep(ctx, pollEvery)
		case x.rate(before, took) > busyRate:
			sleep(ctx, min(busyPause*took, maxPause))
			x.stepAside(ctx)
		default:
			sleep(ctx, pause*took)
		}
	}
}

// rate returns how many changes a second this replica stored since there were so
// many of them, that long ago.
func (x *Indexer) rate(before int64, since time.Duration) float64 {
	return float64(x.changes.Load()-before) / max(since, rateOver).Seconds()
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

// Step indexes one batch, if no other replica does just then. When that was all,
// it clears a room of what has expired, or sums a block. more reports whether there may be more to do.
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
		n = len(b.messages)
		if len(b.rooms) > 0 {
			if err := x.write(ctx, tx, b); err != nil {
				return err
			}
		}
		if more = b.full; more {
			return nil
		}
		if more, err = x.forget(ctx, tx); more || err != nil {
			return err
		}
		more, err = summarize(ctx, tx)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("index messages: %w", err)
	}
	x.indexed.Add(float64(n))
	return more, nil
}
