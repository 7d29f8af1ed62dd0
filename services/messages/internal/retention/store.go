package retention

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/core/chat"
	"parley/core/wire"
)

// room is one that has messages whose time is over.
type room struct {
	name  string
	floor chat.Position
	days  *int      // what it says itself
	bound time.Time // what was said before is too old
}

// due returns the rooms whose oldest message should have gone slack ago. Of each
// room that one message is looked at.
func (k *Keeper) due(ctx context.Context) ([]room, error) {
	rows, err := k.pool.Query(ctx, `
		SELECT r.name::text, r.floor, r.retention, now() - r.kept
		FROM (
			SELECT name, floor, retention,
				CASE WHEN retention IS NULL THEN $1::interval ELSE make_interval(hours => 24 * retention) END AS kept
			FROM rooms
		) AS r, LATERAL (
			SELECT created_at FROM messages WHERE room = r.name AND id > r.floor ORDER BY id LIMIT 1
		) AS oldest
		WHERE r.kept > '0' AND oldest.created_at < now() - r.kept - $2::interval
		ORDER BY r.name`, k.kept, slack)
	if err != nil {
		return nil, fmt.Errorf("look for what is too old: %w", err)
	}
	rooms, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r room, err error) {
		return r, row.Scan(&r.name, &r.floor, &r.days, &r.bound)
	})
	if err != nil {
		return nil, fmt.Errorf("look for what is too old: %w", err)
	}
	return rooms, nil
}

// floors returns the floors of all rooms that have one.
func (k *Keeper) floors(ctx context.Context) (map[string]chat.Position, error) {
	rows, err := k.pool.Query(ctx, `SELECT name::text, floor FROM rooms WHERE floor > 0`)
	if err != nil {
		return nil, fmt.Errorf("read floors: %w", err)
	}
	floors := make(map[string]chat.Position)
	var name string
	var floor chat.Position
	_, err = pgx.ForEachRow(rows, []any{&name, &floor}, func() error {
		floors[name] = floor
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read floors: %w", err)
	}
	return floors, nil
}

// reach returns up to where a room's floor can rise: below the first of its next
// messages that is young enough. full reports that none of them is.
func (k *Keeper) reach(ctx context.Context, r room) (to chat.Position, full bool, err error) {
	err = k.pool.QueryRow(ctx, `
		SELECT coalesce(min(id) FILTER (WHERE created_at >= $3) - 1, max(id), $2::bigint),
			count(*) = $4::bigint AND bool_and(created_at < $3)
		FROM (SELECT id, created_at FROM messages WHERE room = $1 AND id > $2 ORDER BY id LIMIT $4) AS next`,
		r.name, r.floor, r.bound, stride).Scan(&to, &full)
	if err != nil {
		return 0, false, fmt.Errorf("look for what is too old in %s: %w", r.name, err)
	}
	return to, full, nil
}

// take takes the lock of the replica that works, until the transaction ends.
// Errors: errElsewhere.
func take(ctx context.Context, tx pgx.Tx) error {
	var mine bool
	if err := tx.QueryRow(ctx, `SELECT pg_try_advisory_xact_lock($1)`, lock).Scan(&mine); err != nil {
		return fmt.Errorf("take the lock: %w", err)
	}
	if !mine {
		return errElsewhere
	}
	return nil
}

// raiseFloor raises a room's floor, at the next position of its log. It doesn't
// if somebody else has, or if the room keeps its messages for another time now.
func raiseFloor(ctx context.Context, tx pgx.Tx, r room, to chat.Position) (now wire.Room, ok bool, err error) {
	now.Room = r.name
	err = tx.QueryRow(ctx, `
		UPDATE rooms SET head = head + 1, revision = head + 1, floor = $2
		WHERE name = $1 AND floor = $3 AND retention IS NOT DISTINCT FROM $4
		RETURNING revision, kind, title, topic, archived_at IS NOT NULL, floor, retention`, r.name, to, r.floor, r.days).
		Scan(&now.Revision, &now.Kind, &now.Title, &now.Topic, &now.Archived, &now.Floor, &now.RetentionDays)
	if errors.Is(err, pgx.ErrNoRows) {
		return now, false, nil
	}
	if err != nil {
		return now, false, fmt.Errorf("raise the floor of %s: %w", r.name, err)
	}
	return now, true, nil
}

// clearSome deletes a batch of a room's messages behind a position, and the
// bodies that they had before. It returns up to where they are gone: floor if
// that was all.
func (k *Keeper) clearSome(ctx context.Context, room string, behind, floor chat.Position) (upto chat.Position, n int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, single)
	defer cancel()
	err = pgx.BeginFunc(ctx, k.pool, func(tx pgx.Tx) error {
		if err := take(ctx, tx); err != nil {
			return err
		}
		err := tx.QueryRow(ctx, `
			SELECT coalesce((
				SELECT id FROM messages WHERE room = $1 AND id > $2 AND id <= $3 ORDER BY id OFFSET $4 LIMIT 1
			), $3::bigint)`, room, behind, floor, batch-1).Scan(&upto)
		if err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `DELETE FROM messages WHERE room = $1 AND id > $2 AND id <= $3`, room, behind, upto)
		if err != nil {
			return err
		}
		n = tag.RowsAffected()
		_, err = tx.Exec(ctx, `DELETE FROM message_versions WHERE room = $1 AND id > $2 AND id <= $3`, room, behind, upto)
		return err
	})
	return upto, n, err
}
