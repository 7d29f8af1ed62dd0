package stack

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"parley/migrations"
	"parley/testkit"
)

const (
	migrationPatience = time.Minute
	database          = "postgres"
)

// Migrate brings the database to the schema of the programs in the folder bin,
// as its owner, and makes the role that the services sign in as. They may run
// meanwhile. A schema that is newer stays.
func (s *Stack) Migrate(ctx context.Context, bin string) error {
	ctx, cancel := context.WithTimeout(ctx, migrationPatience)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(bin, "messages"), "migrate")
	cmd.Env = append(s.environment("127.0.0.1:0", ""), s.owner()...)
	cmd.Stdout = s.log.writer("migrate")
	cmd.Stderr = cmd.Stdout
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("apply migrations: %w", err)
	}
	return nil
}

// Command returns a command of the messages service, as the owner of the
// database, that is yet to be run.
func (s *Stack) Command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(s.cfg.Bin, "messages"), args...)
	cmd.Env = append(s.environment("127.0.0.1:0", ""), s.owner()...)
	return cmd
}

// owner returns the part of the environment that says how to reach the database
// as its owner, and the password that the services are to have.
func (s *Stack) owner() []string {
	return []string{
		"DATABASE_URL=" + s.postgres.URLOf("postgres", database),
		"DATABASE_PASSWORD_FILE=" + s.secrets.owner.path,
		"DATABASE_APP_PASSWORD_FILE=" + s.secrets.app.path,
	}
}

func (s *Stack) prepareServices() error {
	for i := range s.cfg.Messages {
		if err := s.prepareService("messages", i, 8081); err != nil {
			return err
		}
	}
	for i := range s.cfg.Streams {
		if err := s.prepareService("stream", i, 8091); err != nil {
			return err
		}
	}
	return nil
}

func (s *Stack) prepareService(service string, i, firstPort int) error {
	port, err := s.ports.next(firstPort + i)
	if err != nil {
		return err
	}
	metricsPort, err := s.ports.next(firstPort + i + 1000)
	if err != nil {
		return err
	}
	part := s.newPart(service+"-"+strconv.Itoa(i+1), service, loopback(port))
	part.metrics = loopback(metricsPort)
	part.bin = s.cfg.Bin
	out := s.log.writer(part.name)
	part.launch = func(ctx context.Context) (*testkit.Process, error) {
		cmd := exec.Command(filepath.Join(part.programs(), service))
		cmd.Env = s.environment(part.addr+",unix:"+s.socket(part), part.metrics)
		cmd.Stdout, cmd.Stderr = out, out
		return launch(ctx, cmd, "http://"+part.addr+"/healthz")
	}
	return nil
}

// socket returns the path at which the gateway finds a service.
func (s *Stack) socket(part *Part) string { return filepath.Join(s.sockets, part.name+".sock") }

// environment returns what a service is told: what we were told, and where
// everything is.
func (s *Stack) environment(addr, metrics string) []string {
	env := append(s.cfg.Env[:len(s.cfg.Env):len(s.cfg.Env)], s.backing()...)
	return append(env, "LISTEN_ADDR="+addr, "METRICS_ADDR="+metrics)
}

// backing returns the part of the environment that says how to reach the
// database and Redis.
func (s *Stack) backing() []string {
	env := []string{
		"DATABASE_URL=" + s.databaseURL(),
		"DATABASE_PASSWORD_FILE=" + s.secrets.app.path,
	}
	if s.standby != nil {
		env = append(env, "DATABASE_READ_URLS="+s.standby.URLOf(migrations.AppRole, database))
	}
	if s.redis == nil {
		return append(env, "REDIS_URL="+s.cfg.RedisURL)
	}
	redis := s.cfg.RedisAddr
	if redis == "" {
		redis = loopback(s.redis.Port())
	}
	return append(env, "REDIS_URL=redis://"+redis+"/0", "REDIS_PASSWORD_FILE="+s.secrets.redis.path)
}

// writeEnvironment writes two files that a shell can read, with nothing secret
// in them: how a service reaches what it stands on, and how the owner does.
func (s *Stack) writeEnvironment() error {
	backing := s.backing()
	return errors.Join(s.writePairs("env", backing), s.writePairs("env.owner", append(backing, s.owner()...)))
}

func (s *Stack) writePairs(name string, pairs []string) error {
	var text strings.Builder
	for _, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		fmt.Fprintf(&text, "%s='%s'\n", name, strings.ReplaceAll(value, "'", `'\''`))
	}
	if err := os.WriteFile(filepath.Join(s.cfg.Dir, name), []byte(text.String()), 0o644); err != nil {
		return fmt.Errorf("write environment: %w", err)
	}
	return nil
}

// awaitReady waits until every service says that it is ready.
func (s *Stack) awaitReady(ctx context.Context) error {
	return together(s.of("messages", "stream"), func(part *Part) error {
		process := part.running()
		if process == nil {
			return fmt.Errorf("%s does not stay up", part.name)
		}
		return process.Await(ctx, readyPatience, answers("http://"+part.metrics+"/readyz"))
	})
}

// launch starts cmd and waits until url answers; if it doesn't, the process
// is ended.
func launch(ctx context.Context, cmd *exec.Cmd, url string) (*testkit.Process, error) {
	process, err := testkit.Start(cmd)
	if err != nil {
		return nil, err
	}
	if err := process.Await(ctx, readyPatience, answers(url)); err != nil {
		return nil, errors.Join(err, process.Stop(syscall.SIGKILL, time.Second))
	}
	return process, nil
}

// answers returns a probe that succeeds when url answers 200.
func answers(url string) func(context.Context) error {
	client := &http.Client{Timeout: 2 * time.Second}
	return func(ctx context.Context) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		resp, err := client.Do(req)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			return fmt.Errorf("GET %s: %s", url, resp.Status)
		}
		return nil
	}
}
