package session

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"parley/core/bulk"
)

// goneSQL asks for each hash by itself. A NOT EXISTS in place of the IS NULL is
// planned as a join, which reads all sessions once there are some ten thousand:
// with a hundred thousand it takes fifteen times as long.
const goneSQL = `
	SELECT asked.hash
	FROM generate_series(1, length($1::bytea), 32) AS at, substring($1::bytea FROM at FOR 32) AS asked (hash)
	WHERE (SELECT true FROM sessions WHERE token_hash = asked.hash AND expires_at > now()) IS NULL`

// Gone returns those of keys that are no live sessions; see [bulk]. Usually
// there are none, so it costs little to ask about thousands. It is not for use
// within a transaction.
func (s *Store) Gone(ctx context.Context, keys []Key) (gone []Key, err error) {
	hashes := make([]byte, 0, len(keys)*len(Key{}))
	for i := range keys {
		hashes = append(hashes, keys[i][:]...)
	}
	err = bulk.Ask(ctx, s.pool, goneSQL, [][]byte{hashes}, func(values [][]byte) { gone = append(gone, Key(values[0])) })
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
