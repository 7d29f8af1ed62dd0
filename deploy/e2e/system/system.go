// Package system runs Parley for the end-to-end tests, and lets them break it:
// the same cases hold wherever it runs.
//
//	native    processes of this machine, the services built with the race detector
//	compose   containers of docker-compose.yml
package system

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
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
	// Addr returns host:port where the tests reach a part behind the gateway's
	// back; it may change whenever the part starts.
	Addr(ctx context.Context, part string) (string, error)
	DatabaseURL(ctx context.Context) (string, error)
	// Close takes all down. It returns an error if a service misbehaved in a
	// way that no case sees, such as a data race.
	Close() error
}

// Parts returns the names of the parts, from the bottom up.
func Parts() []string {
	return []string{"postgres", "redis", "messages-1", "messages-2", "stream-1", "stream-2", "nginx"}
}

const replicas = 2

// New starts the system that driver names: native or compose.
func New(ctx context.Context, driver string) (System, error) {
	root, err := repository()
	if err != nil {
		return nil, err
	}
	switch driver {
	case "native":
		return startNative(ctx, root)
	case "compose":
		return startCompose(ctx, root)
	}
	return nil, fmt.Errorf("driver %q is neither native nor compose", driver)
}

// settings returns the services' settings that the cases rely on. The rate
// limits are off: all the users of the tests come from one address.
func settings() map[string]string {
	return map[string]string{
		"RATE_LIMIT_LOGIN":    "0",
		"RATE_LIMIT_MESSAGES": "0",
		"RATE_LIMIT_REGISTER": "0",
		"STREAM_HEARTBEAT":    "2s",
		"DRAIN_TIME":          "1s",
		"LOG_LEVEL":           "info",
		"GOTRACEBACK":         "all",
	}
}

// repository returns the folder of go.work.
func repository() (string, error) {
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
func logFile(root, driver string) (*os.File, error) {
	dir := filepath.Join(root, ".local")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make folder for logs: %w", err)
	}
	f, err := os.Create(filepath.Join(dir, "e2e-"+driver+".log"))
	if err != nil {
		return nil, fmt.Errorf("make log: %w", err)
	}
	return f, nil
}
