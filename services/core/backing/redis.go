package backing

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"time"

	"github.com/redis/go-redis/v9"
)

// Redis returns a client for a URL. It doesn't connect yet. Commands fail within
// about a second when Redis is away: it is a hint, and nobody waits for a hint.
func Redis(text, service string) (*redis.Client, error) {
	opts, err := RedisOptions(text)
	if err != nil {
		return nil, err
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

// RedisOptions reads a Redis URL. Its error doesn't repeat the URL, which may
// have a password in it.
func RedisOptions(text string) (*redis.Options, error) {
	opts, err := redis.ParseURL(text)
	if malformed := (*url.Error)(nil); errors.As(err, &malformed) {
		err = malformed.Err
	}
	if err != nil {
		return nil, fmt.Errorf("parse REDIS_URL: %w", err)
	}
	return opts, nil
}
