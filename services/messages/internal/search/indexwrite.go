package search

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/core/chat"
)

// columns are a batch as Postgres takes it.
type columns struct {
	rooms []string
	ids   []chat.Position
	ats   []time.Time
	terms []string // arrays

	goneRooms []string
	goneIDs   []chat.Position
}

// write writes a batch into the index, in the indexer's transaction.
func (x *Indexer) write(ctx context.Context, tx pgx.Tx, b batch) (err error) {
	blocks, _, err := x.calendar.refresh(ctx, tx)
	if err != nil {
		return err
	}
	last, err := readLastBlock(ctx, tx)
	if err != nil {
		return err
	}
	var c columns
	for i := range b.messages {
		m := &b.messages[i]
		if m.deleted {
			c.goneRooms, c.goneIDs = append(c.goneRooms, m.room), append(c.goneIDs, m.id)
			continue
		}
		c.rooms, c.ids, c.ats = append(c.rooms, m.room), append(c.ids, m.id), append(c.ats, m.at)
		c.terms = append(c.terms, array(m.terms(blocks)))
		last.add(m.at)
	}
	queue := &pgx.Batch{}
	queue.Queue(`
		INSERT INTO search_messages AS s (room, id, at, terms)
		SELECT room, id, at, terms::int4[]
		FROM unnest($1::text[], $2::int8[], $3::timestamptz[], $4::text[]) AS fresh (room, id, at, terms)
		ON CONFLICT (room, id) DO UPDATE SET terms = excluded.terms WHERE s.terms <> excluded.terms`, c.rooms, c.ids, c.ats, c.terms)
	queue.Queue(`
		DELETE FROM search_messages s USING unnest($1::text[], $2::int8[]) AS gone (room, id)
		WHERE s.room = gone.room AND s.id = gone.id`, c.goneRooms, c.goneIDs)
	queue.Queue(`
		INSERT INTO search_rooms AS s (room, position) SELECT * FROM unnest($1::text[], $2::int8[])
		ON CONFLICT (room) DO UPDATE SET position = excluded.position`, b.rooms, b.positions)
	last.queue(queue)
	results := tx.SendBatch(ctx, queue)
	for range queue.Len() {
		if _, execErr := results.Exec(); execErr != nil {
			err = errors.Join(err, fmt.Errorf("write index: %w", execErr))
			break
		}
	}
	return errors.Join(err, results.Close())
}

// lastBlock is the block that has no end yet.
type lastBlock struct {
	no             int
	starts, newest time.Time
	docs           int
}

func readLastBlock(ctx context.Context, tx pgx.Tx) (last lastBlock, err error) {
	err = tx.QueryRow(ctx, `SELECT no, starts, docs, newest FROM search_blocks ORDER BY no DESC LIMIT 1`).
		Scan(&last.no, &last.starts, &last.docs, &last.newest)
	if err != nil {
		return last, fmt.Errorf("read newest block: %w", err)
	}
	return last, nil
}

// add counts a message, if it is of the block. One that is indexed again counts
// again: a block may be smaller than others.
func (l *lastBlock) add(at time.Time) {
	if at.Before(l.starts) {
		return
	}
	l.docs++
	if at.After(l.newest) {
		l.newest = at
	}
}

// queue writes what was counted, and makes the next block when this one is full.
// It starts after all that is in this one.
func (l *lastBlock) queue(queue *pgx.Batch) {
	queue.Queue(`UPDATE search_blocks SET docs = $2, newest = $3 WHERE no = $1`, l.no, l.docs, l.newest)
	if l.docs >= blockSize {
		queue.Queue(`INSERT INTO search_blocks (no, starts) VALUES ($1, $2)`, l.no+1, l.newest.Add(time.Microsecond))
	}
}
