package chaos

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"parley/deploy/e2e/chaos/load"
)

// postgresFaults are those that go by SQL.
func postgresFaults() []Fault {
	on := []string{"postgres"}
	return []Fault{
		{Name: "postgres connections terminated", On: on, Strike: terminate},
		{Name: "a room's row held", On: on, Strike: holdRow},
		{Name: "commits fail at the last moment", On: on, Strike: failCommits},
	}
}

// terminate ends all connections of the services, three times.
func terminate(ctx context.Context, b *Blow) error {
	for range 3 {
		if _, err := b.ask(ctx, `
			SELECT count(pg_terminate_backend(pid))::text FROM pg_stat_activity
			WHERE application_name IN ('messages', 'messages commit', 'stream')`); err != nil {
			return err
		}
		if err := b.Run.AwaitPosts(ctx, 3); err != nil {
			return err
		}
	}
	return nil
}

// holdRow keeps the lock that every post to the hot room needs.
func holdRow(ctx context.Context, b *Blow) error {
	return b.sql(ctx, func(conn *pgx.Conn) error {
		tx, err := conn.Begin(ctx)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `SELECT FROM rooms WHERE name = $1 FOR UPDATE`, b.Run.Rooms[0]); err != nil {
			return err
		}
		return errors.Join(b.last(ctx), tx.Commit(ctx))
	})
}

// failCommits has every tenth message, and every tenth change of one, fail the
// commit of its transaction, when all else is done: who publishes before the commit tells of what never was.
func failCommits(ctx context.Context, b *Blow) error {
	return b.sql(ctx, func(conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, `
			CREATE OR REPLACE FUNCTION chaos_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
			BEGIN
				IF random() < 0.1 THEN
					RAISE EXCEPTION 'chaos: the disk is full' USING ERRCODE = 'disk_full';
				END IF;
				RETURN NULL;
			END $$;
			DROP TRIGGER IF EXISTS chaos_refuse ON messages;
			CREATE CONSTRAINT TRIGGER chaos_refuse AFTER INSERT OR UPDATE ON messages
				DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION chaos_refuse()`)
		if err != nil {
			return err
		}
		err = b.last(ctx)
		_, dropErr := conn.Exec(context.WithoutCancel(ctx), `DROP TRIGGER chaos_refuse ON messages; DROP FUNCTION chaos_refuse`)
		return errors.Join(err, dropErr)
	})
}

// sql runs f on a connection of a superuser.
func (b *Blow) sql(ctx context.Context, f func(*pgx.Conn) error) error {
	url, err := b.Parley.DatabaseURL(ctx)
	if err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("connect to break something: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	return f(conn)
}

// ask returns the one value that a query yields.
func (b *Blow) ask(ctx context.Context, query string) (answer string, err error) {
	err = b.sql(ctx, func(conn *pgx.Conn) error { return conn.QueryRow(ctx, query).Scan(&answer) })
	return answer, err
}

// setting changes one of Postgres's settings; "" is its default.
func (b *Blow) setting(ctx context.Context, name, value string) error {
	statement := "ALTER SYSTEM RESET " + name
	if value != "" {
		statement = "ALTER SYSTEM SET " + name + " = '" + value + "'"
	}
	return b.sql(ctx, func(conn *pgx.Conn) error {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return err
		}
		_, err := conn.Exec(ctx, `SELECT pg_reload_conf()`)
		return err
	})
}

func (b *Blow) await(ctx context.Context, what string, try func(context.Context) error) error {
	return load.Await(ctx, what, try)
}
