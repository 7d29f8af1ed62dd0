package migrations_test

import (
	"context"
	"flag"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/migrations"
	"parley/testkit"
)

var rows = flag.Int("rows", 1_000_000, "messages that BenchmarkMigrations brings from one schema to the next")

// fill makes messages of some 100 characters, 10,000 a room, as the first schema
// has them.
const fill = `
	INSERT INTO messages (room, id, revision, username, body, client_id)
	SELECT 'room-' || n / 10000, n % 10000 + 1, n % 10000 + 1, 'person-' || n % 500, repeat('some words ', 9), md5(n::text)
	FROM generate_series(0, $1 - 1) AS n`

// BenchmarkMigrations brings a database of many messages from the first schema to
// the newest, one migration after the other. It tells how long each took (s), and
// the longest that somebody who posts (s-post), or who reads a room's newest
// messages (s-read), waited meanwhile. Postgres has its usual settings, but no fsync.
//
//	go -C migrations test -run '^$' -bench Migrations -benchtime 1x -timeout 1h . -rows 10000000
func BenchmarkMigrations(b *testing.B) {
	for range b.N {
		url := testkit.EmptyDatabaseURL(b)
		bring(b, url, 1)
		db := open(b, url)
		for _, sql := range []string{fill, `VACUUM ANALYZE messages`, `CHECKPOINT`} {
			var args []any
			if sql == fill {
				args = append(args, *rows)
			}
			if _, err := db.Exec(b.Context(), sql, args...); err != nil {
				b.Fatal(err)
			}
		}
		for version := uint(2); version <= migrations.Newest(); version++ {
			stop := make(chan struct{})
			post, read := wait(b, url, postOne, stop), wait(b, url, readNewest, stop)
			began := time.Now()
			bring(b, url, version)
			took := time.Since(began)
			close(stop)
			for unit, d := range map[string]time.Duration{"s": took, "s-post": <-post, "s-read": <-read} {
				b.ReportMetric(d.Seconds(), fmt.Sprintf("%06d-%s", version, unit))
			}
		}
	}
}

const (
	postOne = `
		WITH raised AS (UPDATE rooms SET head = head + 1 WHERE name = 'general' RETURNING head)
		INSERT INTO messages (room, id, revision, username, body) SELECT 'general', head, head, 'ada', 'hi' FROM raised`
	readNewest = `SELECT body FROM messages WHERE room = 'room-7' ORDER BY id DESC LIMIT 50`
)

// wait runs sql again and again, at least once, until stop is closed, and then
// sends the longest time that it took.
func wait(b *testing.B, url, sql string, stop chan struct{}) chan time.Duration {
	b.Helper()
	db := open(b, url)
	longest := make(chan time.Duration, 1)
	go func() {
		var most time.Duration
		for {
			began := time.Now()
			if _, err := db.Exec(context.WithoutCancel(b.Context()), sql); err != nil {
				b.Error(err)
			}
			most = max(most, time.Since(began))
			select {
			case <-stop:
				longest <- most
				return
			case <-time.After(2 * time.Millisecond):
			}
		}
	}()
	return longest
}

func bring(b *testing.B, url string, version uint) {
	b.Helper()
	if err := migrations.To(url, version); err != nil {
		b.Fatal(err)
	}
}

// open returns a connection that has no plans of the schema before.
func open(b *testing.B, url string) *pgx.Conn {
	b.Helper()
	config, err := pgx.ParseConfig(url)
	if err != nil {
		b.Fatal(err)
	}
	config.DefaultQueryExecMode = pgx.QueryExecModeExec
	db, err := pgx.ConnectConfig(b.Context(), config)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close(context.Background()) })
	return db
}
