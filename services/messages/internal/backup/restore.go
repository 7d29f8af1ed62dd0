package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"filippo.io/age"
	"github.com/jackc/pgx/v5"

	"parley/messages/internal/refill"
	"parley/messages/internal/snapshot"
)

// Restore fills the database at the URL from a backup, in one transaction: it
// does so whole or not at all. The database must be empty, and of the schema of
// the backup; the URL's role must own it.
//
// All logs go on at positions that nobody was ever given, so that clients of
// the deployment before are told to load anew: see [refill.Finish].
func Restore(ctx context.Context, databaseURL string, in io.Reader, identities ...age.Identity) (s Summary, err error) {
	plain, done, err := unseal(in, identities)
	if err != nil {
		return s, err
	}
	defer done()
	r := newReader(plain)
	h, err := r.header()
	if err != nil {
		return s, err
	}
	conn, err := pgx.Connect(ctx, databaseURL)
	if err != nil {
		return s, fmt.Errorf("connect to restore: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	s = Summary{Schema: h.Schema, MadeAt: h.MadeAt, Rows: make(map[string]int64)}
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error { return restore(ctx, tx, h, r, s.Rows) })
	if err != nil {
		return s, err
	}
	return s, refill.Analyze(ctx, conn)
}

func restore(ctx context.Context, tx pgx.Tx, h header, r *reader, rows map[string]int64) error {
	if err := fits(ctx, tx, h); err != nil {
		return err
	}
	if err := refill.Begin(ctx, tx); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, snapshot.Settle+`; DELETE FROM secrets`); err != nil {
		return fmt.Errorf("settle how rows are read: %w", err)
	}
	for _, t := range h.Tables {
		tag, err := tx.Conn().PgConn().CopyFrom(ctx, r, "COPY "+t.name()+" ("+t.columns()+") FROM STDIN")
		if err != nil {
			return fmt.Errorf("restore %s: %w", t.Name, err)
		}
		rows[t.Name] = tag.RowsAffected()
	}
	end, err := r.trailer()
	if err != nil {
		return err
	}
	for _, t := range h.Tables {
		if rows[t.Name] != end.Rows[t.Name] {
			return fmt.Errorf("%w: %d rows of %s, and not %d", ErrCut, rows[t.Name], t.Name, end.Rows[t.Name])
		}
	}
	return refill.Finish(ctx, tx)
}

// fits makes sure that the database has the tables of the backup.
func fits(ctx context.Context, tx pgx.Tx, h header) error {
	version, err := schema(ctx, tx)
	if err != nil {
		return err
	}
	switch {
	case version > h.Schema:
		return fmt.Errorf("the backup is of schema %d, the database of %d: make a new one with `messages migrate -to %d`, restore, and then run `messages migrate`",
			h.Schema, version, h.Schema)
	case version < h.Schema:
		return fmt.Errorf("the backup is of schema %d, the database of %d: run `messages migrate` of the release that made the backup, or a newer one", h.Schema, version)
	}
	tables, err := kept(ctx, tx)
	if err != nil {
		return err
	}
	same := slices.EqualFunc(tables, h.Tables, func(a, b table) bool { return a.Name == b.Name && slices.Equal(a.Columns, b.Columns) })
	if !same {
		return fmt.Errorf("the backup has other tables than schema %d: %v, and not %v", version, h.Tables, tables)
	}
	return nil
}
