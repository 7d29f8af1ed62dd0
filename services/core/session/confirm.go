package session

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Confirm returns [ErrNotFound] if the session of key has ended. Who changes
// something asks in the transaction of the change: a request may take its time
// to arrive, and its session end meanwhile. The zero Key, which is nobody's,
// is not asked for.
func Confirm(ctx context.Context, tx pgx.Tx, key Key) error {
	if key == (Key{}) {
		return nil
	}
	var live bool
	err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM sessions WHERE token_hash = $1 AND expires_at > now())`, key[:]).Scan(&live)
	if err != nil {
		return fmt.Errorf("confirm session: %w", err)
	}
	if !live {
		return ErrNotFound
	}
	return nil
}
