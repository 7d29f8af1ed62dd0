// Package backup writes a whole deployment into one file, and fills an empty
// database from one.
//
//	Postgres ──COPY──▶ frames ──▶ SHA-256 ──▶ zstd ──▶ age, if there is a key ──▶ file
//	one REPEATABLE READ snapshot of all tables
//
// All of it is a stream: memory doesn't grow with what there is. What ends with
// a deployment is left out: sessions, so that everybody signs in again, and the
// index of the search, which is made anew. Password hashes and invites are in
// it, and with them whoever can read the file can try passwords: encrypt it.
//
// What the file looks like is told in format.go.
package backup

import (
	"context"
	"fmt"
	"io"
	"time"

	"filippo.io/age"
	"github.com/jackc/pgx/v5"

	"parley/messages/internal/snapshot"
)

// Summary tells what was written or restored.
type Summary struct {
	Schema uint
	MadeAt time.Time
	Rows   map[string]int64 // of each table
}

// Write writes a backup of the database at the URL to out, encrypted for
// recipients if there are any. The URL's role must own the schema, or be able
// to read all of it. What it wrote before an error can't be restored.
func Write(ctx context.Context, databaseURL string, out io.Writer, recipients ...age.Recipient) (s Summary, err error) {
	sealed, err := seal(out, recipients)
	if err != nil {
		return s, err
	}
	err = snapshot.Read(ctx, databaseURL, func(tx pgx.Tx) (err error) {
		s, err = write(ctx, tx, newWriter(sealed))
		return err
	})
	if err != nil {
		return s, err
	}
	if err := sealed.Close(); err != nil {
		return s, fmt.Errorf("finish backup: %w", err)
	}
	return s, nil
}

func write(ctx context.Context, tx pgx.Tx, w *writer) (s Summary, err error) {
	s.Rows = make(map[string]int64)
	if s.Schema, err = schema(ctx, tx); err != nil {
		return s, err
	}
	if err := tx.QueryRow(ctx, `SELECT now()`).Scan(&s.MadeAt); err != nil {
		return s, fmt.Errorf("read the time: %w", err)
	}
	tables, err := kept(ctx, tx)
	if err != nil {
		return s, err
	}
	if err := w.header(header{Format: format, Schema: s.Schema, MadeAt: s.MadeAt.UTC(), Tables: tables}); err != nil {
		return s, err
	}
	for _, t := range tables {
		sql := "COPY (SELECT " + t.columns() + " FROM " + t.name() + " ORDER BY " + t.order() + ") TO STDOUT"
		tag, err := tx.Conn().PgConn().CopyTo(ctx, w, sql)
		if err == nil {
			err = w.end()
		}
		if err != nil {
			return s, fmt.Errorf("back up %s: %w", t.Name, err)
		}
		s.Rows[t.Name] = tag.RowsAffected()
	}
	return s, w.trailer(s.Rows)
}
