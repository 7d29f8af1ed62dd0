package standby

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/deploy/e2e/chaos"
	"parley/deploy/e2e/chaos/load"
	"parley/deploy/e2e/history"
	"parley/deploy/e2e/system"
)

const (
	startPatience = 10 * time.Minute // the programs are built first
	patience      = 3 * time.Minute  // for what a quiet machine does in some seconds
	replayLimit   = 2000             // small enough that some who begin far behind are reset
	people        = 4
	movers        = 3
)

var crowd = load.Plan{
	Rooms: 3, Posters: 8, Think: 60 * time.Millisecond,
	Listeners: 12, Slow: 1, Stay: 4 * time.Second, Join: 600 * time.Millisecond, Large: true,
	Private: 2, Move: 400 * time.Millisecond, Retitle: 500 * time.Millisecond,
	Changers: 6, Change: 120 * time.Millisecond,
}

// place is a Parley with a replica of Postgres.
type place struct {
	system.System
	standby string // its URL
	now     string // the URL of the Postgres that takes writes
	site    *load.Site
}

func open(t *testing.T) *place {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), startPatience)
	defer cancel()
	parley, err := system.New(ctx, "native", system.Options{
		Log: "standby", Standby: true, Bin: os.Getenv("PARLEY_BIN"),
		Settings: map[string]string{"REPLAY_LIMIT": strconv.Itoa(replayLimit), "STREAM_MAX_AGE": "20s"},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := parley.Close(); err != nil { // a data race or a panic, too
			t.Error(err)
		}
	})
	p := &place{System: parley}
	if with, ok := parley.(system.Standby); ok {
		p.standby = with.StandbyURL()
	}
	if p.now, err = parley.DatabaseURL(ctx); err != nil {
		t.Fatal(err)
	}
	p.site = &load.Site{URL: parley.URL(), ReplayLimit: replayLimit, DatabaseURL: func(context.Context) (string, error) { return p.now, nil }}
	if err := p.site.Register(ctx, people, movers); err != nil {
		t.Fatal(err)
	}
	if err := load.Watch(ctx, p.now); err != nil {
		t.Fatal(err)
	}
	return p
}

// The replica stops to replay, hangs, and goes away. Then it confirms every commit,
// the primary is killed, and the replica promoted. Nothing acknowledged is lost,
// and nobody who listens misses anything.
func TestReplicaTakesOver(t *testing.T) {
	p := open(t)
	began := time.Now()
	run, err := load.Begin(patient(t), p.site, crowd, uint64(began.UnixNano()))
	if err != nil {
		t.Fatal(err)
	}
	defer run.Abandon()
	for _, step := range p.steps() {
		from := run.Recorder().Now()
		if err := step.do(patient(t)); err != nil {
			t.Fatalf("%s: %s", step.name, err)
		}
		took := run.Recorder().Now() - from
		run.Recorder().Fault(history.Fault{Name: step.name, From: from})
		if err := p.goOn(patient(t), run); err != nil {
			t.Fatalf("%s: %s", step.name, err)
		}
		t.Logf("%-40s %8s, and a while after it %s; %s", step.name, took.Round(time.Millisecond),
			(run.Recorder().Now() - from - took).Round(time.Millisecond), p.reads(t))
	}
	judge(t, run, began)
}

type step struct {
	name string
	do   func(context.Context) error
}

func (p *place) steps() []step {
	onStandby := func(sql string) func(context.Context) error {
		return func(ctx context.Context) error { return ask(ctx, p.standby, sql) }
	}
	standby := func(do func(context.Context, string) error) func(context.Context) error {
		return func(ctx context.Context) error { return do(ctx, "standby") }
	}
	return []step{
		{"the replica is read from", func(context.Context) error { return nil }},
		{"it replays no more", onStandby(`SELECT pg_wal_replay_pause()`)},
		{"it replays again", onStandby(`SELECT pg_wal_replay_resume()`)},
		{"it hangs", standby(p.Pause)},
		{"it goes on", standby(p.Resume)},
		{"it is killed", standby(p.Kill)},
		{"it is back", standby(p.Start)},
		{"it confirms every commit", p.synchronous},
		{"the primary is killed, the replica promoted", p.promote},
	}
}

// synchronous has commits wait for the replica.
func (p *place) synchronous(ctx context.Context) error {
	for _, sql := range []string{`ALTER SYSTEM SET synchronous_standby_names = 'standby'`, `SELECT pg_reload_conf()`} {
		if err := ask(ctx, p.now, sql); err != nil {
			return err
		}
	}
	return load.Await(ctx, "commits wait for the replica", func(ctx context.Context) error {
		return ask(ctx, p.now, `SELECT 1 / count(*) FROM pg_stat_replication WHERE application_name = 'standby' AND sync_state = 'sync'`)
	})
}

func (p *place) promote(ctx context.Context) error {
	if err := p.Kill(ctx, "postgres"); err != nil {
		return err
	}
	p.now = p.standby
	return ask(ctx, p.standby, `SELECT pg_promote(true, 60)`)
}

// goOn lets the crowd do something of everything.
func (p *place) goOn(ctx context.Context, run *load.Run) error {
	for _, part := range system.Parts()[2:] {
		err := load.Await(ctx, part+" is ready", func(ctx context.Context) error { return system.Ready(ctx, p.System, part) })
		if err != nil {
			return err
		}
	}
	return errors.Join(run.AwaitStreams(ctx), run.AwaitPosts(ctx, 100), run.AwaitChanges(ctx, 20), run.AwaitMoves(ctx, 5))
}

// reads tells how many reads replicas were asked for so far, answered or not.
func (p *place) reads(t *testing.T) string {
	t.Helper()
	var all, up float64
	for _, part := range []string{"messages-1", "messages-2", "stream-1", "stream-2"} {
		m, err := chaos.Metrics(patient(t), p.System, part)
		if err != nil {
			t.Fatal(err)
		}
		all, up = all+m["parley_postgres_replica_reads_total"], up+m["parley_postgres_replica_up"]
	}
	return fmt.Sprintf("%.0f reads of replicas so far, %.0f of 4 services ask it", all, up)
}

func ask(ctx context.Context, url, sql string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("connect to Postgres: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, sql); err != nil {
		return fmt.Errorf("%s: %w", sql, err)
	}
	return nil
}

func judge(t *testing.T, run *load.Run, began time.Time) {
	t.Helper()
	if err := run.Settle(t.Context(), patience); err != nil {
		t.Fatal(err)
	}
	h, err := run.Judge(patient(t))
	if err != nil {
		t.Fatal(err)
	}
	violations := history.Check(h)
	summary := h.Summarize()
	summary.Violations = len(violations)
	t.Logf("%s; took %s", summary, time.Since(began).Round(time.Second))
	const most = 5
	for _, v := range violations[:min(most, len(violations))] {
		t.Error(v)
	}
	if more := len(violations) - most; more > 0 {
		t.Errorf("and %d more", more)
	}
}

func patient(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}
