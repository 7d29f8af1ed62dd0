// Package snapshot reads all of a database as it stands at one moment.
package snapshot

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Settle makes the texts that Postgres writes and reads the same everywhere, and
// has no timeout of the role end the transaction.
const Settle = `
	SET LOCAL statement_timeout = 0;
	SET LOCAL idle_in_transaction_session_timeout = 0;
	SET LOCAL timezone = 'UTC';
	SET LOCAL datestyle = 'ISO, YMD';
	SET LOCAL client_encoding = 'UTF8'`

// Read calls read with a transaction on the database at the URL that sees one
// moment only, and writes nothing. It holds nobody up.
func Read(ctx context.Context, databaseURL string, read func(pgx.Tx) error) (err error) {
	conn, err := pgx.Connect(ctx, databaseURL)
	if err != nil {
		return fmt.Errorf("connect to read: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	return pgx.BeginTxFunc(ctx, conn, options, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, Settle); err != nil {
			return fmt.Errorf("settle how rows are written: %w", err)
		}
		return read(tx)
	})
}
