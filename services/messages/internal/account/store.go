package account

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"

	"parley/core/backing"
)

func (a *Accounts) insert(ctx context.Context, username, hash string) error {
	_, err := a.pool.Exec(ctx, `INSERT INTO users (username, password_hash) VALUES ($1, $2)`, username, hash)
	if backing.Code(err) == pgerrcode.UniqueViolation {
		return ErrUsernameTaken
	}
	if err != nil {
		return fmt.Errorf("store account: %w", err)
	}
	return nil
}

// findHash returns "" if there is no such account.
func (a *Accounts) findHash(ctx context.Context, username string) (hash string, err error) {
	err = a.pool.QueryRow(ctx, `SELECT password_hash FROM users WHERE username = $1`, username).Scan(&hash)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("find account: %w", err)
	}
	return hash, nil
}
