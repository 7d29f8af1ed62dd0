package person

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// maxNamed is how many people are looked up at once at most.
const maxNamed = 5000

// Named returns those of usernames who exist, by their names, whoever sees
// them: it is for names that the one who asks has been told already.
func (s *Store) Named(ctx context.Context, usernames []string) (map[string]Person, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT `+shown+` FROM users p WHERE username = ANY($1) LIMIT $2`, usernames, maxNamed)
	if err != nil {
		return nil, fmt.Errorf("name people: %w", err)
	}
	people, err := pgx.CollectRows(rows, scan)
	if err != nil {
		return nil, fmt.Errorf("name people: %w", err)
	}
	named := make(map[string]Person, len(people))
	for _, p := range people {
		named[p.Username] = p
	}
	return named, nil
}

// Seen returns those of usernames whom asker sees and who can be written to, in
// order of name; never asker.
func (s *Store) Seen(ctx context.Context, asker string, usernames []string) ([]Person, error) {
	rows, err := s.pool.Query(ctx, columns+`
		WHERE me.username = $1 AND p.username = ANY($2) AND p.username <> $1 AND p.banned_at IS NULL AND `+visible+`
		ORDER BY p.username`, asker, usernames)
	if err != nil {
		return nil, fmt.Errorf("find people: %w", err)
	}
	people, err := pgx.CollectRows(rows, scan)
	if err != nil {
		return nil, fmt.Errorf("find people: %w", err)
	}
	return people, nil
}

// Shown returns those of usernames whom asker sees, in order of name.
func (s *Store) Shown(ctx context.Context, asker string, usernames []string) ([]Person, error) {
	rows, err := s.pool.Query(ctx, columns+`WHERE me.username = $1 AND p.username = ANY($2) AND `+visible+` ORDER BY p.username`, asker, usernames)
	if err != nil {
		return nil, fmt.Errorf("find people: %w", err)
	}
	people, err := pgx.CollectRows(rows, scan)
	if err != nil {
		return nil, fmt.Errorf("find people: %w", err)
	}
	return people, nil
}
