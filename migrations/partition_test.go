package migrations_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/migrations"
	"parley/testkit"
)

const (
	partitions = 16
	inBatch    = 20 // messages that a statement inserts, of as many rooms
	batches    = 2000
	reads      = 4000
)

// BenchmarkPartitions compares messages in one table with messages in 16
// partitions by hash of room, at -rows messages, 10,000 a room: what a statement
// costs that stores messages of 20 rooms, and one that reads the newest 50 of a
// room; how long VACUUM takes when one message in twenty was edited; how large
// all is, and how deep the primary key's index. The two take turns, so that a
// busy machine hits both.
//
//	go -C migrations test -run '^$' -bench Partitions -benchtime 1x -timeout 2h . -rows 10000000
func BenchmarkPartitions(b *testing.B) {
	for range b.N {
		url := testkit.EmptyDatabaseURL(b)
		bring(b, url, migrations.Newest())
		db := cached(b, url)
		ask(b, db, `ALTER DATABASE `+pgx.Identifier{db.Config().Database}.Sanitize()+` SET synchronous_commit = on`)
		makePartitioned(b, db)
		ask(b, db, `CREATE EXTENSION pageinspect`)
		for _, table := range tables {
			began := time.Now()
			for from := 0; from < *rows; from += fillStep {
				ask(b, db, fmt.Sprintf(fillTable, table, from, min(from+fillStep, *rows)-1))
			}
			report(b, table, "s-fill", time.Since(began).Seconds())
			ask(b, db, `VACUUM ANALYZE `+table)
			ask(b, db, `CHECKPOINT`)
		}
		took := make(map[string]time.Duration)
		for turn := range 10 {
			for i := range tables {
				table := tables[(turn+i)%len(tables)]
				took["insert "+table] += insertSome(b, db, table, turn)
				took["read "+table] += readSome(b, db, table)
			}
		}
		for _, table := range tables {
			report(b, table, "µs-insert", float64(took["insert "+table].Microseconds())/batches)
			report(b, table, "µs-read", float64(took["read "+table].Microseconds())/reads)
			ask(b, db, `UPDATE `+table+` SET edited_at = now() WHERE id % 20 = 0`)
			ask(b, db, `CHECKPOINT`)
			began := time.Now()
			ask(b, db, `VACUUM `+table)
			report(b, table, "s-vacuum", time.Since(began).Seconds())
			var heap, indexes, level float64
			one(b, db, `SELECT sum(pg_relation_size(oid)) / 1e6, sum(pg_indexes_size(oid)) / 1e6 FROM pg_class WHERE `+parts, []any{table}, &heap, &indexes)
			one(b, db, `SELECT max((bt_metap(i.indexrelid::regclass::text)).level) FROM pg_index i
				WHERE i.indisprimary AND i.indrelid IN (SELECT oid FROM pg_class WHERE `+parts+`)`, []any{table}, &level)
			report(b, table, "MB-table", heap)
			report(b, table, "MB-indexes", indexes)
			report(b, table, "depth", level)
		}
	}
}

// parts are the tables in which the rows of a table are.
const parts = `relkind = 'r' AND (oid = $1::text::regclass OR oid IN (SELECT relid FROM pg_partition_tree($1::text::regclass)))`

// tables are what is compared.
var tables = []string{"messages", "parted"}

const (
	fillStep  = 500_000
	fillTable = `
	INSERT INTO %s (room, id, revision, username, body, client_id, renderer)
	SELECT 'room-' || n %% rooms, n / rooms + 1, n / rooms + 1, 'person-' || n %% 500, repeat('some words ', 9), md5(n::text), 1
	FROM generate_series(%d, %d) AS n, (SELECT greatest(current_setting('parley.rooms')::int, 1) AS rooms) AS r`
)

// makePartitioned makes the other table, with the same columns, checks and indexes.
func makePartitioned(b *testing.B, db *pgx.Conn) {
	b.Helper()
	ask(b, db, fmt.Sprintf(`SET parley.rooms = %d`, max(*rows/10_000, 1)))
	ask(b, db, `CREATE TABLE parted (LIKE messages INCLUDING ALL) PARTITION BY HASH (room)`)
	for i := range partitions {
		ask(b, db, fmt.Sprintf(`CREATE TABLE parted_%d PARTITION OF parted FOR VALUES WITH (MODULUS %d, REMAINDER %d)`, i, partitions, i))
	}
}

// insertSome stores a tenth of the batches, each in a transaction of its own, as
// the service does.
func insertSome(b *testing.B, db *pgx.Conn, table string, turn int) time.Duration {
	b.Helper()
	rooms := max(*rows/10_000, 1)
	began := time.Now()
	for i := range batches / 10 {
		var names []string
		var ids []int64
		for n := range inBatch {
			names = append(names, fmt.Sprint("room-", rand.IntN(rooms)))
			ids = append(ids, int64(1_000_000+(turn*batches+i)*inBatch+n))
		}
		if _, err := db.Exec(b.Context(), `
			INSERT INTO `+table+` (room, id, revision, username, body, client_id, renderer)
			SELECT room, id, id, 'person-1', repeat('some words ', 9), md5(id::text), 1 FROM unnest($1::text[], $2::int8[]) AS said (room, id)`, names, ids); err != nil {
			b.Fatal(err)
		}
	}
	return time.Since(began)
}

func readSome(b *testing.B, db *pgx.Conn, table string) time.Duration {
	b.Helper()
	rooms := max(*rows/10_000, 1)
	began := time.Now()
	for range reads / 10 {
		if _, err := db.Exec(b.Context(), `SELECT id, body FROM `+table+` WHERE room = $1 ORDER BY id DESC LIMIT 50`, fmt.Sprint("room-", rand.IntN(rooms))); err != nil {
			b.Fatal(err)
		}
	}
	return time.Since(began)
}

func report(b *testing.B, table, unit string, value float64) {
	b.Helper()
	b.ReportMetric(value, table+"-"+unit)
	b.Logf("%s %s %.2f", table, unit, value)
}

func ask(b *testing.B, db *pgx.Conn, sql string) {
	b.Helper()
	if _, err := db.Exec(b.Context(), sql, pgx.QueryExecModeSimpleProtocol); err != nil {
		b.Fatalf("%s: %s", strings.TrimSpace(sql), err)
	}
}

func one(b *testing.B, db *pgx.Conn, sql string, args []any, to ...any) {
	b.Helper()
	if err := db.QueryRow(b.Context(), sql, args...).Scan(to...); err != nil {
		b.Fatal(err)
	}
}

// cached returns a connection that keeps prepared statements, as the services'.
func cached(b *testing.B, url string) *pgx.Conn {
	b.Helper()
	db, err := pgx.Connect(b.Context(), url)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close(b.Context()) })
	return db
}
