package testkit

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"parley/core/backing"
	"parley/migrations"
)

// template is the migrated database that each test's own is copied from.
const template = "parley_template"

// shared is the Postgres that the tests of one package share.
var shared struct {
	once   sync.Once
	dir    string
	server *PostgresServer
	err    error
	number atomic.Int64
}

// Main runs a package's tests and stops afterwards what they started.
func Main(m *testing.M) {
	code := m.Run()
	if shared.server != nil {
		if err := shared.server.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, "stop Postgres:", err)
			code = max(code, 1)
		}
	}
	if shared.dir != "" {
		if err := os.RemoveAll(shared.dir); err != nil {
			fmt.Fprintln(os.Stderr, "remove test files:", err)
			code = max(code, 1)
		}
	}
	os.Exit(code)
}

// Database returns a pool on a new migrated database that only t uses. A test
// that needs Postgres fails where there is none; it doesn't skip.
func Database(t testing.TB) *pgxpool.Pool {
	t.Helper()
	pool, err := backing.Postgres(t.Context(), DatabaseURL(t), "test", 16)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// DatabaseURL returns the URL of a new migrated database that only t uses.
func DatabaseURL(t testing.TB) string {
	t.Helper()
	shared.once.Do(func() { shared.err = startShared() })
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	name := fmt.Sprintf("test_%d", shared.number.Add(1))
	if err := createDatabase(t.Context(), name, template); err != nil {
		t.Fatal(err)
	}
	return shared.server.URL(name)
}

// EmptyDatabaseURL returns the URL of a new database without any tables.
func EmptyDatabaseURL(t testing.TB) string {
	t.Helper()
	shared.once.Do(func() { shared.err = startShared() })
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	name := fmt.Sprintf("test_%d", shared.number.Add(1))
	if err := createDatabase(t.Context(), name, "template0"); err != nil {
		t.Fatal(err)
	}
	return shared.server.URL(name)
}

// Redis returns a running Redis that only t uses, and may stop and start.
// Settings are lines of its configuration.
func Redis(t testing.TB, settings ...string) *RedisServer {
	t.Helper()
	server, err := NewRedis(t.TempDir(), 0, nil, settings...)
	return running(t, server, err)
}

// Cluster returns a running Redis Cluster of three masters and a replica of
// each, which only t uses, and whose servers it may stop and start. Settings are
// lines of their configuration.
func Cluster(t testing.TB, settings ...string) *RedisCluster {
	t.Helper()
	cluster, err := NewRedisCluster(t.TempDir(), 3, nil, settings...)
	return running(t, cluster, err)
}

// Sentinels returns running Sentinels that watch a Redis and its replicas, which
// only t uses, and may stop and start.
func Sentinels(t testing.TB) *RedisSentinels {
	t.Helper()
	sentinels, err := NewRedisSentinels(t.TempDir(), nil)
	return running(t, sentinels, err)
}

// running starts a server that was prepared, unless that failed, until t ends.
func running[S interface {
	Start(context.Context) error
	Stop() error
}](t testing.TB, server S, err error) S {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	})
	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return server
}

// Postgres returns a running Postgres that only t uses, and may stop and
// start, and the URL of a migrated database on it.
func Postgres(t testing.TB) (server *PostgresServer, url string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "parley-pg-") //nolint:usetesting // t.TempDir is closed to the postgres account
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if server, err = NewPostgres(dir, 0, nil); err != nil {
		t.Fatal(err)
	}
	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	})
	url = server.URL("postgres")
	if _, err := migrations.Up(url); err != nil {
		t.Fatal(err)
	}
	return server, url
}

func startShared() (err error) {
	ctx := context.Background()
	if shared.dir, err = os.MkdirTemp("", "parley-test-"); err != nil {
		return fmt.Errorf("make folder for tests: %w", err)
	}
	if err := os.Chmod(shared.dir, 0o755); err != nil { // the postgres account must get through
		return fmt.Errorf("open folder for Postgres: %w", err)
	}
	// fsync=off: a test's data need not outlive the machine's power.
	shared.server, err = NewPostgres(filepath.Join(shared.dir, "pg"), 0, nil, "fsync=off", "max_connections=300")
	if err != nil {
		return err
	}
	if err := shared.server.Start(ctx); err != nil {
		return err
	}
	if err := createDatabase(ctx, template, "template0"); err != nil {
		return err
	}
	_, err = migrations.Up(shared.server.URL(template))
	return err
}

func createDatabase(ctx context.Context, name, from string) error {
	conn, err := pgx.Connect(ctx, shared.server.URL("postgres"))
	if err != nil {
		return fmt.Errorf("connect to create a database: %w", err)
	}
	defer conn.Close(ctx)
	sql := "CREATE DATABASE " + pgx.Identifier{name}.Sanitize() + " TEMPLATE " + pgx.Identifier{from}.Sanitize()
	if _, err := conn.Exec(ctx, sql); err != nil {
		return fmt.Errorf("create database: %w", err)
	}
	return nil
}
