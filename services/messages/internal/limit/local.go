package limit

import (
	"sync"
	"time"
)

// maxKeys bounds the memory of a limiter. An attacker with more addresses than
// that is not stopped by counting addresses.
const maxKeys = 100_000

// local counts for this process alone. It knows, for each key, the moment at
// which the key will have its whole burst again.
type local struct {
	rate

	mu      sync.Mutex
	whole   map[string]time.Time
	sweepAt int
}

func newLocal(r rate) *local {
	return &local{rate: r, whole: make(map[string]time.Time), sweepAt: 1024}
}

// check returns an [*Exceeded] if key has used up its limit. It counts nothing.
func (l *local) check(key string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, err := l.next(key)
	return err
}

// take counts one for key, or returns an [*Exceeded] if key has used up its limit.
func (l *local) take(key string) error {
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
func (l *local) next(key string) (time.Time, error) {
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
func (l *local) sweep() {
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
