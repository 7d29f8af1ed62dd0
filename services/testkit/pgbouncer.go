package testkit

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// PgBouncerServer is a private PgBouncer in transaction mode on 127.0.0.1,
// before a Postgres.
type PgBouncerServer struct {
	dir     string
	port    int
	target  *PostgresServer
	out     io.Writer
	process *Process
}

// NewPgBouncer prepares, but doesn't start, a PgBouncer before target, with its
// files in dir. A port of 0 takes a free one.
func NewPgBouncer(dir string, port int, target *PostgresServer, out io.Writer) (*PgBouncerServer, error) {
	if port == 0 {
		var err error
		if port, err = FreePort(); err != nil {
			return nil, err
		}
	}
	return &PgBouncerServer{dir: dir, port: port, target: target, out: out}, nil
}

// Process returns the running server.
func (s *PgBouncerServer) Process() *Process { return s.process }

// configuration is as docs/operating.md has it.
const configuration = `[databases]
* = host=127.0.0.1 port=%d

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = %d
unix_socket_dir =
pool_mode = transaction
default_pool_size = 40
max_client_conn = 1000
auth_type = %s
auth_file = %s
`

// Start starts the server and waits until it listens. passwords are those of the
// roles that may sign in, here and at Postgres; a role whose password is "" is
// trusted by both.
func (s *PgBouncerServer) Start(ctx context.Context, passwords map[string]string) error {
	path, err := exec.LookPath("pgbouncer")
	if err != nil {
		path = "/usr/sbin/pgbouncer"
	}
	who, err := Credential("postgres") // it refuses to be root
	if err != nil {
		return err
	}
	if err := s.configure(who, passwords); err != nil {
		return err
	}
	said := &tail{out: s.out}
	cmd := exec.Command(path, s.file("pgbouncer.ini"))
	cmd.Dir = "/"
	cmd.Stdout, cmd.Stderr = said, said
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: who}
	if s.process, err = Start(cmd); err != nil {
		return err
	}
	if err := s.process.Await(ctx, postgresPatience, s.listens); err != nil {
		return fmt.Errorf("%w\n%s", err, said)
	}
	return nil
}

func (s *PgBouncerServer) file(name string) string { return filepath.Join(s.dir, name) }

func (s *PgBouncerServer) configure(who *syscall.Credential, passwords map[string]string) error {
	var users strings.Builder
	auth := "trust"
	for name, password := range passwords {
		if password != "" {
			auth = "scram-sha-256"
		}
		fmt.Fprintf(&users, "%q %q\n", name, password)
	}
	errs := []error{
		os.MkdirAll(s.dir, 0o755),
		os.WriteFile(s.file("users.txt"), []byte(users.String()), 0o600),
		os.WriteFile(s.file("pgbouncer.ini"), fmt.Appendf(nil, configuration, s.target.port, s.port, auth, s.file("users.txt")), 0o644),
	}
	if who != nil {
		errs = append(errs, os.Chown(s.file("users.txt"), int(who.Uid), int(who.Gid)))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("configure PgBouncer: %w", err)
	}
	return nil
}

func (s *PgBouncerServer) listens(ctx context.Context) error {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)))
	if err != nil {
		return err
	}
	return conn.Close()
}

// Stop ends the server at once.
func (s *PgBouncerServer) Stop() error {
	if s.process == nil {
		return nil
	}
	return s.process.Stop(syscall.SIGTERM, 5*time.Second)
}

// URLOf returns the URL of database for a role, without a password, as a service
// is told of it.
func (s *PgBouncerServer) URLOf(role, database string) string {
	url := strings.Replace(s.target.URLOf(role, database), ":"+strconv.Itoa(s.target.port)+"/", ":"+strconv.Itoa(s.port)+"/", 1)
	return url + "&default_query_exec_mode=cache_describe"
}

// PgBouncer returns a running PgBouncer before target that only t uses, which
// trusts the role postgres.
func PgBouncer(t testing.TB, target *PostgresServer) *PgBouncerServer {
	t.Helper()
	dir, err := os.MkdirTemp("", "parley-pgbouncer-") //nolint:usetesting // t.TempDir is closed to the postgres account
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	server, err := NewPgBouncer(dir, 0, target, nil)
	if err == nil {
		err = server.Start(t.Context(), map[string]string{"postgres": ""})
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	})
	return server
}
