package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"parley/deploy/e2e/chaos/load"
	"parley/deploy/e2e/history"
	"parley/deploy/e2e/system"
)

const (
	startPatience = 6 * time.Minute
	patience      = 5 * time.Minute // for pods to come and go, one by one, each with its time to drain
	replayLimit   = 5000
	people        = 4
	movers        = 2

	listeners = 2000
	posters   = 25
	posts     = 50 // a second, of all posters
)

// crowd posts and listens in every case, and 2,000 more listen, evenly, to the rooms.
var crowd = load.Plan{
	Rooms: 20, Posters: posters, Think: posters * time.Second / posts,
	Listeners: 8, Stay: 10 * time.Second,
	Private: 2, Move: time.Second, Changers: 2, Change: 500 * time.Millisecond,
}

var (
	parley  system.System
	cluster system.Cluster
	site    *load.Site
)

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) (code int) {
	ctx, cancel := context.WithTimeout(context.Background(), startPatience)
	defer cancel()
	err := start(ctx)
	if parley != nil {
		defer func() {
			if err := parley.Close(); err != nil {
				fmt.Fprintln(os.Stderr, "stop Parley:", err)
				code = 1
			}
		}()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "start Parley:", err)
		return 1
	}
	return m.Run()
}

// start starts a Parley with two gateways, and makes people.
func start(ctx context.Context) (err error) {
	parley, err = system.New(ctx, "kubernetes", system.Options{Log: "cluster", Settings: map[string]string{
		"REPLAY_LIMIT": strconv.Itoa(replayLimit), "STREAM_MAX_AGE": "30s", "DRAIN_TIME": "5s",
	}})
	if err != nil {
		return err
	}
	var ok bool
	if cluster, ok = parley.(system.Cluster); !ok {
		return errors.New("this system is no cluster")
	}
	if _, err := cluster.Kubectl(ctx, "scale", "deployment/nginx", "--replicas=2"); err != nil {
		return err
	}
	if err := cluster.Settled(ctx); err != nil {
		return err
	}
	site = &load.Site{URL: parley.URL(), DatabaseURL: parley.DatabaseURL, ReplayLimit: replayLimit}
	if err := site.Register(ctx, people, movers); err != nil {
		return err
	}
	url, err := parley.DatabaseURL(ctx)
	if err != nil {
		return err
	}
	return load.Watch(ctx, url)
}

// begin sets the crowd to work.
func begin(t *testing.T) *load.Run {
	t.Helper()
	r, err := load.Begin(patient(t), site, crowd, uint64(time.Now().UnixNano()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Abandon)
	r.Crowd(listeners)
	goOn(t, r)
	return r
}

// goOn waits until everybody listens, and much is posted.
func goOn(t *testing.T, r *load.Run) {
	t.Helper()
	if err := errors.Join(r.AwaitEach(patient(t)), r.AwaitPosts(patient(t), 5*posts)); err != nil {
		t.Fatal(err)
	}
}

// step does something to the system, waits until it is done with it, and lets
// the crowd go on.
func step(t *testing.T, r *load.Run, name string, do func(context.Context) error) {
	t.Helper()
	began, acked, from := time.Now(), r.Acknowledged(), r.Recorder().Now()
	if err := errors.Join(do(patient(t)), cluster.Settled(patient(t))); err != nil {
		t.Fatalf("%s: %s", name, err)
	}
	took := time.Since(began)
	r.Recorder().Fault(history.Fault{Name: name, From: from})
	goOn(t, r)
	t.Logf("%s: took %s, at %.1f posts/s", name, took.Round(time.Second), float64(r.Acknowledged()-acked)/time.Since(began).Seconds())
}

// judge ends the run. Nothing may have been missed.
func judge(t *testing.T, r *load.Run) {
	t.Helper()
	summary, violations, err := r.Verdict(t.Context(), patience)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(summary)
	for _, v := range violations[:min(5, len(violations))] {
		t.Error(v)
	}
}

// kubectl is for what must go well.
func kubectl(t *testing.T, args ...string) string {
	t.Helper()
	out, err := cluster.Kubectl(patient(t), args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func patient(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}
