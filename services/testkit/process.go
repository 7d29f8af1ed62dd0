// Package testkit runs real private servers, Postgres and Redis, each on a free
// loopback port with its files in a folder of its own: for tests, and for the
// local stack. Nothing here is shared with servers that the machine may run.
//
// In a test package:
//
//	func TestMain(m *testing.M) { testkit.Main(m) }
//
//	pool := testkit.Database(t)   // a migrated database of this test's own
//	url := testkit.Redis(t)       // an empty Redis of this test's own
package testkit

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"os/user"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// outputPatience is how long the output of a process is read after its end.
const outputPatience = 100 * time.Millisecond

// Process is a running server.
type Process struct {
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended
	err  error         // why it ended; read after done
}

// Start runs cmd until it ends or this process dies, whatever way: the kernel
// kills it then (PR_SET_PDEATHSIG). That signal comes when the starting thread
// ends, so a thread is kept for it.
//
// Children that outlive the process don't delay its end by holding its output.
func Start(cmd *exec.Cmd) (*Process, error) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL
	cmd.SysProcAttr.Setpgid = true // a terminal's Ctrl-C goes to us, not to them
	cmd.WaitDelay = outputPatience
	p := &Process{cmd: cmd, done: make(chan struct{})}
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			p.err = cmd.Wait()
			close(p.done)
		}
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", cmd.Path, err)
	}
	return p, nil
}

// PID returns the process's id.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Done is closed when the process has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Err returns why the process ended, nil for a clean exit. It waits for the end.
func (p *Process) Err() error {
	<-p.done
	return p.err
}

// Signal sends sig; a process that has ended is no error.
func (p *Process) Signal(sig syscall.Signal) error {
	if err := p.cmd.Process.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("signal %s: %w", p.cmd.Path, err)
	}
	return nil
}

// Stop sends sig and waits for the end; after patience it kills.
func (p *Process) Stop(sig syscall.Signal, patience time.Duration) error {
	if err := p.Signal(sig); err != nil {
		return err
	}
	select {
	case <-p.done:
		return nil
	case <-time.After(patience):
	}
	if err := p.Signal(syscall.SIGKILL); err != nil {
		return err
	}
	<-p.done
	return fmt.Errorf("%s did not stop within %s and was killed", p.cmd.Path, patience)
}

// Await polls ready until it succeeds, the process ends, or patience is over.
func (p *Process) Await(ctx context.Context, patience time.Duration, ready func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := ready(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-p.done:
			return fmt.Errorf("%s ended while starting: %w", p.cmd.Path, errors.Join(p.err, err))
		case <-ctx.Done():
			return fmt.Errorf("%s is not ready after %s: %w", p.cmd.Path, patience, err)
		case <-tick.C:
		}
	}
}

// claims are sockets of no use but their names: as long as this process lives
// and holds one, no other that runs tests takes the port named by it, not even
// while the server on that port is stopped for a moment.
var claims struct {
	mu   sync.Mutex
	held []net.Listener
}

// FreePort returns a loopback TCP port that is free, and that no other call
// will return on this machine while this process lives. It lies below those
// that the kernel gives to outgoing connections (Linux: 32768 and up), any of
// which may be taken again before a server gets to listen on it.
func FreePort() (int, error) {
	const lowest, highest = 15000, 32000
	for range 100 {
		port := lowest + rand.IntN(highest-lowest) //nolint:gosec // no secret
		claim, err := net.Listen("unix", "@parley-port-"+strconv.Itoa(port))
		if err != nil {
			continue
		}
		l, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(port))
		if err != nil {
			_ = claim.Close()
			continue
		}
		claims.mu.Lock()
		claims.held = append(claims.held, claim)
		claims.mu.Unlock()
		return port, l.Close()
	}
	return 0, fmt.Errorf("find a free port: tried a hundred from %d to %d", lowest, highest)
}

// tail keeps the last bytes that a server said, for the error message.
type tail struct {
	mu  sync.Mutex
	buf bytes.Buffer
	out io.Writer
}

const maxTail = 8 << 10

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.buf.Len() > maxTail {
		t.buf.Next(t.buf.Len() - maxTail/2)
	}
	t.buf.Write(b)
	if t.out != nil {
		return t.out.Write(b)
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(t.buf.String())
}

// Credential returns whom to run a server as that refuses root: nil when we
// are not root, else the account named.
func Credential(account string) (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup(account)
	if err != nil {
		return nil, fmt.Errorf("root needs the account %s to run this server: %w", account, err)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("read uid of %s: %w", account, err)
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("read gid of %s: %w", account, err)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}
