package limit

import (
	"context"
	_ "embed"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	patience = 40 * time.Millisecond // with Redis, for one answer
	pause    = 5 * time.Second       // after a failure, before Redis is asked again
	prefix   = "chat:limit:"
)

//go:embed gcra.lua
var gcra string

// What to do with one more: see whether it is allowed, or count it too.
const (
	look  = 0
	count = 1
)

// Shared is where the replicas count together: Redis. After a failure nobody
// asks for a while, and then one asks for all: a Redis that hangs costs a
// request now and then some milliseconds.
type Shared struct {
	client   redis.UniversalClient
	script   *redis.Script
	log      *slog.Logger
	patience time.Duration
	pause    time.Duration

	retryAt atomic.Int64 // in nanoseconds since 1970; 0 while Redis answers
}

// NewShared returns what counts in client's Redis.
func NewShared(client redis.UniversalClient, log *slog.Logger) *Shared {
	return &Shared{client: client, script: redis.NewScript(gcra), log: log, patience: patience, pause: pause}
}

// ask is one round trip. It returns the time to wait, 0 if one more is
// allowed or Redis does not answer.
func (s *Shared) ask(ctx context.Context, r rate, key string, what int) (wait time.Duration) {
	s.try(ctx, func(ctx context.Context, c redis.UniversalClient) error {
		keys := []string{prefix + key}
		micros, err := s.script.Run(ctx, c, keys, r.cost.Microseconds(), r.burst.Microseconds(), what).Int64()
		wait = time.Duration(micros) * time.Microsecond
		return err
	})
	return wait
}

// try does what is to be done with Redis, unless it is away. Nobody waits
// longer than a moment.
func (s *Shared) try(ctx context.Context, do func(context.Context, redis.UniversalClient) error) {
	if !s.mayAsk() {
		return
	}
	asking, cancel := context.WithTimeout(ctx, s.patience)
	defer cancel()
	err := do(asking, s.client)
	switch {
	case err == nil:
		s.answered()
	case ctx.Err() == nil: // else the client has left, which says nothing about Redis
		s.failed(err)
	}
}

// mayAsk lets everybody through while Redis answers, and one after each pause.
func (s *Shared) mayAsk() bool {
	at := s.retryAt.Load()
	if at == 0 {
		return true
	}
	now := time.Now()
	return now.UnixNano() >= at && s.retryAt.CompareAndSwap(at, now.Add(s.pause).UnixNano())
}

func (s *Shared) failed(err error) {
	if s.retryAt.Swap(time.Now().Add(s.pause).UnixNano()) == 0 {
		s.log.Warn("Redis does not count for the limits; each replica counts for itself", "error", err)
	}
}

func (s *Shared) answered() {
	if s.retryAt.Load() != 0 && s.retryAt.Swap(0) != 0 {
		s.log.Info("Redis counts for the limits again")
	}
}
