// Package limit bounds how often something may happen, per key: per name, per
// address.
package limit

import (
	"fmt"
	"sync"
	"time"
)

// maxKeys bounds the memory of a limiter. An attacker with more addresses than
// that is not stopped by counting addresses.
const maxKeys = 100_000

// Exceeded is the error of a key that has used up its limit.
type Exceeded struct {
	Wait time.Duration // until the next is allowed
}

func (e *Exceeded) Error() string { return fmt.Sprintf("limit exceeded for another %s", e.Wait) }

// Limiter allows each key a burst of so many, which grows back evenly over a
// time. It is the generic cell rate algorithm (ITU-T I.371): one moment per
// key, at which the key will have its whole burst again. It counts for this
// process alone.
type Limiter struct {
	cost  time.Duration // how much later that moment gets by one
	burst time.Duration // how late it may be

	mu      sync.Mutex
	whole   map[string]time.Time
	sweepAt int
}

// New returns a limiter of burst per time. With a burst of 0 it is off, and
// allows everything.
func New(burst int, per time.Duration) *Limiter {
	l := &Limiter{burst: per, whole: make(map[string]time.Time), sweepAt: 1024}
	if burst > 0 {
		l.cost = per / time.Duration(burst)
	}
	return l
}

// Check returns an [*Exceeded] if key has used up its limit. It counts nothing.
func (l *Limiter) Check(key string) error {
	if l.cost == 0 {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	_, err := l.next(key)
	return err
}

// Take counts one for key, or returns an [*Exceeded] if key has used up its limit.
func (l *Limiter) Take(key string) error {
	if l.cost == 0 {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	next, err := l.next(key)
	if err != nil {
		return err
	}
	l.sweep()
	l.whole[key] = next
	return nil
}

// next returns the moment at which key will be whole if it takes one now.
func (l *Limiter) next(key string) (time.Time, error) {
	now := time.Now()
	whole := l.whole[key]
	if whole.Before(now) {
		whole = now
	}
	whole = whole.Add(l.cost)
	if wait := whole.Sub(now) - l.burst; wait > 0 {
		return time.Time{}, &Exceeded{Wait: wait}
	}
	return whole, nil
}

// sweep forgets, now and then, the keys that are whole again.
func (l *Limiter) sweep() {
	if len(l.whole) < l.sweepAt {
		return
	}
	now := time.Now()
	for key, whole := range l.whole {
		if !whole.After(now) {
			delete(l.whole, key)
		}
	}
	if len(l.whole) >= maxKeys {
		clear(l.whole)
	}
	l.sweepAt = max(1024, 2*len(l.whole))
}
