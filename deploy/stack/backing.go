package stack

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"parley/migrations"
	"parley/testkit"
)

func (s *Stack) preparePostgres() (err error) {
	dir, err := s.databaseDir()
	if err != nil {
		return err
	}
	s.postgres, err = s.newPostgres("postgres", dir, 8071)
	return err
}

// newPostgres adds a Postgres. A replica has to have the primary's settings.
func (s *Stack) newPostgres(name, dir string, firstPort int) (*testkit.PostgresServer, error) {
	port, err := s.ports.next(firstPort)
	if err != nil {
		return nil, err
	}
	settings := append([]string{"max_connections=300", "log_checkpoints=off"}, s.cfg.Postgres...)
	server, err := testkit.NewPostgres(dir, port, s.log.writer(name), settings...)
	if err != nil {
		return nil, err
	}
	server.Protect(s.secrets.owner.value)
	part := s.newPart(name, name, loopback(port))
	part.stopSignal = syscall.SIGINT // "fast": clients are cut, data is safe
	part.launch = func(ctx context.Context) (*testkit.Process, error) { return launchPostgres(ctx, server) }
	return server, nil
}

func (s *Stack) prepareStandby() (err error) {
	if !s.cfg.Standby {
		return nil
	}
	if s.standby, err = s.newPostgres("standby", filepath.Join(s.cfg.Dir, "standby"), 8073); err != nil {
		return err
	}
	s.Part("standby").launch = func(ctx context.Context) (*testkit.Process, error) {
		if err := s.standby.Follow(ctx, s.postgres, "standby"); err != nil {
			return nil, err
		}
		return launchPostgres(ctx, s.standby)
	}
	return nil
}

func (s *Stack) preparePgBouncer() error {
	if !s.cfg.PgBouncer {
		return nil
	}
	port, err := s.ports.next(8074)
	if err != nil {
		return err
	}
	dir := filepath.Join(s.cfg.Dir, "pgbouncer")
	if s.pgbouncer, err = testkit.NewPgBouncer(dir, port, s.postgres, s.log.writer("pgbouncer")); err != nil {
		return err
	}
	part := s.newPart("pgbouncer", "pgbouncer", loopback(port))
	part.launch = func(ctx context.Context) (*testkit.Process, error) {
		err := s.pgbouncer.Start(ctx, map[string]string{migrations.AppRole: s.secrets.app.value})
		return s.pgbouncer.Process(), err
	}
	return nil
}

// databaseURL returns the URL by which the services reach the database: through
// PgBouncer, or at whichever of the primary and its replica takes writes.
func (s *Stack) databaseURL() string {
	url := s.postgres.URLOf(migrations.AppRole, database)
	switch {
	case s.pgbouncer != nil:
		return s.pgbouncer.URLOf(migrations.AppRole, database)
	case s.standby != nil:
		hosts := loopback(s.postgres.Port())
		return strings.Replace(url, hosts, hosts+","+loopback(s.standby.Port()), 1) + "&target_session_attrs=read-write"
	}
	return url
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
