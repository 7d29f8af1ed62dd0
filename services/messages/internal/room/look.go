package room

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"parley/core/access"
)

// Look returns a room as one sees it who may read it and need not be in it.
// Errors: [access.ErrNotFound].
func (s *Store) Look(ctx context.Context, username, name string) (r Room, err error) {
	err = s.pool.QueryRow(ctx, `
		SELECT r.name::text, CASE WHEN r.title = '' AND r.kind <> 'direct' THEN r.name ELSE r.title END,
			r.topic, r.kind, r.archived_at IS NOT NULL, r.head, coalesce(r.people, '{}'), r.floor, r.retention
		FROM users p
		JOIN rooms r ON r.name = $2
		LEFT JOIN memberships m ON m.username = p.username AND m.room = r.name
		WHERE p.username = $1 AND `+access.Read, username, name).
		Scan(&r.Name, &r.Title, &r.Topic, &r.Kind, &r.Archived, &r.Head, &r.People, &r.Floor, &r.RetentionDays)
	if errors.Is(err, pgx.ErrNoRows) {
		return Room{}, access.ErrNotFound
	}
	if err != nil {
		return Room{}, fmt.Errorf("look at room: %w", err)
	}
	return r, nil
}
