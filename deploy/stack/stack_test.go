package stack

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"parley/testkit"
)

const (
	repository = "../.."
	patience   = 30 * time.Second
)

// bin holds the programs of this repository, built once for all tests.
var bin string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	var err error
	if bin, err = os.MkdirTemp("", "parley-stack-bin-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(bin)
	build := exec.Command("go", "build", "-o", bin+"/",
		"./services/messages/cmd/messages", "./services/stream/cmd/stream", "./deploy/cmd/stack")
	build.Dir = repository
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build: %s\n%s", err, out)
		return 1
	}
	return m.Run()
}

func TestWhatDiesComesBack(t *testing.T) {
	t.Parallel()
	s := start(t, folder(t))
	if got := len(readStatus(t, s).Processes); got != 5 {
		t.Fatalf("stack.json lists %d processes, want postgres, redis, messages-1, stream-1, nginx", got)
	}
	for _, part := range s.Parts() {
		before := find(t, readStatus(t, s), part.Name())
		if err := syscall.Kill(before.PID, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		eventually(t, part.Name()+" runs again", func(context.Context) error {
			now, err := statusFile(s)
			if err != nil {
				return err
			}
			for _, process := range now.Processes {
				if process.Name == part.Name() && process.PID != before.PID && process.Addr == before.Addr {
					return nil
				}
			}
			return fmt.Errorf("stack.json says %+v", now)
		})
		eventually(t, "the gateway answers", answers(s.Gateway()+"/healthz"))
		if err := s.awaitReady(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

func TestStoppedPartsStayDown(t *testing.T) {
	t.Parallel()
	s := start(t, folder(t))
	part := s.Part("stream-1")
	for _, down := range []func() error{part.Stop, part.Kill} {
		if err := down(); err != nil {
			t.Fatal(err)
		}
		for _, process := range readStatus(t, s).Processes {
			if process.Name == part.Name() {
				t.Errorf("stack.json still lists %+v", process)
			}
		}
		if err := part.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		find(t, readStatus(t, s), part.Name())
	}
}

// Stop leaves nothing running, whatever the stack has.
func TestStopEndsAllParts(t *testing.T) {
	t.Parallel()
	cfg := config(folder(t))
	cfg.Standby, cfg.PgBouncer = true, true
	s, err := Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	stopped := make(chan error, 1)
	go func() { stopped <- s.Stop() }()
	select {
	case err := <-stopped:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(patience):
		t.Error("it doesn't end")
	}
	for _, part := range s.Parts() {
		if part.running() != nil {
			t.Errorf("%s runs on", part.Name())
		}
	}
}

// A replica goes over to another build by a restart, and the others stay.
func TestReplicasRunOtherPrograms(t *testing.T) {
	t.Parallel()
	s := start(t, folder(t))
	other := t.TempDir()
	for _, program := range []string{"messages", "stream"} {
		if err := os.Link(filepath.Join(bin, program), filepath.Join(other, program)); err != nil {
			t.Fatal(err)
		}
	}
	part := s.Part("stream-1")
	part.Use(other)
	if got := program(t, s, "stream-1"); got != filepath.Join(bin, "stream") {
		t.Errorf("stream-1 runs %s before its restart", got)
	}
	if err := errors.Join(part.Stop(), part.Start(t.Context())); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"stream-1": filepath.Join(other, "stream"), "messages-1": filepath.Join(bin, "messages")} {
		if got := program(t, s, name); got != want {
			t.Errorf("%s runs %s, want %s", name, got, want)
		}
	}
	if err := s.Migrate(t.Context(), other); err != nil {
		t.Errorf("migrate what is migrated: %s", err)
	}
}

// program returns what a part runs.
func program(t *testing.T, s *Stack, name string) string {
	t.Helper()
	path, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", find(t, readStatus(t, s), name).PID))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFolderAndPortBelongToOne(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	s := start(t, dir)
	_, err := Start(t.Context(), config(dir))
	if err == nil || !strings.Contains(err.Error(), "process "+strconv.Itoa(os.Getpid())) {
		t.Errorf("a second stack in the folder: %v", err)
	}
	cfg := config(folder(t))
	cfg.Port = s.cfg.Port
	_, err = Start(t.Context(), cfg)
	if err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("a second stack on the port: %v", err)
	}
}

// The program is killed with no chance to clean up; the next one finds port and
// folder free, and the data as it was.
func TestNextStartFollowsAKill(t *testing.T) {
	t.Parallel()
	cfg := config(folder(t))
	port, err := testkit.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	cfg.Port = port
	program := exec.Command(filepath.Join(bin, "stack"), "-dir", cfg.Dir, "-bin", bin,
		"-nginx", cfg.NginxConf, "-port", strconv.Itoa(port), "-streams", "1")
	out, err := program.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	killed, err := testkit.Start(program)
	if err != nil {
		t.Fatal(err)
	}
	awaitLine(t, bufio.NewScanner(out), "Parley is ready: http://localhost:"+strconv.Itoa(port))
	if err := killed.Stop(syscall.SIGKILL, patience); err != nil {
		t.Fatal(err)
	}
	s, err := Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Stop(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(s.statusPath()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("stack.json outlives the stack: %v", err)
	}
	if l, err := net.Listen("tcp", loopback(port)); err != nil || l.Close() != nil {
		t.Errorf("the port is not free after a stop: %v", err)
	}
}

func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "parley-stack-") //nolint:usetesting // t.TempDir is closed to the postgres account
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func config(dir string) Config {
	return Config{
		Dir: dir, Bin: bin, NginxConf: filepath.Join(repository, "nginx.conf"),
		Messages: 1, Streams: 1, Env: os.Environ(), Postgres: []string{"fsync=off"},
	}
}

func start(t *testing.T, dir string) *Stack {
	t.Helper()
	s, err := Start(t.Context(), config(dir))
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

func statusFile(s *Stack) (now Status, err error) {
	text, err := os.ReadFile(s.statusPath())
	if err != nil {
		return now, err
	}
	return now, json.Unmarshal(text, &now)
}

func readStatus(t *testing.T, s *Stack) Status {
	t.Helper()
	now, err := statusFile(s)
	if err != nil {
		t.Fatal(err)
	}
	return now
}

func find(t *testing.T, now Status, name string) ProcessStatus {
	t.Helper()
	for _, process := range now.Processes {
		if process.Name == name {
			return process
		}
	}
	t.Fatalf("stack.json does not list %s: %+v", name, now)
	return ProcessStatus{}
}

func eventually(t *testing.T, what string, probe func(context.Context) error) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for {
		err := probe(t.Context())
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("not within %s: %s: %s", patience, what, err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func awaitLine(t *testing.T, lines *bufio.Scanner, want string) {
	t.Helper()
	var said []string
	for lines.Scan() {
		if lines.Text() == want {
			return
		}
		said = append(said, lines.Text())
	}
	t.Fatalf("never said %q, but\n%s", want, strings.Join(said, "\n"))
}
