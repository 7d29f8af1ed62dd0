package backing

import (
	"context"
	"fmt"
	"net"
	"time"

	"github.com/redis/go-redis/v9"
)

// Redis returns a client for url. It doesn't connect yet. Commands fail within
// about a second when Redis is away: it is a hint, and nobody waits for a hint.
func Redis(url, service string) (*redis.Client, error) {
	opts, err := redis.ParseURL(url)
	if err != nil {
		return nil, fmt.Errorf("parse REDIS_URL: %w", err)
	}
	opts.ClientName = service
	opts.DialTimeout = time.Second
	opts.ReadTimeout = time.Second
	opts.WriteTimeout = time.Second
	opts.PoolTimeout = time.Second
	opts.MaxRetries = -1 // no retry: a publish sent twice helps nobody
	opts.ContextTimeoutEnabled = true
	d := dialer()
	opts.Dialer = func(ctx context.Context, network, addr string) (net.Conn, error) {
		return d.DialContext(ctx, network, addr)
	}
	return redis.NewClient(opts), nil
}
