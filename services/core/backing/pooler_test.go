package backing_test

import (
	"context"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"parley/core/backing"
	"parley/testkit"
)

// Behind PgBouncer a session without the role's settings is refused. Settings that
// a pool's statements need come with each of them, and stay in no session.
func TestBehindPgBouncer(t *testing.T) {
	t.Parallel()
	server, _ := testkit.Postgres(t)
	bouncer := testkit.PgBouncer(t, server)
	url := bouncer.URLOf("postgres", "postgres")
	tuned, err := backing.OpenTuned(t.Context(), url, "test", 4, backing.Setting{Name: "enable_seqscan", Value: "off"}, backing.Setting{Name: "lock_timeout", Value: "123"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tuned.Close)
	if err := tuned.Ping(t.Context()); !backing.Unavailable(err) || !strings.Contains(err.Error(), "ALTER ROLE") {
		t.Errorf("a role without settings: %v", err)
	}
	for _, setting := range []string{"synchronous_commit = 'on'", "statement_timeout = '10s'", "idle_in_transaction_session_timeout = '10s'"} {
		if err := server.Run(t.Context(), `ALTER ROLE postgres SET `+setting); err != nil {
			t.Fatal(err)
		}
	}
	if err := server.Run(t.Context(), `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'`); err != nil {
		t.Fatal(err)
	}
	await(t, "the sessions have them", func() bool { return tuned.Ping(t.Context()) == nil })

	for range 5 {
		bringsSettings(t, tuned)
	}
	for range 8 { // an error gives its connection back
		rows, err := tuned.Query(t.Context(), `SELECT 1 / (1 - $1::int)`, 1)
		if err == nil {
			_, err = pgx.CollectRows(rows, pgx.RowTo[int])
		}
		if backing.Code(err) != "22012" {
			t.Fatal(err)
		}
	}
	if used := tuned.Stat().AcquiredConns(); used > 0 {
		t.Errorf("%d connections are lost", used)
	}
}

// bringsSettings asks which settings there are, in the ways that have them and in
// one that has not.
func bringsSettings(t *testing.T, tuned *backing.Tuned) {
	t.Helper()
	const settings = `SELECT current_setting('enable_seqscan') || ' ' || current_setting('lock_timeout') || ' ' || $1::text`
	rows, err := tuned.Query(t.Context(), settings, "x")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[string]); err != nil || got != "off 123ms x" {
		t.Errorf("%q, %v", got, err)
	}
	batch := &pgx.Batch{}
	batch.Queue(settings, "y")
	results := tuned.SendBatch(t.Context(), batch)
	var got string
	if err := results.QueryRow().Scan(&got); err != nil || got != "off 123ms y" {
		t.Errorf("%q, %v", got, err)
	}
	if err := results.Close(); err != nil {
		t.Error(err)
	}
	if err := tuned.QueryRow(t.Context(), settings, "z").Scan(&got); err != nil || got != "on 0 z" {
		t.Errorf("a session was left with %q, %v", got, err)
	}
}

func TestWhatAPoolerCannotBeTold(t *testing.T) {
	t.Parallel()
	for url, setting := range map[string]string{
		"postgres://h/d?default_query_exec_mode=simple_protocol": "",
		"postgres://h/d?default_query_exec_mode=exec":            "",
		"postgres://h/d?default_query_exec_mode=cache_describe":  "work_mem",
	} {
		var settings []backing.Option
		if setting != "" {
			settings = append(settings, backing.Setting{Name: setting, Value: "1"})
		}
		if pool, err := backing.Postgres(context.WithoutCancel(t.Context()), url, "test", 1, settings...); err == nil {
			pool.Close()
			t.Errorf("%s with %q was accepted", url, setting)
		}
	}
}
