package testkit

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

const postgresPatience = 60 * time.Second

// PostgresServer is a private Postgres on 127.0.0.1. It trusts whoever reaches
// it there, unless it has a password.
type PostgresServer struct {
	dir      string // holds data/ and the socket
	port     int
	password string   // of postgres; "" is none
	settings []string // "name=value"
	out      io.Writer
	process  *Process
}

// NewPostgres prepares, but doesn't start, a server with its cluster in dir,
// which keeps its data from one start to the next. A port of 0 takes a free
// one. settings are "name=value" for postgresql.conf; out gets its log.
func NewPostgres(dir string, port int, out io.Writer, settings ...string) (*PostgresServer, error) {
	if port == 0 {
		var err error
		if port, err = FreePort(); err != nil {
			return nil, err
		}
	}
	return &PostgresServer{dir: dir, port: port, settings: settings, out: out}, nil
}

// URL returns the URL of database on this server, for its superuser.
func (s *PostgresServer) URL(database string) string {
	user := url.User("postgres")
	if s.password != "" {
		user = url.UserPassword("postgres", s.password)
	}
	return s.url(user, database)
}

// URLOf returns the URL of database for a role, without a password.
func (s *PostgresServer) URLOf(role, database string) string { return s.url(url.User(role), database) }

func (s *PostgresServer) url(user *url.Userinfo, database string) string {
	u := url.URL{
		Scheme: "postgres", User: user,
		Host: "127.0.0.1:" + strconv.Itoa(s.port), Path: database, RawQuery: "sslmode=disable",
	}
	return u.String()
}

// Port returns the TCP port.
func (s *PostgresServer) Port() int { return s.port }

// Process returns the running server.
func (s *PostgresServer) Process() *Process { return s.process }

// Start makes the cluster if there is none, starts the server and waits until
// it answers. It can be started again after a stop or a crash.
func (s *PostgresServer) Start(ctx context.Context) error {
	if err := s.makeCluster(ctx); err != nil {
		return err
	}
	if err := s.setPassword(ctx); err != nil {
		return err
	}
	args := []string{"-D", s.data(), "-p", strconv.Itoa(s.port), "-k", s.dir, "-c", "listen_addresses=127.0.0.1"}
	if s.password != "" {
		args = append(args, "-c", "hba_file="+s.rules())
	}
	for _, setting := range s.settings {
		args = append(args, "-c", setting)
	}
	cmd, said, err := s.command("postgres", args...)
	if err != nil {
		return err
	}
	if s.process, err = Start(cmd); err != nil {
		return err
	}
	err = s.process.Await(ctx, postgresPatience, s.ping)
	if err != nil {
		return fmt.Errorf("%w\n%s", err, said)
	}
	return s.notePassword()
}

// Stop ends the server in "fast" mode: its clients are cut, its data is safe.
func (s *PostgresServer) Stop() error {
	if s.process == nil {
		return nil
	}
	return s.process.Stop(syscall.SIGINT, 20*time.Second)
}

func (s *PostgresServer) data() string { return filepath.Join(s.dir, "data") }

func (s *PostgresServer) ping(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, s.URL("postgres"))
	if err != nil {
		return err
	}
	return conn.Close(ctx)
}

// makeCluster runs initdb into a folder of another name and renames it when it
// is whole, so that a half-made cluster is never used.
func (s *PostgresServer) makeCluster(ctx context.Context) error {
	if _, err := os.Stat(filepath.Join(s.data(), "PG_VERSION")); err == nil {
		return nil
	}
	if err := s.own(); err != nil {
		return err
	}
	fresh := filepath.Join(s.dir, "data.new")
	if err := os.RemoveAll(fresh); err != nil {
		return fmt.Errorf("remove half-made cluster: %w", err)
	}
	cmd, said, err := s.command("initdb", "-D", fresh, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions")
	if err != nil {
		return err
	}
	said.out = nil // its pages of progress interest nobody unless it fails
	if err := finish(ctx, cmd); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, said)
	}
	if err := os.Rename(fresh, s.data()); err != nil {
		return fmt.Errorf("put cluster in place: %w", err)
	}
	return nil
}

// finish runs cmd to its end.
func finish(ctx context.Context, cmd *exec.Cmd) error {
	process, err := Start(cmd)
	if err != nil {
		return err
	}
	select {
	case <-process.Done():
		return process.Err()
	case <-ctx.Done():
		return errors.Join(ctx.Err(), process.Signal(syscall.SIGKILL))
	}
}

// own makes the folder and hands it to the account that the server runs as.
func (s *PostgresServer) own() error {
	if err := os.MkdirAll(s.dir, 0o755); err != nil {
		return fmt.Errorf("make folder for Postgres: %w", err)
	}
	who, err := Credential("postgres")
	if who == nil || err != nil {
		return err
	}
	if err := os.Chown(s.dir, int(who.Uid), int(who.Gid)); err != nil {
		return fmt.Errorf("hand folder to Postgres: %w", err)
	}
	return nil
}

func (s *PostgresServer) command(program string, args ...string) (*exec.Cmd, *tail, error) {
	path, err := postgresProgram(program)
	if err != nil {
		return nil, nil, err
	}
	who, err := Credential("postgres")
	if err != nil {
		return nil, nil, err
	}
	said := &tail{out: s.out}
	cmd := exec.Command(path, args...)
	cmd.Dir = "/" // the caller's folder may be closed to the account
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
	cmd.Stdout, cmd.Stderr = said, said
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: who}
	return cmd, said, nil
}

// postgresProgram finds a server program; Debian keeps them out of PATH, one
// folder a major version.
func postgresProgram(name string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if err != nil {
		return "", fmt.Errorf("look for %s: %w", name, err)
	}
	if len(found) == 0 {
		return "", fmt.Errorf("%s is not installed: install PostgreSQL 15 or newer (Debian: apt-get install postgresql)", name)
	}
	slices.Sort(found)
	return found[len(found)-1], nil
}
