// Package system runs Parley for the end-to-end tests, and lets them break it:
// the same cases hold wherever it runs.
//
//	native      processes of this machine, the services built with the race detector
//	compose     containers of docker-compose.yml
//	kubernetes  pods of the cluster of `make cluster`
package system

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"syscall"
)

// System is a running Parley, of two replicas of each service. Its parts are
// "postgres", "redis", "messages-1", "messages-2", "stream-1", "stream-2" and
// "nginx". A part that was stopped or killed stays down until it is started.
type System interface {
	URL() string // of the gateway
	Start(ctx context.Context, part string) error
	Stop(ctx context.Context, part string) error // asks it to end, and waits
	Kill(ctx context.Context, part string) error // SIGKILL
	Pause(ctx context.Context, part string) error
	Resume(ctx context.Context, part string) error
	Signal(ctx context.Context, part string, sig syscall.Signal) error // to its main process
	// Addr returns host:port where the tests reach a part behind the gateway's
	// back; it may change whenever the part starts.
	Addr(ctx context.Context, part string) (string, error)
	// MetricsURL returns where a replica of a service shows its metrics.
	MetricsURL(ctx context.Context, part string) (string, error)
	DatabaseURL(ctx context.Context) (string, error) // of a superuser
	RedisURL(ctx context.Context) (string, error)    // of Redis itself
	// Messages runs a command of the messages service to its end, as the owner
	// of the database, with in as its input, and returns what it put out.
	Messages(ctx context.Context, in io.Reader, args ...string) ([]byte, error)
	// Close takes all down. It returns an error if a service misbehaved in a
	// way that no case sees, such as a data race.
	Close() error
}

// Network is a system whose parts can be cut off from each other.
type Network interface {
	// Cut takes a part off all its networks: nothing reaches it, and it reaches
	// nobody, without a word to either side.
	Cut(ctx context.Context, part string) error
	Mend(ctx context.Context, part string) error
}

// Releases is a system that goes from one release to another while it runs. A
// release is a folder of programs, as [Build] makes it.
type Releases interface {
	// Replace stops a replica of a service, and starts it with another release's
	// program.
	Replace(ctx context.Context, part, bin string) error
	// Migrate applies a release's migrations.
	Migrate(ctx context.Context, bin string) error
}

// Parts returns the names of the parts, from the bottom up.
func Parts() []string {
	return []string{"postgres", "redis", "messages-1", "messages-2", "stream-1", "stream-2", "nginx"}
}

const replicas = 2

// Options change what [New] runs.
type Options struct {
	Log      string            // the first word of the log's name; "e2e" if it is ""
	Settings map[string]string // of the services, beside and before those that all tests share
	// RedisAddr is where the services reach Redis: host:port of a proxy. "" is
	// Redis itself. Containers and pods can't have one.
	RedisAddr string
	// RedisURL is a Redis of somebody else's, which the services have instead of
	// one of the system's. The drivers compose and kubernetes can't have one.
	RedisURL string
	// Bin is the folder of the services' programs; "" builds those of this tree.
	// Containers and pods come from images, and can't have one.
	Bin string
	// Standby adds a part "standby": a streaming replica of Postgres, which the
	// services read from, and which takes its place when it is promoted. PgBouncer
	// adds a part "pgbouncer" before Postgres, in transaction mode. The driver
	// compose has neither, nor has kubernetes.
	Standby, PgBouncer bool
}

// Standby is a system that may have a streaming replica.
type Standby interface {
	StandbyURL() string // of its superuser; "" if there is none
}

// New starts the system that driver names: native, compose or kubernetes.
func New(ctx context.Context, driver string, options Options) (System, error) {
	root, err := Repository()
	if err != nil {
		return nil, err
	}
	switch driver {
	case "native":
		return startNative(ctx, root, options)
	case "compose":
		return startCompose(ctx, root, options)
	case "kubernetes":
		return startKubernetes(ctx, root, options)
	}
	return nil, fmt.Errorf("driver %q is none of native, compose and kubernetes", driver)
}

// settings returns the services' settings that the cases rely on. The limits
// are off, the gateway's too: all the users of the tests come from one address.
func (o Options) settings() map[string]string {
	all := map[string]string{
		"LIMITS":              "off",
		"SIGNUP":              "open",
		"RATE_LIMIT_LOGIN":    "0",
		"RATE_LIMIT_MESSAGES": "0",
		"RATE_LIMIT_REGISTER": "0",
		"STREAM_HEARTBEAT":    "2s",
		"DRAIN_TIME":          "1s",
		"LOG_LEVEL":           "info",
		"GOTRACEBACK":         "all",
	}
	maps.Copy(all, o.Settings)
	return all
}

// Repository returns the folder of go.work.
func Repository() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find repository: %w", err)
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.work")); err == nil {
			return dir, nil
		}
	}
	return "", fmt.Errorf("find repository: no go.work above this folder")
}

// logFile makes the file that gets what the parts say: .local/e2e-DRIVER.log.
func (o Options) logFile(root, driver string) (*os.File, error) {
	name := o.Log
	if name == "" {
		name = "e2e"
	}
	dir := filepath.Join(root, ".local")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make folder for logs: %w", err)
	}
	f, err := os.Create(filepath.Join(dir, name+"-"+driver+".log"))
	if err != nil {
		return nil, fmt.Errorf("make log: %w", err)
	}
	return f, nil
}
