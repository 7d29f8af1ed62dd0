package testkit

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
)

// Follow makes s, which has no cluster yet, a streaming replica of primary: its
// cluster is a copy of primary's (pg_basebackup), which must be running. It
// shows as name there. A cluster that is there stays as it is.
func (s *PostgresServer) Follow(ctx context.Context, primary *PostgresServer, name string) error {
	if _, err := os.Stat(filepath.Join(s.data(), "PG_VERSION")); err == nil {
		return nil
	}
	if err := s.own(); err != nil {
		return err
	}
	s.password = primary.password
	fresh := filepath.Join(s.dir, "data.new")
	if err := os.RemoveAll(fresh); err != nil {
		return fmt.Errorf("remove half-made cluster: %w", err)
	}
	cmd, said, err := s.command("pg_basebackup", "-D", fresh, "-d", primary.URL("postgres")+"&application_name="+name,
		"-R", "-X", "stream", "-c", "fast", "--no-sync")
	if err != nil {
		return err
	}
	said.out = nil
	if err := finish(ctx, cmd); err != nil {
		return fmt.Errorf("copy cluster of the primary: %w\n%s", err, said)
	}
	if err := os.Rename(fresh, s.data()); err != nil {
		return fmt.Errorf("put cluster in place: %w", err)
	}
	if s.password == "" {
		return nil
	}
	// Replication takes a line of its own, here and on the primary.
	return s.notePassword()
}

// Promote makes a replica a primary, and returns when it takes writes.
func (s *PostgresServer) Promote(ctx context.Context) error {
	return s.Run(ctx, `SELECT pg_promote(true, 60)`)
}

// Pause has a replica replay no more of what it receives, until Resume.
func (s *PostgresServer) Pause(ctx context.Context) error {
	return s.Run(ctx, `SELECT pg_wal_replay_pause()`)
}

// Resume ends a pause.
func (s *PostgresServer) Resume(ctx context.Context) error {
	return s.Run(ctx, `SELECT pg_wal_replay_resume()`)
}

// Run runs a statement as the superuser.
func (s *PostgresServer) Run(ctx context.Context, sql string) (err error) {
	conn, err := pgx.Connect(ctx, s.URL("postgres"))
	if err != nil {
		return fmt.Errorf("connect to Postgres: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	if _, err := conn.Exec(ctx, sql); err != nil {
		return fmt.Errorf("run %q: %w", sql, err)
	}
	return nil
}

// SignalAll sends sig to the server and all its processes.
func (s *PostgresServer) SignalAll(sig syscall.Signal) error {
	pid := strconv.Itoa(s.process.PID())
	children, err := os.ReadFile("/proc/" + pid + "/task/" + pid + "/children")
	if err != nil {
		return fmt.Errorf("find processes of Postgres: %w", err)
	}
	for _, child := range strings.Fields(string(children)) {
		if n, err := strconv.Atoi(child); err == nil && syscall.Kill(n, sig) != nil {
			continue // it has ended meanwhile
		}
	}
	return s.process.Signal(sig)
}

// Pair returns a primary with a migrated database, as [Postgres] does, and a
// streaming replica of it. settings are the replica's.
func Pair(t testing.TB, settings ...string) (primary, standby *PostgresServer) {
	t.Helper()
	primary, _ = Postgres(t)
	return primary, Standby(t, primary, "standby", settings...)
}

// Standby returns a streaming replica of primary that only t uses.
func Standby(t testing.TB, primary *PostgresServer, name string, settings ...string) *PostgresServer {
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
	standby, err := NewPostgres(dir, 0, nil, settings...)
	if err == nil {
		err = standby.Follow(t.Context(), primary, name)
	}
	if err == nil {
		err = standby.Start(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := standby.Stop(); err != nil {
			t.Error(err)
		}
	})
	return standby
}

// EitherURL returns the URL of database on whichever of servers takes writes, for
// their superuser.
func EitherURL(database string, servers ...*PostgresServer) string {
	hosts := make([]string, len(servers))
	for i, s := range servers {
		hosts[i] = "127.0.0.1:" + strconv.Itoa(s.port)
	}
	return strings.Replace(servers[0].URL(database), hosts[0], strings.Join(hosts, ","), 1) + "&target_session_attrs=read-write"
}
