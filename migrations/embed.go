// Package migrations holds the database schema as paired SQL files, embedded,
// and applies them.
//
// Code runs both before and after each migration: a release's services must
// work on the schema of the release before and on their own.
package migrations

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/golang-migrate/migrate/v4"
	_ "github.com/golang-migrate/migrate/v4/database/pgx/v5" // the pgx5:// scheme
	"github.com/golang-migrate/migrate/v4/source/iofs"
)

//go:embed *.sql
var files embed.FS

// Up brings the database at the postgres:// URL to the newest schema known to
// this binary and returns the version it is at then. A database that is
// already there, or newer, is left alone. Two at once are safe: the second
// waits for the first's advisory lock.
func Up(databaseURL string) (version uint, err error) { return UpTo(databaseURL, Newest()) }

// UpTo is [Up] that goes no further than a version, for a backup of that schema
// to be restored.
func UpTo(databaseURL string, to uint) (version uint, err error) {
	m, err := open(databaseURL)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, closed(m)) }()

	version, dirty, err := m.Version()
	if err != nil && !errors.Is(err, migrate.ErrNilVersion) {
		return 0, fmt.Errorf("read schema version: %w", err)
	}
	if !dirty && version >= to {
		return version, nil
	}
	if err := rise(m, version, to); err != nil && !errors.Is(err, migrate.ErrNoChange) {
		return 0, fmt.Errorf("apply migrations: %w", err)
	}
	version, _, err = m.Version()
	return version, err
}

// rise goes up, and never down, whoever else is at it: versions follow each
// other without a gap.
func rise(m *migrate.Migrate, from, to uint) error {
	if to >= Newest() {
		return m.Up()
	}
	return m.Steps(int(to - from))
}

// Down undoes every migration, and with them all data.
func Down(databaseURL string) (err error) {
	m, err := open(databaseURL)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closed(m)) }()
	if err := m.Down(); err != nil && !errors.Is(err, migrate.ErrNoChange) {
		return fmt.Errorf("undo migrations: %w", err)
	}
	return nil
}

// To brings the database up or down to a version, for tests of upgrades.
func To(databaseURL string, version uint) (err error) {
	m, err := open(databaseURL)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closed(m)) }()
	if err := m.Migrate(version); err != nil && !errors.Is(err, migrate.ErrNoChange) {
		return fmt.Errorf("migrate to version %d: %w", version, err)
	}
	return nil
}

// Newest returns the highest version among the embedded migrations.
func Newest() uint {
	ups, _ := fs.Glob(files, "*.up.sql")
	var newest uint
	for _, name := range ups {
		var version uint
		if _, err := fmt.Sscanf(name, "%d_", &version); err == nil {
			newest = max(newest, version)
		}
	}
	return newest
}

func open(databaseURL string) (*migrate.Migrate, error) {
	source, err := iofs.New(files, ".")
	if err != nil {
		return nil, fmt.Errorf("read embedded migrations: %w", err)
	}
	_, rest, ok := strings.Cut(databaseURL, "://")
	if !ok {
		return nil, errors.New("database URL has no scheme")
	}
	m, err := migrate.NewWithSourceInstance("iofs", source, "pgx5://"+rest)
	if err != nil {
		return nil, fmt.Errorf("open database for migration: %w", err)
	}
	return m, nil
}

func closed(m *migrate.Migrate) error {
	sourceErr, databaseErr := m.Close()
	return errors.Join(sourceErr, databaseErr)
}
