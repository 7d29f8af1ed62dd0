package backing_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"

	"parley/core/backing"
	"parley/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func TestUnavailable(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		err  error
		want bool
	}{
		{nil, false},
		{errors.New("other"), false},
		{pgx.ErrNoRows, false},
		{context.Canceled, false},
		{context.DeadlineExceeded, true},
		{io.ErrUnexpectedEOF, true},
		{&net.OpError{Op: "read", Err: syscall.ECONNRESET}, true},
		{pgconn.ErrConnClosed, true},
		{refusal("57P01"), true},
		{refusal("57P03"), true},
		{refusal("57014"), true},
		{refusal("0A000"), true},
		{refusal("53300"), true},
		{refusal("55P03"), true},
		{refusal("40P01"), true},
		{refusal("25006"), true},
		{refusal("42P01"), true},
		{refusal("42703"), true},
		{refusal("08006"), true},
		{refusal("23505"), false},
		{refusal("22021"), false},
		{refusal("42601"), false},
		{refusal("28P01"), false},
	} {
		err := row.err
		if err != nil {
			err = fmt.Errorf("wrapped: %w", err)
		}
		if got := backing.Unavailable(err); got != row.want {
			t.Errorf("%v: %v", row.err, got)
		}
	}
	if code := backing.Code(fmt.Errorf("wrapped: %w", refusal("23505"))); code != "23505" {
		t.Errorf("code %q", code)
	}
}

func refusal(code string) error { return &pgconn.PgError{Code: code} }

func TestPostgresSettings(t *testing.T) {
	t.Parallel()
	pool := testkit.Database(t)
	for name, want := range map[string]string{
		"synchronous_commit": "on", "TimeZone": "UTC", "application_name": "test",
		"statement_timeout": "10s", "idle_in_transaction_session_timeout": "10s",
	} {
		var got string
		if err := pool.QueryRow(t.Context(), `SELECT current_setting($1)`, name).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %q, %v; want %q", name, got, err, want)
		}
	}
}

// After the schema was changed a statement fails once, and not once on each
// connection.
func TestChangedSchemaReplacesAllConnections(t *testing.T) {
	t.Parallel()
	const conns = 4
	pool, err := backing.Postgres(t.Context(), testkit.Database(t).Config().ConnString(), "test", conns)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	// onAll asks on all connections at once, and returns how many failed.
	onAll := func() (failed int) {
		var held []*pgxpool.Conn
		for range conns {
			conn, err := pool.Acquire(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			held = append(held, conn)
		}
		for _, conn := range held {
			var n int64
			if err := conn.QueryRow(t.Context(), `SELECT n FROM changing`).Scan(&n); err != nil {
				failed++
			}
			conn.Release()
		}
		return failed
	}
	if _, err := pool.Exec(t.Context(), `CREATE TABLE changing AS SELECT 1::int4 AS n`); err != nil {
		t.Fatal(err)
	}
	if n := onAll(); n > 0 {
		t.Fatalf("%d fail before anything has changed", n)
	}
	if _, err := pool.Exec(t.Context(), `ALTER TABLE changing ALTER n TYPE int8`); err != nil {
		t.Fatal(err)
	}
	var n int64
	if err := pool.QueryRow(t.Context(), `SELECT n FROM changing`).Scan(&n); !backing.Unavailable(err) {
		t.Fatalf("the first after the change: %v, want one that passes", err)
	}
	if n := onAll(); n > 0 {
		t.Errorf("%d of %d connections still have the statement of before", n, conns)
	}
}

func TestPostgresGoneIsUnavailable(t *testing.T) {
	t.Parallel()
	server, url := testkit.Postgres(t)
	pool, err := backing.Postgres(t.Context(), url, "test", 2)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	ask := func() error {
		var one int
		return pool.QueryRow(t.Context(), `SELECT 1`).Scan(&one)
	}
	if err := ask(); err != nil {
		t.Fatal(err)
	}
	if err := server.Stop(); err != nil {
		t.Fatal(err)
	}
	for range 3 { // the first finds a dead connection, the others none
		if err := ask(); !backing.Unavailable(err) {
			t.Errorf("%v is not told as Postgres being away", err)
		}
	}
	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := ask(); err != nil {
		t.Errorf("afterwards: %v", err)
	}
	pool.Close()
	if err := ask(); !backing.Unavailable(err) {
		t.Errorf("a closed pool: %v", err)
	}
}

func TestRedisGivesUpSoon(t *testing.T) {
	t.Parallel()
	server := testkit.Redis(t)
	client, err := backing.Redis(server.URL(), "test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	if err := client.Ping(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	if err := server.Process().Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if err := client.Ping(t.Context()).Err(); err == nil {
		t.Error("a Redis that is stopped answers")
	}
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("gave up after %s", took)
	}
	if err := server.Process().Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
}

// The name by which a service goes in CLIENT LIST, and what a Cluster's client asks
// all of its masters.
func TestEachMaster(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]int{testkit.Redis(t).URL(): 1, testkit.Cluster(t).URL(): 3} {
		client, err := backing.Redis(url, "messages admin")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = client.Close() })
		var asked atomic.Int32
		err = backing.EachMaster(t.Context(), client, func(ctx context.Context, master *redis.Client) error {
			asked.Add(1)
			name, err := master.ClientGetName(ctx).Result()
			if err == nil && name != "messages-admin" {
				err = fmt.Errorf("it goes by %q", name)
			}
			return err
		})
		if err != nil || int(asked.Load()) != want || backing.Sharded(client) != (want > 1) {
			t.Errorf("%s: %d masters, want %d; %v", url, asked.Load(), want, err)
		}
	}
}

func TestURLsThatAreNone(t *testing.T) {
	t.Parallel()
	if _, err := backing.Postgres(t.Context(), "postgres://host:port/x", "test", 1); err == nil {
		t.Error("a bad DATABASE_URL was accepted")
	}
	for _, url := range []string{"http://:secret@host", "redis://:secret@host:port", "redis://:secret@host/%zz", "redis://:secret@host/database", "://:secret@host"} {
		if _, err := backing.Redis(url, "test"); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v; want it refused, and the password untold", url, err)
		}
	}
}
