package upgrade

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"parley/deploy/e2e/chaos/load"
	"parley/deploy/e2e/history"
	"parley/deploy/e2e/release"
	"parley/deploy/e2e/system"
)

const (
	buildPatience = 10 * time.Minute
	patience      = 2 * time.Minute // for what a quiet machine does in some seconds
	replayLimit   = 2000            // small enough that some who begin far behind are reset
	people        = 4
	movers        = 3
)

// crowd is as large as the machine can well bear while programs start.
var crowd = load.Plan{
	Rooms: 3, Posters: 8, Think: 60 * time.Millisecond,
	Listeners: 12, Slow: 1, Stay: 4 * time.Second, Join: 600 * time.Millisecond, Large: true,
	Private: 2, Move: 400 * time.Millisecond, Retitle: 500 * time.Millisecond,
	Changers: 6, Change: 120 * time.Millisecond,
}

func TestUpgradeAndBack(t *testing.T) {
	root, err := system.Repository()
	if err != nil {
		t.Fatal(err)
	}
	releases, err := release.Before(t.Context(), root, os.Getenv("PARLEY_PREVIOUS"))
	if err != nil {
		t.Fatal(err)
	}
	now := t.TempDir()
	build(t, root, now)
	for _, before := range releases {
		t.Run(before.Name, func(t *testing.T) {
			tree := filepath.Join(root, ".local", "releases", before.Commit)
			if err := before.Unpack(t.Context(), root, tree); err != nil {
				t.Fatal(err)
			}
			bin := t.TempDir()
			build(t, tree, bin)
			there(t, open(t, before, bin), bin, now)
		})
	}
}

func build(t *testing.T, tree, bin string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), buildPatience)
	defer cancel()
	if err := system.Build(ctx, tree, bin); err != nil {
		t.Fatal(err)
	}
}

// place is a Parley that goes from one release to another.
type place struct {
	system.System
	system.Releases
	site *load.Site
}

// open starts a Parley of the release before, and makes people.
func open(t *testing.T, before release.Release, bin string) *place {
	t.Helper()
	parley, err := system.New(patient(t), "native", system.Options{
		Log: "upgrade-" + before.Commit[:12], Bin: bin,
		Settings: map[string]string{"REPLAY_LIMIT": strconv.Itoa(replayLimit), "STREAM_MAX_AGE": "20s"},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := parley.Close(); err != nil { // a data race or a panic of either release, too
			t.Error(err)
		}
	})
	releases, ok := parley.(system.Releases)
	if !ok {
		t.Fatal("this system can't change its release")
	}
	p := &place{parley, releases, &load.Site{URL: parley.URL(), DatabaseURL: parley.DatabaseURL, ReplayLimit: replayLimit}}
	if err := p.site.Register(patient(t), people, movers); err != nil {
		t.Fatal(err)
	}
	url, err := parley.DatabaseURL(patient(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := load.Watch(patient(t), url); err != nil {
		t.Fatal(err)
	}
	return p
}

// there upgrades and goes back, and judges.
func there(t *testing.T, p *place, before, now string) {
	t.Helper()
	began := time.Now()
	run, err := load.Begin(patient(t), p.site, crowd, uint64(began.UnixNano()))
	if err != nil {
		t.Fatal(err)
	}
	defer run.Abandon()
	for _, step := range steps(p, before, now) {
		from := run.Recorder().Now()
		if err := step.do(patient(t)); err != nil {
			t.Fatalf("%s: %s", step.name, err)
		}
		took := run.Recorder().Now() - from
		run.Recorder().Fault(history.Fault{Name: step.name, From: from})
		if err := p.goOn(patient(t), run); err != nil {
			t.Fatalf("%s: %s", step.name, err)
		}
		t.Logf("%-40s %6s, and a while after it %s", step.name, took.Round(time.Millisecond), (run.Recorder().Now() - from - took).Round(time.Millisecond))
	}
	judge(t, run, began)
}

type step struct {
	name string
	do   func(context.Context) error
}

// steps are an upgrade as docs/operating.md has it, and the way back. A replica
// of either service is replaced first on one of the ways: neither waits for the
// other.
func steps(p *place, before, now string) []step {
	replace := func(part, bin string) func(context.Context) error {
		return func(ctx context.Context) error { return p.Replace(ctx, part, bin) }
	}
	migrate := func(bin string) func(context.Context) error {
		return func(ctx context.Context) error { return p.Migrate(ctx, bin) }
	}
	return []step{
		{"the release before", func(context.Context) error { return nil }},
		{"migrate", migrate(now)},
		{"stream-1 is new", replace("stream-1", now)},
		{"messages-1 is new", replace("messages-1", now)},
		{"stream-2 is new", replace("stream-2", now)},
		{"messages-2 is new: upgraded", replace("messages-2", now)},
		{"migrations of the release before", migrate(before)}, // as compose runs them; they must leave all as it is
		{"messages-1 is old again", replace("messages-1", before)},
		{"stream-1 is old again", replace("stream-1", before)},
		{"messages-2 is old again", replace("messages-2", before)},
		{"stream-2 is old again: rolled back", replace("stream-2", before)},
	}
}

// goOn lets the crowd do something of everything, and every replica its share.
func (p *place) goOn(ctx context.Context, run *load.Run) error {
	for _, part := range system.Parts()[2:] {
		err := load.Await(ctx, part+" is ready", func(ctx context.Context) error { return system.Ready(ctx, p.System, part) })
		if err != nil {
			return err
		}
	}
	before, err := p.work(ctx)
	if err != nil {
		return err
	}
	return errors.Join(
		run.AwaitStreams(ctx), run.AwaitPosts(ctx, 150), run.AwaitChanges(ctx, 30), run.AwaitMoves(ctx, 5),
		load.Await(ctx, "every replica works", func(ctx context.Context) error {
			now, err := p.work(ctx)
			if err != nil {
				return err
			}
			for part, n := range before {
				if now[part] <= n {
					return fmt.Errorf("%s does nothing", part)
				}
			}
			return nil
		}))
}

func judge(t *testing.T, run *load.Run, began time.Time) {
	t.Helper()
	summary, violations, err := run.Verdict(t.Context(), patience)
	if err != nil {
		t.Fatal(err)
	}
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
