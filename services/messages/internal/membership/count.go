package membership

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Count returns how many people are in rooms, up to most: counting costs what
// is counted. It asks nobody whether they may know.
func (s *Store) Count(ctx context.Context, rooms []string, most int) (map[string]int, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT asked.room, people.n
		FROM unnest($1::text[]) AS asked (room), LATERAL (
			SELECT count(*) AS n FROM (
				SELECT FROM memberships m WHERE m.room = asked.room COLLATE "C" AND m.member LIMIT $2
			) AS several
		) AS people`, rooms, most)
	if err != nil {
		return nil, fmt.Errorf("count members: %w", err)
	}
	counts := make(map[string]int, len(rooms))
	var room string
	var n int
	if _, err := pgx.ForEachRow(rows, []any{&room, &n}, func() error {
		counts[room] = n
		return nil
	}); err != nil {
		return nil, fmt.Errorf("count members: %w", err)
	}
	return counts, nil
}

// Among returns those of usernames who are in a room. It asks nobody whether
// they may know.
func (s *Store) Among(ctx context.Context, room string, usernames []string) ([]string, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT username FROM memberships WHERE room = $1 AND username = ANY($2) AND member`, room, usernames)
	if err != nil {
		return nil, fmt.Errorf("look for members: %w", err)
	}
	among, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("look for members: %w", err)
	}
	return among, nil
}
