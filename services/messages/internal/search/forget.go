package search

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/core/chat"
)

// forgetBatch is how many messages are taken out of the index at once.
const forgetBatch = 500

// expired are messages of a room that are gone and still indexed: some of them.
type expired struct {
	room string
	upto chat.Position // there are no others up to here
	ids  []chat.Position
	ats  []time.Time
}

// forget takes messages that have expired out of the index: some of one room.
// The blocks that they were in are summed anew, so that nothing is left of them
// there either. more reports whether there was anything to do. The caller has the
// indexer's lock.
func (x *Indexer) forget(ctx context.Context, tx pgx.Tx) (more bool, err error) {
	gone, err := readExpired(ctx, tx)
	if err != nil || gone == nil {
		return false, err
	}
	blocks, _, err := x.calendar.refresh(ctx, tx)
	if err != nil {
		return false, err
	}
	var touched []int
	for _, at := range gone.ats {
		touched = append(touched, blocks.of(at))
	}
	slices.Sort(touched)
	touched = slices.Compact(touched)
	queue := &pgx.Batch{}
	queue.Queue(`DELETE FROM search_messages WHERE room = $1 AND id = ANY($2)`, gone.room, gone.ids)
	queue.Queue(`UPDATE search_blocks SET summed = NULL WHERE no = ANY($1) AND summed IS NOT NULL`, touched)
	queue.Queue(`DELETE FROM search_summaries WHERE block = ANY($1)`, touched)
	queue.Queue(`UPDATE search_rooms SET floor = $2 WHERE room = $1`, gone.room, gone.upto)
	if err := tx.SendBatch(ctx, queue).Close(); err != nil {
		return false, fmt.Errorf("forget what has expired: %w", err)
	}
	return true, nil
}

// readExpired returns what is to be forgotten next; nil if there is nothing.
func readExpired(ctx context.Context, tx pgx.Tx) (*expired, error) {
	var gone expired
	var behind chat.Position
	err := tx.QueryRow(ctx, `
		SELECT i.room, i.floor, r.floor FROM rooms r JOIN search_rooms i ON i.room = r.name WHERE r.floor > i.floor LIMIT 1`).
		Scan(&gone.room, &behind, &gone.upto)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look for what has expired: %w", err)
	}
	rows, err := tx.Query(ctx, `
		SELECT id, at FROM search_messages WHERE room = $1 AND id > $2 AND id <= $3 ORDER BY id LIMIT $4`,
		gone.room, behind, gone.upto, forgetBatch)
	if err != nil {
		return nil, fmt.Errorf("read what has expired: %w", err)
	}
	var id chat.Position
	var at time.Time
	_, err = pgx.ForEachRow(rows, []any{&id, &at}, func() error {
		gone.ids, gone.ats = append(gone.ids, id), append(gone.ats, at)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read what has expired: %w", err)
	}
	if len(gone.ids) == forgetBatch {
		gone.upto = id
	}
	return &gone, nil
}
