package session

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Gone returns those of keys that are no live sessions. Usually there are
// none, so it costs little to ask about thousands.
func (s *Store) Gone(ctx context.Context, keys []Key) ([]Key, error) {
	hashes := make([][]byte, len(keys))
	for i := range keys {
		hashes[i] = keys[i][:]
	}
	rows, err := s.db.Query(ctx, `
		SELECT hash FROM unnest($1::bytea[]) AS asked (hash)
		WHERE NOT EXISTS (SELECT FROM sessions WHERE token_hash = asked.hash AND expires_at > now())`, hashes)
	if err != nil {
		return nil, fmt.Errorf("ask for ended sessions: %w", err)
	}
	gone, err := pgx.CollectRows(rows, scanKey)
	if err != nil {
		return nil, fmt.Errorf("ask for ended sessions: %w", err)
	}
	return gone, nil
}

func scanKey(row pgx.CollectableRow) (key Key, err error) {
	var hash []byte
	err = row.Scan(&hash)
	copy(key[:], hash)
	return key, err
}

// EndAll ends all sessions of username within tx, and returns their keys.
func EndAll(ctx context.Context, tx pgx.Tx, username string) ([]Key, error) {
	return (&Store{db: tx}).end(ctx, `DELETE FROM sessions WHERE username = $1 RETURNING token_hash`, username)
}
