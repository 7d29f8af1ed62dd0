package migrations

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// AppRole is the role that the services should sign in as: it reads and writes
// rows, and can't change the schema. Migrations run as the schema's owner.
const AppRole = "parley_app"

const powerless = " NOSUPERUSER NOCREATEDB NOCREATEROLE"

// settings are those of every session of the role. The services ask for the same,
// but a pooler before Postgres lets them ask for nothing.
const settings = `
	ALTER ROLE parley_app SET synchronous_commit = 'on';
	ALTER ROLE parley_app SET statement_timeout = '10s';
	ALTER ROLE parley_app SET idle_in_transaction_session_timeout = '10s';`

// grants are given anew each time, so that they hold for what a migration
// has added. The version of the schema is no business of the services.
const grants = `
	GRANT USAGE ON SCHEMA public TO parley_app;
	GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO parley_app;
	GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO parley_app;
	ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO parley_app;
	ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO parley_app;
	REVOKE ALL ON schema_migrations FROM parley_app;`

// MakeAppRole makes [AppRole] in the database at the URL if it is missing, and
// gives it this password and what it may do. The URL's own role must own the
// schema and be allowed to make roles. Call it after [Up].
func MakeAppRole(ctx context.Context, databaseURL, password string) (err error) {
	conn, err := pgx.Connect(ctx, databaseURL)
	if err != nil {
		return fmt.Errorf("connect to make role: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		return makeAppRole(ctx, tx, password)
	})
}

func makeAppRole(ctx context.Context, tx pgx.Tx, password string) error {
	// Two at once would trip over each other. The lock ends with the transaction.
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtext('parley_app'))`); err != nil {
		return fmt.Errorf("lock role: %w", err)
	}
	var exists, powerful bool
	var quoted string
	err := tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1),
			EXISTS (SELECT FROM pg_roles WHERE rolname = $1 AND (rolsuper OR rolcreatedb OR rolcreaterole)),
			quote_literal($2::text)`,
		AppRole, password).Scan(&exists, &powerful, &quoted)
	if err != nil {
		return fmt.Errorf("look for role: %w", err)
	}
	verb, rights := "CREATE", powerless
	if exists {
		verb = "ALTER"
		if !powerful { // only superusers may name these, whatever they are
			rights = ""
		}
	}
	if _, err := tx.Exec(ctx, verb+` ROLE parley_app LOGIN PASSWORD `+quoted+rights); err != nil {
		return fmt.Errorf("make role: %w", err)
	}
	if _, err := tx.Exec(ctx, settings); err != nil {
		return fmt.Errorf("set what holds for role: %w", err)
	}
	if _, err := tx.Exec(ctx, grants); err != nil {
		return fmt.Errorf("grant to role: %w", err)
	}
	return nil
}
