package swarm

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"testing"
	"time"

	"parley/deploy/bench/internal/floor"
	"parley/deploy/bench/internal/load"
	"parley/testkit"
)

// The test's own program is a worker, or the floor, if its first argument says so.
// The floor closes descriptors by their numbers, and so has a process to itself.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "floor" {
		panic(floor.Serve(netip.MustParseAddrPort(os.Args[2])))
	}
	if len(os.Args) == 4 && os.Args[1] == "listen" {
		epoch, err := strconv.ParseInt(os.Args[2], 10, 64)
		if err != nil {
			panic(err)
		}
		first, err := strconv.Atoi(os.Args[3])
		if err != nil {
			panic(err)
		}
		if err := Main(time.Duration(epoch), first); err != nil {
			panic(err)
		}
		return
	}
	os.Exit(m.Run())
}

func startSwarm(t *testing.T, workers int) *Swarm {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	s, err := Start(workers, self, "listen")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func startFloor(t *testing.T) netip.AddrPort {
	t.Helper()
	port, err := testkit.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	addr := netip.MustParseAddrPort("127.0.0.1:" + strconv.Itoa(port))
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "floor", addr.String())
	cmd.Stderr = os.Stderr
	process, err := testkit.Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = process.Stop(syscall.SIGKILL, time.Second) }) // it never ends by itself
	plan := load.Plan{Posts: []*load.Template{post(addr)}, Connections: 1, Rate: 1, For: time.Millisecond}
	for deadline := time.Now().Add(5 * time.Second); ; {
		if posted, err := load.Publish(t.Context(), plan); err == nil && posted.OK == 1 {
			return addr
		}
		if time.Now().After(deadline) {
			t.Fatal("the floor does not answer")
		}
	}
}

func post(to netip.AddrPort) *load.Template {
	body := `{"body":"` + load.Body(150) + `"}`
	template := load.NewTemplate(to, fmt.Appendf(nil, "POST / HTTP/1.1\r\nHost: floor\r\nContent-Length: %d\r\n\r\n%s", len(body), body))
	return &template
}

func listeners(to netip.AddrPort, n int) []load.Listener {
	list := make([]load.Listener, n)
	for i := range list {
		list[i] = load.Listener{To: to, Request: []byte("GET / HTTP/1.1\r\nHost: floor\r\n\r\n")}
	}
	return list
}

func TestWorkersShareACrowd(t *testing.T) {
	t.Parallel()
	addr := startFloor(t)
	s := startSwarm(t, 3)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	const streams = 100
	if err := s.Open(ctx, listeners(addr, streams), 10); err != nil {
		t.Fatal(err)
	}
	if tally, err := s.Live(ctx, 0, 0, 10*time.Second); err != nil || tally.Opened != streams {
		t.Fatalf("%d of %d streams opened: %v", tally.Opened, streams, err)
	}
	if err := s.Reset(ctx); err != nil {
		t.Fatal(err)
	}
	began := load.Now()
	posted, err := load.Publish(ctx, load.Plan{Posts: []*load.Template{post(addr)}, Connections: 2, For: 30 * time.Millisecond})
	if err != nil || posted.OK == 0 {
		t.Fatalf("%d posts: %v", posted.OK, err)
	}
	tally, err := s.Received(ctx, posted.OK, 10*time.Second)
	if err != nil || tally.Messages != posted.OK*streams || tally.Faults() != 0 {
		t.Fatalf("%d messages of %d posts to %d streams, %d faults: %v", tally.Messages, posted.OK, streams, tally.Faults(), err)
	}
	// The workers' clocks are ours: else a message would seem to come before it
	// was posted, or long after.
	took := load.Now() - began
	if p99 := tally.Latency.Quantile(0.99); p99 <= 0 || p99 > took || tally.Last < began || tally.Last > began+took {
		t.Errorf("a p99 of %s, the last message at %s, between %s and %s", p99, tally.Last, began, began+took)
	}
	if tally.Latency.Count() != tally.Messages {
		t.Errorf("%d latencies of %d messages", tally.Latency.Count(), tally.Messages)
	}
	if used, err := s.CPU(); err != nil || used <= 0 {
		t.Errorf("the workers used %s: %v", used, err)
	}
}

func TestCutStreamsCanBeOpenedAgain(t *testing.T) {
	t.Parallel()
	addr := startFloor(t)
	s := startSwarm(t, 2)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for range 2 {
		if err := s.Open(ctx, listeners(addr, 20), 0); err != nil {
			t.Fatal(err)
		}
		if tally, err := s.Live(ctx, 0, 0, 10*time.Second); err != nil || tally.Opened != 20 || tally.Closed != 0 {
			t.Fatalf("%d streams opened, %d closed: %v", tally.Opened, tally.Closed, err)
		}
		if err := s.Cut(ctx); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWhatIsMissingIsTold(t *testing.T) {
	t.Parallel()
	addr := startFloor(t)
	s := startSwarm(t, 1)
	if _, err := s.Received(t.Context(), 1, time.Second); err == nil {
		t.Error("a worker without a crowd has received something")
	}
	if err := s.Open(t.Context(), listeners(addr, 5), 0); err != nil {
		t.Fatal(err)
	}
	tally, err := s.Live(t.Context(), 0, 1, 300*time.Millisecond) // nobody posts
	if err != nil || tally.Opened != 5 || tally.Messages != 0 {
		t.Errorf("%d streams opened, %d messages: %v", tally.Opened, tally.Messages, err)
	}
	if err := s.Open(t.Context(), listeners(netip.MustParseAddrPort("127.0.0.1:1"), 2), 0); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Live(t.Context(), 0, 0, time.Second); err == nil {
		t.Error("streams of nobody are live")
	}
}
