package backing

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/redis/go-redis/v9"
)

// Redis returns a client for a URL. It doesn't connect yet. Commands fail within
// about a second when Redis is away: it is a hint, and nobody waits for a hint.
func Redis(text, service string) (redis.UniversalClient, error) {
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
	opts.Dialer = dialer().DialContext
	if opts.TLSConfig != nil { // rediss://; a dialer of one's own has to see to it
		opts.Dialer = (&tls.Dialer{NetDialer: dialer(), Config: opts.TLSConfig}).DialContext
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
