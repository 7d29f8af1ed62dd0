// Package serve is what both services do around their handlers: listen, log,
// carry a request id, say whether they are alive and ready, and show metrics
// on an internal address.
package serve

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

const (
	readHeaderTimeout = 5 * time.Second
	idleTimeout       = 2 * time.Minute // above the gateway's, so that it is the gateway who closes
	maxHeaderBytes    = 16 << 10
)

// Listen listens, as cfg says, on every address of a list separated by commas:
// "host:port" or "unix:/path". All or none: an error closes those it had.
func Listen(ctx context.Context, cfg net.ListenConfig, addrs string) (listeners []net.Listener, err error) {
	for addr := range strings.SplitSeq(addrs, ",") {
		l, err := listen(ctx, cfg, strings.TrimSpace(addr))
		if err != nil {
			return nil, errors.Join(err, Close(listeners))
		}
		listeners = append(listeners, l)
	}
	return listeners, nil
}

// listen replaces a socket file left by a process that died. Whoever may enter
// the folder of a socket may use it, as with a port of this host.
func listen(ctx context.Context, cfg net.ListenConfig, addr string) (net.Listener, error) {
	if addr == "" {
		return nil, errors.New("listen: empty address")
	}
	path, isUnix := strings.CutPrefix(addr, "unix:")
	if !isUnix {
		l, err := cfg.Listen(ctx, "tcp", addr)
		if err != nil {
			return nil, fmt.Errorf("listen on %s: %w", addr, err)
		}
		return l, nil
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("replace old socket: %w", err)
	}
	l, err := cfg.Listen(ctx, "unix", path)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", addr, err)
	}
	if err := os.Chmod(path, 0o666); err != nil { //nolint:gosec // see above
		return nil, errors.Join(fmt.Errorf("open socket to the gateway: %w", err), l.Close())
	}
	return l, nil
}

// Close closes listeners that were not served.
func Close(listeners []net.Listener) error {
	var errs []error
	for _, l := range listeners {
		errs = append(errs, l.Close())
	}
	return errors.Join(errs...)
}

// NewServer returns a server for h that bounds how long and how large a
// request's head may be. It sets no write timeout: that would cut streams.
func NewServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: readHeaderTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
	}
}
