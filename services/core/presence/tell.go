package presence

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"parley/core/wire"
)

// mostRooms is in how many of their rooms it is told of somebody, direct ones
// first.
const mostRooms = 50

// Notices returns what is told of people whose state has changed: a notice for
// each of the rooms that they are in.
func Notices(ctx context.Context, pool *pgxpool.Pool, usernames []string, state string) ([]*wire.Presence, error) {
	rows, err := pool.Query(ctx, `
		SELECT asked.username, own.room
		FROM unnest($1::text[]) AS asked (username) CROSS JOIN LATERAL (
			SELECT m.room FROM memberships m JOIN rooms r ON r.name = m.room
			WHERE m.username = asked.username AND m.member
			ORDER BY r.kind <> 'direct', m.room LIMIT $2) AS own`, usernames, mostRooms)
	if err != nil {
		return nil, fmt.Errorf("look where people are: %w", err)
	}
	notices, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (*wire.Presence, error) {
		notice := &wire.Presence{State: state}
		return notice, row.Scan(&notice.Username, &notice.Room)
	})
	if err != nil {
		return nil, fmt.Errorf("look where people are: %w", err)
	}
	return notices, nil
}
