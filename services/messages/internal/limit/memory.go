package limit

import (
	"context"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// Memory remembers keys for a while after they were noted: in Redis, for all
// replicas, and in this process besides. It may forget one early; what it is
// asked for has to be right then too, only stricter.
type Memory struct {
	name   string
	keep   time.Duration
	shared *Shared

	mu      sync.Mutex
	until   map[string]time.Time
	sweepAt int
}

// NewMemory returns a memory that keeps keys for that long. name tells it from
// others in the same Redis.
func NewMemory(name string, keep time.Duration, shared *Shared) *Memory {
	return &Memory{name: name, keep: keep, shared: shared, until: make(map[string]time.Time), sweepAt: 1024}
}

// Note remembers key from now on.
func (m *Memory) Note(ctx context.Context, key string) {
	m.shared.try(ctx, func(ctx context.Context, c redis.UniversalClient) error {
		return c.Set(ctx, m.redisKey(key), 1, m.keep).Err()
	})
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sweep()
	m.until[key] = time.Now().Add(m.keep)
}

// Knows reports whether key was noted lately.
func (m *Memory) Knows(ctx context.Context, key string) bool {
	m.mu.Lock()
	until, ok := m.until[key]
	m.mu.Unlock()
	if ok && time.Now().Before(until) {
		return true
	}
	var found int64
	m.shared.try(ctx, func(ctx context.Context, c redis.UniversalClient) (err error) {
		found, err = c.Exists(ctx, m.redisKey(key)).Result()
		return err
	})
	return found > 0
}

func (m *Memory) redisKey(key string) string { return prefix + m.name + ":" + key }

// sweep bounds the memory's size: see [local.sweep].
func (m *Memory) sweep() {
	if len(m.until) < m.sweepAt {
		return
	}
	now := time.Now()
	for key, until := range m.until {
		if !until.After(now) {
			delete(m.until, key)
		}
	}
	if len(m.until) >= maxKeys {
		clear(m.until)
	}
	m.sweepAt = max(1024, 2*len(m.until))
}
