package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/golang-migrate/migrate/v4"
	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"

	"parley/core/backing"
	"parley/migrations"
)

const (
	migratePatience = time.Minute
	migrateRetry    = time.Second
)

// Migrate brings the database to the schema of this version, and never back to
// an older one. It waits up to a minute
// for Postgres, and then as long as the migrations take.
func Migrate(ctx context.Context, databaseURL string, to uint, log *slog.Logger) error {
	patience, cancel := context.WithTimeout(ctx, migratePatience)
	defer cancel()
	retry := time.NewTicker(migrateRetry)
	defer retry.Stop()
	for {
		err := reach(patience, databaseURL)
		if err == nil {
			var version uint
			if version, err = up(ctx, databaseURL, to); err == nil {
				log.Info("the schema is up to date", "version", version)
				return nil
			}
		}
		if !worthWaiting(err) {
			return err
		}
		log.Info("waiting for Postgres", "error", err)
		select {
		case <-retry.C:
		case <-patience.Done():
			return fmt.Errorf("gave up on Postgres: %w", err)
		}
	}
}

// reach reports whether Postgres answers.
func reach(ctx context.Context, databaseURL string) error {
	conn, err := pgx.Connect(ctx, databaseURL)
	if err != nil {
		return fmt.Errorf("reach Postgres: %w", err)
	}
	return conn.Close(ctx)
}

// up is [migrations.UpTo] that returns when ctx ends: it leaves the attempt to
// the end of the process then.
func up(ctx context.Context, databaseURL string, to uint) (uint, error) {
	type result struct {
		version uint
		err     error
	}
	done := make(chan result, 1)
	go func() {
		version, err := migrations.UpTo(databaseURL, to)
		done <- result{version, err}
	}()
	select {
	case r := <-done:
		return r.version, r.err
	case <-ctx.Done():
		return 0, fmt.Errorf("migrate: %w", ctx.Err())
	}
}

// worthWaiting reports whether err will pass: Postgres is still starting, or
// another migration is running.
func worthWaiting(err error) bool {
	return backing.Unavailable(err) || errors.Is(err, migrate.ErrLockTimeout) ||
		backing.Code(err) == pgerrcode.InvalidCatalogName // the database is still to be made
}
