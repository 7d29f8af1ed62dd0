// Package limit bounds how often something may happen, per key: per name, per
// address.
//
// It is the generic cell rate algorithm (ITU-T I.371): a key has a burst of so
// many, which grows back evenly over a time, as a token bucket does. The
// replicas count together, in Redis, and each for itself besides: what it knows
// holds where Redis is away, or comes back empty.
package limit

import (
	"context"
	"fmt"
	"time"
)

// Exceeded is the error of a key that has used up its limit.
type Exceeded struct {
	Wait time.Duration // until the next is allowed
}

func (e *Exceeded) Error() string { return fmt.Sprintf("limit exceeded for another %s", e.Wait) }

// rate is a burst, and the time in which it grows back whole.
type rate struct {
	cost  time.Duration // in which one grows back
	burst time.Duration // in which all do
}

func rateOf(burst int, per time.Duration) rate {
	if burst <= 0 {
		return rate{}
	}
	return rate{cost: per / time.Duration(burst), burst: per}
}

// Limiter allows each key a burst, which grows back evenly.
type Limiter struct {
	rate
	name   string
	local  *local
	shared *Shared
}

// New returns a limiter of burst per time. name tells it from others that
// count in the same Redis. With a burst of 0 it is off, and allows everything.
func New(name string, burst int, per time.Duration, shared *Shared) *Limiter {
	r := rateOf(burst, per)
	return &Limiter{rate: r, name: name, local: newLocal(r), shared: shared}
}

// Check returns an [*Exceeded] if key has used up its limit. It counts nothing.
//
// What this replica has let through by itself is asked first: it is a part of
// what all have, so its no is final; and it holds when Redis was away for a
// while, or was emptied.
func (l *Limiter) Check(ctx context.Context, key string) error {
	if l.cost == 0 {
		return nil
	}
	if err := l.local.check(key); err != nil {
		return err
	}
	return exceeded(l.shared.ask(ctx, l.rate, l.name+":"+key, look))
}

// Take counts one for key, or returns an [*Exceeded] if key has used up its
// limit, by the same rule.
func (l *Limiter) Take(ctx context.Context, key string) error {
	if l.cost == 0 {
		return nil
	}
	if err := l.local.check(key); err != nil {
		return err
	}
	if err := exceeded(l.shared.ask(ctx, l.rate, l.name+":"+key, count)); err != nil {
		return err
	}
	return l.local.take(key)
}

func exceeded(wait time.Duration) error {
	if wait > 0 {
		return &Exceeded{Wait: wait}
	}
	return nil
}
