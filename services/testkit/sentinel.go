package testkit

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	sentinels    = 3
	followers    = 2 // replicas
	sentinelName = "parley"
	// downAfter is after what silence a Sentinel takes the master for dead.
	downAfter = time.Second
)

// RedisSentinels are a private Redis master, its replicas, and the Sentinels that
// make one of these the master when it dies.
type RedisSentinels struct {
	servers []*RedisServer // the first is the master, at first
	watch   []*sentinel
}

// sentinel is a Redis Sentinel on 127.0.0.1.
type sentinel struct {
	dir     string
	port    int
	out     io.Writer
	process *Process
}

// NewRedisSentinels prepares, but doesn't start, a master, two replicas and three
// Sentinels. out gets their logs.
func NewRedisSentinels(dir string, out io.Writer) (*RedisSentinels, error) {
	s := &RedisSentinels{}
	for i := range 1 + followers {
		server, err := NewRedis(filepath.Join(dir, strconv.Itoa(i+1)), 0, out, "repl-diskless-sync-delay 0", "repl-ping-replica-period 1")
		if err != nil {
			return nil, err
		}
		s.servers = append(s.servers, server)
	}
	for i := range sentinels {
		port, err := FreePort()
		if err != nil {
			return nil, err
		}
		s.watch = append(s.watch, &sentinel{dir: filepath.Join(dir, "sentinel-"+strconv.Itoa(i+1)), port: port, out: out})
	}
	return s, nil
}

// Protect is [RedisServer.Protect] of all servers. The Sentinels have no
// password.
func (s *RedisSentinels) Protect(password string) {
	for _, server := range s.servers {
		server.Protect(password)
	}
}

// Servers returns the servers. The first is the master, at first.
func (s *RedisSentinels) Servers() []*RedisServer { return s.servers }

// URL returns the URL that names all Sentinels.
func (s *RedisSentinels) URL() string {
	user := ""
	if password := s.servers[0].password; password != "" {
		user = ":" + password + "@"
	}
	var hosts []string
	for _, w := range s.watch {
		hosts = append(hosts, w.addr())
	}
	return "redis+sentinel://" + user + strings.Join(hosts, ",") + "/" + sentinelName + "/0"
}

// Start starts all and waits until the Sentinels know each other and the replicas.
func (s *RedisSentinels) Start(ctx context.Context) error {
	for _, server := range s.servers {
		if err := server.Start(ctx); err != nil {
			return err
		}
	}
	return s.Watch(ctx)
}

// Watch makes replicas of all servers but the first, which run, and starts the
// Sentinels.
func (s *RedisSentinels) Watch(ctx context.Context) error {
	master := s.servers[0]
	for _, server := range s.servers[1:] {
		client := server.Client()
		err := client.ReplicaOf(ctx, "127.0.0.1", strconv.Itoa(master.port)).Err()
		_ = client.Close()
		if err != nil {
			return fmt.Errorf("make a replica: %w", err)
		}
	}
	if err := master.process.Await(ctx, redisPatience, master.isFollowed); err != nil {
		return err // a Sentinel that finds no replica looks again after 10 s
	}
	for _, w := range s.watch {
		if err := w.start(master); err != nil {
			return err
		}
	}
	for _, w := range s.watch {
		if err := w.process.Await(ctx, redisPatience, w.knowsAll); err != nil {
			return err
		}
	}
	return nil
}

// Stop ends all.
func (s *RedisSentinels) Stop() error {
	err := s.StopWatching()
	for _, server := range s.servers {
		err = errors.Join(err, server.Stop())
	}
	return err
}

// StopWatching ends the Sentinels.
func (s *RedisSentinels) StopWatching() (err error) {
	for _, w := range s.watch {
		if w.process != nil {
			err = errors.Join(err, w.process.Stop(syscall.SIGTERM, 10*time.Second))
		}
	}
	return err
}

// Master returns the server that is the master now, as the first Sentinel says.
func (s *RedisSentinels) Master(ctx context.Context) (*RedisServer, error) {
	client := s.watch[0].client()
	defer client.Close()
	addr, err := client.GetMasterAddrByName(ctx, sentinelName).Result()
	if err != nil {
		return nil, fmt.Errorf("ask for the master: %w", err)
	}
	for _, server := range s.servers {
		if len(addr) == 2 && addr[1] == strconv.Itoa(server.port) {
			return server, nil
		}
	}
	return nil, fmt.Errorf("the master is at %v, which is none of ours", addr)
}

// isFollowed tells whether all replicas have what the master has.
func (s *RedisServer) isFollowed(ctx context.Context) error {
	client := s.Client()
	defer client.Close()
	info, err := client.Info(ctx, "replication").Result()
	if err == nil && strings.Count(info, "state=online") < followers {
		err = errors.New("its replicas do not follow yet")
	}
	return err
}

func (w *sentinel) addr() string { return "127.0.0.1:" + strconv.Itoa(w.port) }

func (w *sentinel) client() *redis.SentinelClient {
	return redis.NewSentinelClient(&redis.Options{Addr: w.addr(), MaxRetries: -1, DialTimeout: time.Second, DialerRetries: 1})
}

// start writes the Sentinel's configuration, which it changes itself later.
func (w *sentinel) start(master *RedisServer) error {
	path, err := exec.LookPath("redis-server")
	if err != nil {
		return fmt.Errorf("redis-server is not installed (Debian: apt-get install redis-server): %w", err)
	}
	if err := os.MkdirAll(w.dir, 0o755); err != nil {
		return fmt.Errorf("make folder for Sentinel: %w", err)
	}
	lines := []string{
		"bind 127.0.0.1", "port " + strconv.Itoa(w.port), "dir " + w.dir,
		fmt.Sprintf("sentinel monitor %s 127.0.0.1 %d %d", sentinelName, master.port, sentinels/2+1),
		fmt.Sprintf("sentinel down-after-milliseconds %s %d", sentinelName, downAfter.Milliseconds()),
		fmt.Sprintf("sentinel failover-timeout %s 3000", sentinelName),
	}
	if master.password != "" {
		lines = append(lines, fmt.Sprintf("sentinel auth-pass %s %s", sentinelName, master.password))
	}
	file := filepath.Join(w.dir, "sentinel.conf")
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		return fmt.Errorf("write configuration of Sentinel: %w", err)
	}
	said := &tail{out: w.out}
	cmd := exec.Command(path, file, "--sentinel")
	cmd.Stdout, cmd.Stderr = said, said
	if w.process, err = Start(cmd); err != nil {
		return err
	}
	return nil
}

// knowsAll tells whether the Sentinel has found the replicas and its like.
func (w *sentinel) knowsAll(ctx context.Context) error {
	client := w.client()
	defer client.Close()
	master, err := client.Master(ctx, sentinelName).Result()
	if err != nil {
		return err
	}
	if master["num-other-sentinels"] != strconv.Itoa(sentinels-1) || master["num-slaves"] != strconv.Itoa(followers) {
		return fmt.Errorf("it knows %s other Sentinels and %s replicas", master["num-other-sentinels"], master["num-slaves"])
	}
	return nil
}
