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
	superSize = 64   // blocks
	maxSupers = 32   // that one step looks through
)

// blocks are the stretches of time that part all messages, the oldest first. A
// message has the term of its block, and that of its superblock.
//
// Who looks for something common finds enough of it in the newest block; who
// looks for something rare goes on to more of them at a time:
//
//	time ──────────────────────────────────────────────────────────────▶ now
//	… ├───────── superblocks ─────────┼──── superblock ────┼─ 2 blocks ─┤
//	     3rd step, 4th: twice as many         2nd step         1st step
type blocks struct {
	mu     sync.Mutex
	starts []time.Time // of a block, by its number; they never change
}

// refresh reads the blocks that have been made since.
func (b *blocks) refresh(ctx context.Context, db interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}) error {
	known := len(b.all())
	rows, err := db.Query(ctx, selectBlocks, known)
	if err != nil {
		return fmt.Errorf("read blocks: %w", err)
	}
	return b.take(rows, known)
}

const selectBlocks = `SELECT starts FROM search_blocks WHERE no >= $1 ORDER BY no`

// take takes up the blocks that follow those that were known.
func (b *blocks) take(rows pgx.Rows, known int) error {
	fresh, err := pgx.CollectRows(rows, pgx.RowTo[time.Time])
	if err != nil {
		return fmt.Errorf("read blocks: %w", err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if skip := len(b.starts) - known; skip < len(fresh) { // somebody else may have read some of them
		b.starts = append(slices.Clip(b.starts), fresh[skip:]...)
	}
	return nil
}

// all returns when blocks start. Nobody changes what it returns.
func (b *blocks) all() []time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.starts
}

// blockOf returns the number of the block that a time is in.
func blockOf(starts []time.Time, at time.Time) int {
	i, found := slices.BinarySearchFunc(starts, at, time.Time.Compare)
	if found {
		return i
	}
	return max(i-1, 0)
}

// blockTerm is the term of a block, superTerm that of a superblock. Those of
// everything else are 0 or more.
func blockTerm(block int) term { return term(-2*block - 1) } //nolint:gosec // two thousand million messages are the limit
func superTerm(super int) term { return term(-2*super - 2) } //nolint:gosec // the same

// step is a part of the way from the newest message to the oldest: blocks, and
// the place at which they begin.
type step struct {
	terms []term
	first history.Place
}

// steps returns the way from the message before a place back to a time.
func steps(starts []time.Time, before, since time.Time) (way []step) {
	if len(starts) == 0 {
		return nil
	}
	newest, oldest := blockOf(starts, before), blockOf(starts, since)
	at := max(newest-1, oldest)
	newer := step{first: history.Place{At: starts[at]}}
	for block := newest; block >= at; block-- {
		newer.terms = append(newer.terms, blockTerm(block))
	}
	way = append(way, newer)
	for many := 1; at > oldest; many = min(2*many, maxSupers) {
		var s step
		super := (at - 1) / superSize
		for ; len(s.terms) < many && super >= oldest/superSize; super-- {
			s.terms = append(s.terms, superTerm(super))
		}
		at = max((super+1)*superSize, oldest)
		s.first = history.Place{At: starts[at]}
		way = append(way, s)
	}
	return way
}
