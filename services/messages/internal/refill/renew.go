package refill

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Renew has all logs of the database at the URL go on at positions that nobody
// was ever given, after it was set back in time by other means than a restore:
// a recovery to a point in time, or a replica that had not all. Clients that saw
// more than it has are told to load anew. All sessions end, so that streams that
// are open don't go on as if nothing had been. It returns how many.
func Renew(ctx context.Context, databaseURL string) (ended int64, err error) {
	conn, err := pgx.Connect(ctx, databaseURL)
	if err != nil {
		return 0, fmt.Errorf("connect to renew: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `DELETE FROM sessions`)
		if err != nil {
			return fmt.Errorf("end sessions: %w", err)
		}
		ended = tag.RowsAffected()
		if _, err := tx.Exec(ctx, goOn); err != nil {
			return fmt.Errorf("raise heads: %w", err)
		}
		return nil
	})
	return ended, err
}
