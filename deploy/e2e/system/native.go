package system

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"parley/deploy/stack"
)

// native is a stack of processes on free ports, in a folder of its own.
type native struct {
	dir   string
	log   *os.File
	stack *stack.Stack
}

func startNative(ctx context.Context, root string, options Options) (_ System, err error) {
	n := &native{}
	defer func() {
		if err != nil {
			err = errors.Join(err, n.Close())
		}
	}()
	if n.log, err = options.logFile(root, "native"); err != nil {
		return nil, err
	}
	if n.dir, err = os.MkdirTemp("", "parley-e2e-"); err != nil {
		return nil, fmt.Errorf("make folder of the stack: %w", err)
	}
	if err := os.Chmod(n.dir, 0o755); err != nil { // the postgres account must get through
		return nil, fmt.Errorf("open folder of the stack: %w", err)
	}
	bin := options.Bin
	if bin == "" {
		bin = n.dir
		if err := Build(ctx, root, bin); err != nil {
			return nil, err
		}
	}
	n.stack, err = stack.Start(ctx, stack.Config{
		Dir: n.dir, Bin: bin, NginxConf: filepath.Join(root, "nginx.conf"),
		Messages: replicas, Streams: replicas,
		RedisAddr: options.RedisAddr, RedisURL: options.RedisURL,
		Standby: options.Standby, PgBouncer: options.PgBouncer,
		Env:      options.environment(),
		Postgres: []string{"fsync=off"}, // the tests pull no plug
		Log:      n.log,
	})
	return n, err
}

// Build makes the services' programs of the tree root, with the race detector,
// in the folder dir. They know no commit: that of a tree which lies in another would
// be the other's.
func Build(ctx context.Context, root, dir string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-race", "-buildvcs=false", "-o", dir+"/",
		"./services/messages/cmd/messages", "./services/stream/cmd/stream")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build services: %w\n%s", err, out)
	}
	return nil
}

func (o Options) environment() []string {
	env := os.Environ()
	for name, value := range o.settings() {
		env = append(env, name+"="+value)
	}
	return env
}

func (n *native) URL() string { return n.stack.Gateway() }

func (n *native) Start(ctx context.Context, part string) error {
	return n.with(part, func(p *stack.Part) error { return p.Start(ctx) })
}

func (n *native) Stop(_ context.Context, part string) error { return n.with(part, (*stack.Part).Stop) }

func (n *native) Kill(_ context.Context, part string) error { return n.with(part, (*stack.Part).Kill) }

func (n *native) Pause(_ context.Context, part string) error {
	return n.with(part, (*stack.Part).Pause)
}

func (n *native) Resume(_ context.Context, part string) error {
	return n.with(part, (*stack.Part).Resume)
}

func (n *native) Signal(_ context.Context, part string, sig syscall.Signal) error {
	return n.with(part, func(p *stack.Part) error { return p.Signal(sig) })
}

func (n *native) MetricsURL(_ context.Context, part string) (url string, err error) {
	err = n.with(part, func(p *stack.Part) error {
		url = "http://" + p.MetricsAddr() + "/metrics"
		return nil
	})
	return url, err
}

func (n *native) Addr(_ context.Context, part string) (addr string, err error) {
	err = n.with(part, func(p *stack.Part) error {
		addr = p.Addr()
		return nil
	})
	return addr, err
}

func (n *native) DatabaseURL(context.Context) (string, error) { return n.stack.DatabaseURL(), nil }

// StandbyURL implements [Standby].
func (n *native) StandbyURL() string { return n.stack.StandbyURL() }

func (n *native) RedisURL(context.Context) (string, error) { return n.stack.RedisURL(), nil }

func (n *native) Messages(ctx context.Context, in io.Reader, args ...string) ([]byte, error) {
	return run(n.stack.Command(ctx, args...), in)
}

// run runs cmd to its end, and returns what it put out.
func run(cmd *exec.Cmd, in io.Reader) ([]byte, error) {
	var said bytes.Buffer
	cmd.Stdin, cmd.Stderr = in, &said
	out, err := cmd.Output()
	if err != nil {
		return out, fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, &said)
	}
	return out, nil
}

// Replace implements [Releases].
func (n *native) Replace(ctx context.Context, part, bin string) error {
	return n.with(part, func(p *stack.Part) error {
		if err := p.Stop(); err != nil {
			return err
		}
		p.Use(bin)
		return p.Start(ctx)
	})
}

// Migrate implements [Releases].
func (n *native) Migrate(ctx context.Context, bin string) error { return n.stack.Migrate(ctx, bin) }

func (n *native) with(name string, do func(*stack.Part) error) error {
	part := n.stack.Part(name)
	if part == nil {
		return fmt.Errorf("no part %q", name)
	}
	return do(part)
}

func (n *native) Close() error {
	var errs []error
	if n.stack != nil {
		errs = append(errs, n.stack.Stop())
	}
	if n.log != nil {
		errs = append(errs, n.log.Close(), races(n.log.Name()))
	}
	if n.dir != "" {
		errs = append(errs, os.RemoveAll(n.dir))
	}
	return errors.Join(errs...)
}

// races returns an error if a service reported a data race or panicked.
func races(log string) error {
	text, err := os.ReadFile(log)
	if err != nil {
		return fmt.Errorf("read log: %w", err)
	}
	for _, fault := range []string{"WARNING: DATA RACE", "panic: ", "fatal error: "} {
		if at := bytes.Index(text, []byte(fault)); at >= 0 {
			return fmt.Errorf("a service failed, see %s:\n%s", log, text[at:min(at+4000, len(text))])
		}
	}
	return nil
}
