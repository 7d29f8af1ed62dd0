package session

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Opening is a session that somebody who signs in gets.
type Opening struct {
	Username  string
	UserAgent string
	TTL       time.Duration
	Old       *Key // of the client's present session, which ends; nil if it has none
	Most      int  // sessions that the account may have; 0 is no limit
}

// Open stores a new session and returns its token, and the keys of those that
// ended for it: the old one, so that who knew its token gains nothing from the
// signing in, and the account's oldest beyond the limit.
//
// All happens under the lock on the account. admit, if there is one, is asked
// before: what it sees of the account holds until the commit. Errors: admit's,
// [ErrNotFound] if there is no such account.
func (s *Store) Open(ctx context.Context, o Opening, admit func(context.Context, pgx.Tx) error) (token Token, ended []Key, err error) {
	token = NewToken()
	err = pgx.BeginFunc(ctx, s.db, func(tx pgx.Tx) error {
		if err := lockAccount(ctx, tx, o.Username); err != nil {
			return err
		}
		if admit != nil {
			if err := admit(ctx, tx); err != nil {
				return err
			}
		}
		ended, err = s.In(tx).replace(ctx, o, token)
		return err
	})
	if err != nil {
		return "", nil, err
	}
	return token, ended, nil
}

func lockAccount(ctx context.Context, tx pgx.Tx, username string) error {
	err := tx.QueryRow(ctx, `SELECT username FROM users WHERE username = $1 FOR NO KEY UPDATE`, username).Scan(&username)
	if errors.Is(err, pgx.ErrNoRows) {
		return ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("lock account: %w", err)
	}
	return nil
}

// replace takes the time under the lock: the newest session is the one that
// was stored last. The limit counts those that were there before.
func (s *Store) replace(ctx context.Context, o Opening, token Token) ([]Key, error) {
	key, _ := token.Key()
	var old []byte
	if o.Old != nil {
		old = o.Old[:]
	}
	var spared *int // sessions besides the new one
	if o.Most > 0 {
		n := o.Most - 1
		spared = &n
	}
	return s.end(ctx, `
		WITH made AS (
			INSERT INTO sessions (token_hash, username, user_agent, created_at, expires_at)
			VALUES ($1, $2, $3, clock_timestamp(), clock_timestamp() + $4)
		), surplus AS (
			SELECT token_hash FROM sessions
			WHERE username = $2 AND token_hash IS DISTINCT FROM $5 AND $6::int IS NOT NULL
			ORDER BY created_at DESC, id
			OFFSET coalesce($6::int, 0)
		)
		DELETE FROM sessions
		WHERE token_hash = $5 OR token_hash IN (SELECT token_hash FROM surplus)
		RETURNING token_hash`,
		key[:], o.Username, clip(o.UserAgent), o.TTL, old, spared)
}
