package account

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"parley/core/chat"
)

// stored is what signing in asks of an account. The zero value is none.
type stored struct {
	hash   string
	role   chat.Role
	banned bool
}

func (a *Accounts) find(ctx context.Context, username string) (found stored, err error) {
	err = a.pool.QueryRow(ctx, `SELECT password_hash, role, banned_at IS NOT NULL FROM users WHERE username = $1`, username).
		Scan(&found.hash, &found.role, &found.banned)
	if errors.Is(err, pgx.ErrNoRows) {
		return stored{}, nil
	}
	if err != nil {
		return stored{}, fmt.Errorf("find account: %w", err)
	}
	return found, nil
}
