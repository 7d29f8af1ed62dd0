package session

import (
	"context"
	"fmt"
)

// expiredBatch is how many expired sessions one statement removes: a long one
// would keep its locks, and its place in the vacuum's way, for as long.
const expiredBatch = 1000

// EndExpired removes the sessions whose time is over, a batch at a time, and
// returns how many. Those that another replica is removing are left to it.
func (s *Store) EndExpired(ctx context.Context) (removed int64, err error) {
	for {
		tag, err := s.db.Exec(ctx, `
			DELETE FROM sessions WHERE token_hash = ANY(ARRAY(
				SELECT token_hash FROM sessions WHERE expires_at <= now()
				ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED))`, expiredBatch)
		if err != nil {
			return removed, fmt.Errorf("remove expired sessions: %w", err)
		}
		removed += tag.RowsAffected()
		if tag.RowsAffected() < expiredBatch {
			return removed, nil
		}
	}
}
