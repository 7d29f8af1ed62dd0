package stack

import (
	"context"
	"errors"
	"path/filepath"
	"syscall"
	"time"

	"parley/testkit"
)

func (s *Stack) preparePostgres() error {
	dir, err := s.databaseDir()
	if err != nil {
		return err
	}
	port, err := s.ports.next(8071)
	if err != nil {
		return err
	}
	settings := append([]string{"max_connections=300", "log_checkpoints=off"}, s.cfg.Postgres...)
	if s.postgres, err = testkit.NewPostgres(dir, port, s.log.writer("postgres"), settings...); err != nil {
		return err
	}
	s.postgres.Protect(s.secrets.owner.value)
	part := s.newPart("postgres", "postgres", loopback(port))
	part.stopSignal = syscall.SIGINT // "fast": clients are cut, data is safe
	part.launch = func(ctx context.Context) (*testkit.Process, error) { return launchPostgres(ctx, s.postgres) }
	return nil
}

// launchPostgres tries for a while: after a SIGKILL, backends may hold the
// shared memory for a moment longer than their parent lived.
func launchPostgres(ctx context.Context, server *testkit.PostgresServer) (*testkit.Process, error) {
	deadline := time.Now().Add(10 * time.Second)
	for {
		err := server.Start(ctx)
		if err == nil {
			return server.Process(), nil
		}
		if process := server.Process(); process != nil {
			err = errors.Join(err, process.Stop(syscall.SIGQUIT, 5*time.Second))
		}
		if time.Now().After(deadline) {
			return nil, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(firstPause):
		}
	}
}

func (s *Stack) prepareRedis() error {
	if s.cfg.RedisURL != "" {
		return nil
	}
	port, err := s.ports.next(8072)
	if err != nil {
		return err
	}
	if s.redis, err = testkit.NewRedis(filepath.Join(s.cfg.Dir, "redis"), port, s.log.writer("redis")); err != nil {
		return err
	}
	s.redis.Protect(s.secrets.redis.value)
	part := s.newPart("redis", "redis", loopback(port))
	part.launch = func(ctx context.Context) (*testkit.Process, error) {
		err := s.redis.Start(ctx)
		if err != nil && s.redis.Process() != nil {
			err = errors.Join(err, s.redis.Process().Stop(syscall.SIGKILL, time.Second))
		}
		return s.redis.Process(), err
	}
	return nil
}
