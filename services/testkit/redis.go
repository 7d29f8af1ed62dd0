package testkit

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"
)

const redisPatience = 20 * time.Second

// RedisServer is a private Redis on 127.0.0.1 that stores nothing on disk.
type RedisServer struct {
	dir      string
	port     int
	password string // "" is none
	settings []string
	out      io.Writer
	process  *Process
}

// NewRedis prepares, but doesn't start, a server. A port of 0 takes a free
// one; out gets its log. Settings are lines of its configuration.
func NewRedis(dir string, port int, out io.Writer, settings ...string) (*RedisServer, error) {
	if port == 0 {
		var err error
		if port, err = FreePort(); err != nil {
			return nil, err
		}
	}
	return &RedisServer{dir: dir, port: port, settings: settings, out: out}, nil
}

// URL returns the server's URL.
func (s *RedisServer) URL() string {
	if s.password != "" {
		return "redis://:" + s.password + "@" + s.addr() + "/0"
	}
	return "redis://" + s.addr() + "/0"
}

// Protect lets nobody in without this password, of letters, digits, - and _. It
// must be called before the first start.
func (s *RedisServer) Protect(password string) { s.password = password }

// Port returns the TCP port.
func (s *RedisServer) Port() int { return s.port }

// Process returns the running server.
func (s *RedisServer) Process() *Process { return s.process }

// Start starts the server, empty, and waits until it answers. It can be
// started again after a stop or a crash.
func (s *RedisServer) Start(ctx context.Context) error {
	path, err := exec.LookPath("redis-server")
	if err != nil {
		return fmt.Errorf("redis-server is not installed (Debian: apt-get install redis-server): %w", err)
	}
	if err := os.MkdirAll(s.dir, 0o755); err != nil {
		return fmt.Errorf("make folder for Redis: %w", err)
	}
	said := &tail{out: s.out}
	cmd := exec.Command(path, "--bind", "127.0.0.1", "--port", strconv.Itoa(s.port), "--dir", s.dir,
		"--save", "", "--appendonly", "no", "--daemonize", "no", "-")
	cmd.Stdin = strings.NewReader(s.configuration())
	cmd.Stdout, cmd.Stderr = said, said
	if s.process, err = Start(cmd); err != nil {
		return err
	}
	err = s.process.Await(ctx, redisPatience, s.ping)
	if err != nil {
		return fmt.Errorf("%w\n%s", err, said)
	}
	return nil
}

// configuration is what the server reads. A password is not an argument, which any
// account can read.
func (s *RedisServer) configuration() string {
	lines := s.settings
	if s.password != "" {
		lines = append(lines[:len(lines):len(lines)], "requirepass "+s.password, "masterauth "+s.password)
	}
	return strings.Join(lines, "\n") + "\n"
}

// Client returns a client of the server, for who has to do with it alone.
func (s *RedisServer) Client() *redis.Client {
	return redis.NewClient(&redis.Options{Addr: s.addr(), Password: s.password, MaxRetries: -1, DialTimeout: time.Second, DialerRetries: 1})
}

// Stop ends the server.
func (s *RedisServer) Stop() error {
	if s.process == nil {
		return nil
	}
	return s.process.Stop(syscall.SIGTERM, 10*time.Second)
}

func (s *RedisServer) addr() string { return "127.0.0.1:" + strconv.Itoa(s.port) }

func (s *RedisServer) ping(ctx context.Context) error {
	client := s.Client()
	defer client.Close()
	return client.Ping(ctx).Err()
}
