package failover

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"parley/core/wire"
	"parley/deploy/e2e/chaos/load"
	"parley/deploy/e2e/history"
	"parley/deploy/e2e/system"
	"parley/testkit"
)

const (
	patience    = 2 * time.Minute // for what a quiet machine does in some seconds
	replayLimit = 2000
	people      = 4
	movers      = 3
	away        = 9 * time.Second // so long a master is killed or frozen

	// liveAgain is within what time after a master has died messages come through
	// Redis again, with the timeouts of a second that testkit sets.
	liveAgain = 5 * time.Second
	// quick is what a message takes at the median through Redis on a machine that
	// does much else. From Postgres it takes half a second, for heads are
	// compared every second.
	quick  = 300 * time.Millisecond
	window = 500 * time.Millisecond // of a median
)

var crowd = load.Plan{
	Rooms: 3, Posters: 6, Think: 60 * time.Millisecond,
	Listeners: 12, Stay: 20 * time.Second,
	Private: 1, Move: 500 * time.Millisecond, Retitle: time.Second,
	Changers: 4, Change: 200 * time.Millisecond,
}

// bin is the folder of the services' programs.
var bin string

func TestMain(m *testing.M) {
	dir, err := build()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	bin = dir
	code := m.Run()
	if err := os.RemoveAll(bin); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = max(code, 1)
	}
	os.Exit(code)
}

func build() (dir string, err error) {
	root, err := system.Repository()
	if err != nil {
		return "", err
	}
	if dir, err = os.MkdirTemp("", "parley-failover-"); err != nil {
		return "", err
	}
	return dir, system.Build(context.Background(), root, dir)
}

func TestClusterFailsOver(t *testing.T) {
	cluster := testkit.Cluster(t)
	failsOver(t, cluster.URL(), func(ctx context.Context, room string) (*testkit.RedisServer, error) {
		return cluster.Master(ctx, wire.RoomTopic(room).Channel())
	})
}

func TestSentinelsFailOver(t *testing.T) {
	sentinels := testkit.Sentinels(t)
	failsOver(t, sentinels.URL(), func(ctx context.Context, _ string) (*testkit.RedisServer, error) {
		return sentinels.Master(ctx)
	})
}

// failsOver has a crowd talk while the master of the first room is killed, and
// then while its successor is frozen.
func failsOver(t *testing.T, url string, master func(context.Context, string) (*testkit.RedisServer, error)) {
	t.Helper()
	site := open(t, url)
	run, err := load.Begin(patient(t), site, crowd, uint64(time.Now().UnixNano()))
	if err != nil {
		t.Fatal(err)
	}
	defer run.Abandon()
	if err := run.AwaitStreams(patient(t)); err != nil {
		t.Fatal(err)
	}
	if err := run.AwaitPosts(patient(t), 100); err != nil {
		t.Fatal(err)
	}
	var faults []history.Fault
	strike := func(name string, down, up func(*testkit.RedisServer) error) {
		server, err := master(patient(t), run.Rooms[0])
		if err != nil {
			t.Fatal(err)
		}
		fault := history.Fault{Name: name, From: run.Recorder().Now()}
		if err := down(server); err != nil {
			t.Fatal(err)
		}
		<-time.After(away) // the crowd talks meanwhile
		if err := up(server); err != nil {
			t.Fatal(err)
		}
		fault.To = run.Recorder().Now()
		faults = append(faults, fault)
		run.Recorder().Fault(fault)
		if err := run.AwaitPosts(patient(t), 100); err != nil {
			t.Fatal(err)
		}
	}
	strike("master killed",
		func(s *testkit.RedisServer) error { return s.Process().Stop(syscall.SIGKILL, patience) },
		func(s *testkit.RedisServer) error { return s.Start(patient(t)) })
	strike("master frozen",
		func(s *testkit.RedisServer) error { return s.Process().Signal(syscall.SIGSTOP) },
		func(s *testkit.RedisServer) error { return s.Process().Signal(syscall.SIGCONT) })
	judge(t, run, faults)
}

func open(t *testing.T, redisURL string) *load.Site {
	t.Helper()
	parley, err := system.New(patient(t), "native", system.Options{
		Log: "failover-" + t.Name(), Bin: bin, RedisURL: redisURL,
		Settings: map[string]string{"REPLAY_LIMIT": strconv.Itoa(replayLimit), "STREAM_MAX_AGE": "60s"},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := parley.Close(); err != nil { // a data race or a panic, too
			t.Error(err)
		}
	})
	site := &load.Site{URL: parley.URL(), DatabaseURL: parley.DatabaseURL, ReplayLimit: replayLimit}
	if err := site.Register(patient(t), people, movers); err != nil {
		t.Fatal(err)
	}
	url, err := parley.DatabaseURL(patient(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := load.Watch(patient(t), url); err != nil {
		t.Fatal(err)
	}
	return site
}

func judge(t *testing.T, run *load.Run, faults []history.Fault) {
	t.Helper()
	if err := run.Settle(t.Context(), patience); err != nil {
		t.Fatal(err)
	}
	h, err := run.Judge(patient(t))
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range history.Check(h) {
		if i == 5 {
			t.Fatal("and more")
		}
		t.Error(v)
	}
	t.Log(h.Summarize())
	deliveries := h.Deliveries()
	for _, fault := range faults {
		took := slowUntil(deliveries, run.Rooms[0], fault.From, fault.To)
		t.Logf("%s: live again after %s", fault.Name, took)
		if took > liveAgain {
			t.Errorf("%s: live again after %s, want %s", fault.Name, took, liveAgain)
		}
	}
}

// slowUntil returns for how long after from the messages of a room were slow: up
// to the end of the last window with a median that is not quick.
func slowUntil(deliveries []history.Delivery, room string, from, to time.Duration) (slow time.Duration) {
	windows := make(map[time.Duration][]time.Duration)
	for _, d := range deliveries {
		if d.Room == room && d.Answered >= from && d.Answered < to {
			at := (d.Answered - from).Truncate(window)
			windows[at] = append(windows[at], d.Late)
		}
	}
	for at, late := range windows {
		slices.Sort(late)
		if late[len(late)/2] > quick {
			slow = max(slow, at+window)
		}
	}
	return slow
}

func patient(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}
