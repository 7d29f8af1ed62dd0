package message

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"parley/core/chat"
	"parley/core/history"
	"parley/core/markup"
)

const (
	rerenderBatch = 500
	rerenderPause = 20 * time.Millisecond // between batches: others go first
	rerenderAgain = 5 * time.Minute       // after a failure, or where another replica is at it
)

// Rerenderer renders the messages that another version of the renderer has
// looked at, or none, one batch after the other, in order of room and id. It
// remembers how far it has come, so it goes on after a restart; of several
// replicas one does it. A message keeps its revision: what it says is the same.
type Rerenderer struct {
	pool *pgxpool.Pool
	log  *slog.Logger
}

// NewRerenderer returns a rerenderer on pool.
func NewRerenderer(pool *pgxpool.Pool, log *slog.Logger) *Rerenderer { return &Rerenderer{pool, log} }

// Run returns when all messages are rendered, or ctx ends.
func (r *Rerenderer) Run(ctx context.Context) {
	for {
		wait := rerenderPause
		done, err := r.step(ctx)
		switch {
		case ctx.Err() != nil || done:
			return
		case errors.Is(err, errElsewhere):
			wait = rerenderAgain
		case err != nil:
			r.log.Warn("messages not rendered anew", "error", err)
			wait = rerenderAgain
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return
		}
	}
}

// errElsewhere says that another replica renders.
var errElsewhere = errors.New("another replica is at it")

// step renders a batch, in a transaction.
func (r *Rerenderer) step(ctx context.Context) (done bool, err error) {
	err = pgx.BeginFunc(ctx, r.pool, func(tx pgx.Tx) error {
		var room string
		var id chat.Position
		if room, id, done, err = r.progress(ctx, tx); err != nil || done {
			return err
		}
		batch, err := history.In(tx).Unrendered(ctx, markup.Version, room, id, rerenderBatch)
		if err != nil {
			return err
		}
		if len(batch) > 0 {
			last := batch[len(batch)-1]
			room, id = last.Room, last.ID
			if err := store(ctx, tx, batch); err != nil {
				return err
			}
		}
		done = len(batch) < rerenderBatch
		_, err = tx.Exec(ctx, `UPDATE renderings SET room = $2, id = $3, done = $4 WHERE renderer = $1`, markup.Version, room, id, done)
		if err != nil {
			return fmt.Errorf("note what is rendered: %w", err)
		}
		return nil
	})
	return done, err
}

// progress returns up to where this version has rendered. Errors: errElsewhere.
func (r *Rerenderer) progress(ctx context.Context, tx pgx.Tx) (room string, id chat.Position, done bool, err error) {
	if _, err := tx.Exec(ctx, `INSERT INTO renderings (renderer) VALUES ($1) ON CONFLICT DO NOTHING`, markup.Version); err != nil {
		return "", 0, false, fmt.Errorf("note what is rendered: %w", err)
	}
	err = tx.QueryRow(ctx, `SELECT room, id, done FROM renderings WHERE renderer = $1 FOR UPDATE SKIP LOCKED`, markup.Version).Scan(&room, &id, &done)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return "", 0, false, errElsewhere
	case err != nil:
		return "", 0, false, fmt.Errorf("read what is rendered: %w", err)
	}
	return room, id, done, nil
}

// store writes how messages look. One that was changed meanwhile was rendered
// when that was stored.
func store(ctx context.Context, tx pgx.Tx, batch []chat.Message) error {
	n := len(batch)
	rooms, ids, revisions, html := make([]string, n), make([]int64, n), make([]int64, n), make([]*string, n)
	for i, m := range batch {
		rooms[i], ids[i], revisions[i], html[i] = m.Room, m.ID, m.Revision, orNull(markup.Render(m.Body, m.Mentions))
	}
	_, err := tx.Exec(ctx, `
		UPDATE messages SET html = rendered.html, renderer = $5
		FROM unnest($1::text[], $2::int8[], $3::int8[], $4::text[]) AS rendered (room, id, revision, html)
		WHERE messages.room = rendered.room AND messages.id = rendered.id AND messages.revision = rendered.revision`,
		rooms, ids, revisions, html, markup.Version)
	if err != nil {
		return fmt.Errorf("store rendered messages: %w", err)
	}
	return nil
}
