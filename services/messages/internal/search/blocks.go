package search

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/core/history"
)

const (
	blockSize = 1024 // messages, more or less
	stepSize  = 1024 // blocks
)

// blocks are the stretches of time that part all messages, the oldest first. A
// message has the term of its block. Of most blocks there is a summary, by which
// a search passes over those that lack one of its terms (summary.go):
//
//	time ────────────────────────────────────────────────▶ now
//	├───┼─ ? ─┼───┼───┼─ ? ─┼─ ? ─┼───┼───┼───┼─ ? ─┼─ last ─┤
//	      4th             3rd   2nd             1st  └── it is never summed
type blocks struct {
	first  int         // the number of the first; Rebuild makes others, with higher numbers
	starts []time.Time // of the blocks from first on; they never change
}

// of returns the number of the block that a time is in.
func (b blocks) of(at time.Time) int {
	i, found := slices.BinarySearchFunc(b.starts, at, time.Time.Compare)
	if !found {
		i = max(i-1, 0)
	}
	return b.first + i
}

// next returns the number of the block after the last that is known.
func (b blocks) next() int { return b.first + len(b.starts) }

// start returns where a block begins.
func (b blocks) start(block int) history.Place { return history.Place{At: b.starts[block-b.first]} }

// calendar has the blocks that are known. There may be more of them in Postgres.
type calendar struct {
	mu    sync.Mutex
	known blocks
}

// blocks returns those that are known. Nobody changes what it returns.
func (c *calendar) blocks() blocks {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.known
}

// database is a pool, or a transaction.
type database interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// refresh reads the blocks that have been made since, and returns all, and a mark
// behind their making.
func (c *calendar) refresh(ctx context.Context, db database) (blocks, mark, error) {
	known := c.blocks()
	rows, err := db.Query(ctx, selectBlocks, known.next())
	if err != nil {
		return blocks{}, "", fmt.Errorf("read blocks: %w", err)
	}
	now, at, ok, err := c.take(rows, known)
	if ok || err != nil {
		return now, at, err
	}
	c.mu.Lock()
	c.known = blocks{}
	c.mu.Unlock()
	return c.refresh(ctx, db)
}

// selectBlocks asks for the number of the first block, and for those from a
// number on. The mark is taken when the statement has its snapshot.
const selectBlocks = `
	SELECT first.no, b.starts, pg_current_wal_insert_lsn()::text FROM (SELECT coalesce(min(no), 0) AS no FROM search_blocks) AS first
	LEFT JOIN search_blocks b ON b.no >= $1 ORDER BY b.no`

// take takes up the blocks that follow those that were known. ok is false if
// these are no more.
func (c *calendar) take(rows pgx.Rows, known blocks) (now blocks, at mark, ok bool, err error) {
	var first int
	var start *time.Time
	var fresh []time.Time
	_, err = pgx.ForEachRow(rows, []any{&first, &start, &at}, func() error {
		if start != nil {
			fresh = append(fresh, *start)
		}
		return nil
	})
	if err != nil {
		return known, "", false, fmt.Errorf("read blocks: %w", err)
	}
	if len(known.starts) > 0 && first != known.first {
		return known, "", false, nil
	}
	now = blocks{first, append(slices.Clip(known.starts), fresh...)}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known.first != now.first || len(c.known.starts) < len(now.starts) {
		c.known = now
	}
	return now, at, true, nil
}

// blockTerm is the term of a block. SQL has the same formula. superTerm is that
// of 64 blocks, which the release before asks for. Those of everything else are 0
// or more.
func blockTerm(block int) term { return term(-2*block - 1) }      //nolint:gosec // two thousand million messages are the limit
func superTerm(block int) term { return term(-2*(block/64) - 2) } //nolint:gosec // the same

// step is a part of the way from the newest message to the oldest: blocks, and
// the place at which they begin.
type step struct {
	oldest, newest int
	first          history.Place
}

// steps returns the way from the message before a place back to a time. Each is
// short enough for one statement.
func (b blocks) steps(before, since time.Time) (way []step) {
	if len(b.starts) == 0 {
		return nil
	}
	end := b.of(since)
	for newest := b.of(before); newest >= end; newest -= stepSize {
		oldest := max(newest-stepSize+1, end)
		way = append(way, step{oldest, newest, b.start(oldest)})
	}
	return way
}
