package box

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"parley/deploy/e2e/chaos/load"
	"parley/deploy/e2e/history"
)

const (
	patience    = 3 * time.Minute // for what a quiet machine does in some seconds
	replayLimit = 10_000          // the services' default
	people      = 4
	movers      = 2
)

// crowd is as large as a small machine can well bear while programs start.
var crowd = load.Plan{
	Rooms: 3, Posters: 6, Think: 80 * time.Millisecond,
	Listeners: 10, Slow: 1, Stay: 4 * time.Second, Join: 800 * time.Millisecond, Large: true,
	Private: 2, Move: 500 * time.Millisecond, Retitle: 500 * time.Millisecond,
	Changers: 4, Change: 150 * time.Millisecond,
}

// BOX_URL is where Parley is found, BOX_RELEASE the file of the release to
// upgrade to.
func TestUpgradeAndBack(t *testing.T) {
	url, release := os.Getenv("BOX_URL"), os.Getenv("BOX_RELEASE")
	if url == "" || release == "" {
		t.Fatal("this runs on a server that deploy/systemd/box/try.sh made, with BOX_URL and BOX_RELEASE")
	}
	site := &load.Site{URL: url, DatabaseURL: databaseURL, ReplayLimit: replayLimit}
	if err := site.Register(patient(t), people, movers); err != nil {
		t.Fatal(err)
	}
	database, err := databaseURL(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := load.Watch(patient(t), database); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	run, err := load.Begin(patient(t), site, crowd, uint64(began.UnixNano()))
	if err != nil {
		t.Fatal(err)
	}
	defer run.Abandon()
	for _, command := range [][]string{{"status"}, {"upgrade", release}, {"scale", "stream", "3"}, {"rollback"}, {"scale", "stream", "2"}, {"restart"}} {
		from := run.Recorder().Now()
		parley(t, command...)
		took := run.Recorder().Now() - from
		run.Recorder().Fault(history.Fault{Name: command[0], From: from})
		if err := goOn(patient(t), run); err != nil {
			t.Fatalf("after parley %s: %s", command, err)
		}
		t.Logf("parley %-40s %s", strings.Join(command, " "), took.Round(time.Millisecond))
	}
	judge(t, run, began)
}

func parley(t *testing.T, args ...string) {
	t.Helper()
	out, err := exec.CommandContext(patient(t), "parley", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("parley %s: %s\n%s", args, err, out)
	}
	t.Logf("parley %s says\n%s", args, out)
}

// goOn lets the crowd do something of everything.
func goOn(ctx context.Context, run *load.Run) error {
	return errors.Join(run.AwaitStreams(ctx), run.AwaitPosts(ctx, 150), run.AwaitChanges(ctx, 30), run.AwaitMoves(ctx, 5))
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

// databaseURL is that of the owner, whose password root may read.
func databaseURL(context.Context) (string, error) {
	password, err := os.ReadFile("/etc/parley/secrets/database-owner")
	if err != nil {
		return "", fmt.Errorf("read password: %w", err)
	}
	return "postgres://parley:" + string(password) + "@127.0.0.1:5432/parley?sslmode=disable", nil
}

func patient(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}
