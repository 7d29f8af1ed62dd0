// Package stack runs all of Parley on this machine, as ordinary processes:
// behind `make up`, and under the end-to-end tests.
//
//	          ┌──────────── nginx ────────────┐        127.0.0.1:Port
//	          ▼                               ▼
//	messages-1 messages-2 …        stream-1 stream-2 …
//	          │        └────────┬────────┘    │
//	          ▼                 ▼             ▼
//	      postgres            redis       (both)
//
// The gateway reaches the services over Unix sockets; they listen on loopback
// ports as well, for whoever wants to talk to one of them alone.
//
// Each is a [Part]: started in this order, watched, started again when it dies
// by itself, and stopped from the top down. No process outlives this one.
//
// Everything is kept in one folder:
//
//	lock         held by the running stack
//	stack.json   which processes there are now, see [Status]
//	postgres/    the database, kept from one run to the next
//	nginx/       the gateway's configuration
//	env          where the services find database and Redis, for who runs `messages admin`
//	secrets/     passwords of the database and of Redis, made at the first start
package stack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"parley/testkit"
)

// Config says what to run.
type Config struct {
	Dir       string // the stack's files; made if it does not exist
	Bin       string // holds the programs messages and stream
	NginxConf string // the gateway's configuration file
	Port      int    // where the gateway listens on loopback; 0 takes a free port, here and for all others
	Messages  int    // replicas
	Streams   int    // replicas
	RedisAddr string // where the services reach Redis, if that is not Redis itself: a proxy's host:port
	RedisURL  string // a Redis of somebody else's for the services, with its password; "" runs one
	Env       []string
	Postgres  []string  // settings for postgresql.conf, "name=value"
	Standby   bool      // a streaming replica of Postgres, which the services read from, and which may take its place
	PgBouncer bool      // before Postgres, in transaction mode
	Log       io.Writer // gets what every part says, line by line, with its name before it
	Color     bool      // of the names
}

// Stack is a set of parts that run together.
type Stack struct {
	cfg     Config
	log     *log
	lock    *os.File
	ports   *ports
	status  status
	gateway string
	sockets string // folder of the services' Unix sockets
	secrets secrets

	// Set before anything starts, and not changed afterwards.
	postgres  *testkit.PostgresServer
	standby   *testkit.PostgresServer  // nil if there is none
	pgbouncer *testkit.PgBouncerServer // nil if there is none
	redis     *testkit.RedisServer     // nil: it is somebody else's
	parts     []*Part                  // from the bottom up

	watchers sync.WaitGroup
}

const readyPatience = 30 * time.Second

// Start starts everything and returns when the gateway answers. What went up
// is taken down again if anything fails.
func Start(ctx context.Context, cfg Config) (*Stack, error) {
	dir, err := filepath.Abs(cfg.Dir)
	if err != nil {
		return nil, fmt.Errorf("find folder: %w", err)
	}
	cfg.Dir = dir
	lock, err := lockFolder(dir)
	if err != nil {
		return nil, err
	}
	s := &Stack{cfg: cfg, lock: lock, log: newLog(cfg.Log, cfg.Color), ports: newPorts(cfg.Port != 0)}
	if err := s.start(ctx); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

func (s *Stack) start(ctx context.Context) error {
	if err := s.cleanUp(ctx); err != nil {
		return err
	}
	if err := s.prepare(); err != nil {
		return err
	}
	if err := together(s.of("postgres", "redis"), starting(ctx)); err != nil {
		return err
	}
	if err := s.Migrate(ctx, s.cfg.Bin); err != nil {
		return err
	}
	if err := together(s.of("standby", "pgbouncer"), starting(ctx)); err != nil {
		return err
	}
	if err := together(s.of("messages", "stream"), starting(ctx)); err != nil {
		return err
	}
	if err := together(s.of("nginx"), starting(ctx)); err != nil {
		return err
	}
	return s.awaitReady(ctx)
}

// prepare settles every part's address and how it is started.
func (s *Stack) prepare() error {
	steps := []func() error{s.reservePort, s.prepareSockets, s.prepareSecrets, s.preparePostgres, s.prepareStandby, s.preparePgBouncer, s.prepareRedis, s.prepareServices, s.prepareGateway, s.writeEnvironment}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// prepareSockets makes the folder where the gateway finds the services. It is
// not in the stack's own, which may lie where nginx's workers can't go, or too
// deep: a socket's path has at most 107 bytes.
func (s *Stack) prepareSockets() (err error) {
	if s.sockets, err = os.MkdirTemp("", "parley-"); err != nil {
		return fmt.Errorf("make folder for sockets: %w", err)
	}
	if err := os.Chmod(s.sockets, 0o755); err != nil { // nginx's workers are somebody else
		return fmt.Errorf("open folder for sockets: %w", err)
	}
	return nil
}

func starting(ctx context.Context) func(*Part) error {
	return func(part *Part) error { return part.Start(ctx) }
}

// Gateway returns the URL at which Parley is reached.
func (s *Stack) Gateway() string { return s.gateway }

// DatabaseURL returns the URL of the stack's database, for its superuser and
// with the password.
func (s *Stack) DatabaseURL() string { return s.postgres.URL(database) }

// StandbyURL returns the same of the streaming replica; "" if there is none.
func (s *Stack) StandbyURL() string {
	if s.standby == nil {
		return ""
	}
	return s.standby.URL(database)
}

// RedisURL returns the URL of the stack's Redis, with its password.
func (s *Stack) RedisURL() string {
	if s.redis == nil {
		return s.cfg.RedisURL
	}
	return s.redis.URL()
}

// Parts returns all parts, from the bottom up.
func (s *Stack) Parts() []*Part { return slices.Clone(s.parts) }

// Part returns the part of that name, or nil.
func (s *Stack) Part(name string) *Part {
	for _, part := range s.parts {
		if part.name == name {
			return part
		}
	}
	return nil
}

// of returns the parts of these services.
func (s *Stack) of(services ...string) []*Part {
	return slices.DeleteFunc(s.Parts(), func(part *Part) bool { return !slices.Contains(services, part.service) })
}

// together runs f for every part at once and returns all their errors.
func together(parts []*Part, f func(*Part) error) error {
	errs := make([]error, len(parts))
	var wg sync.WaitGroup
	for i, part := range parts {
		wg.Go(func() { errs[i] = f(part) })
	}
	wg.Wait()
	return errors.Join(errs...)
}
