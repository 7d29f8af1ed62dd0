package signin

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"parley/core/session"
)

const (
	seenEvery = 10 * time.Second
	maxSeen   = 10_000 // further ones are noted the next time they are seen
)

// Seen gathers the sessions that were seen, and writes it down now and then,
// so that no request has to.
type Seen struct {
	sessions *session.Store
	log      *slog.Logger

	mu   sync.Mutex
	keys map[session.Key]struct{}
}

// NewSeen returns a Seen; its Run must be running.
func NewSeen(s *session.Store, log *slog.Logger) *Seen {
	return &Seen{sessions: s, log: log, keys: make(map[session.Key]struct{})}
}

func (s *Seen) note(key session.Key) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.keys) < maxSeen {
		s.keys[key] = struct{}{}
	}
}

// Run writes down what was seen every 10 s until ctx ends, and then once more.
func (s *Seen) Run(ctx context.Context) {
	tick := time.NewTicker(seenEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			s.flush(ctx)
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
			defer cancel()
			s.flush(last)
			return
		}
	}
}

func (s *Seen) flush(ctx context.Context) {
	keys := s.take()
	if len(keys) == 0 {
		return
	}
	if err := s.sessions.TouchAll(ctx, keys); err != nil {
		s.log.Warn("note when sessions were seen", "error", err)
	}
}

func (s *Seen) take() []session.Key {
	s.mu.Lock()
	defer s.mu.Unlock()
	keys := make([]session.Key, 0, len(s.keys))
	for key := range s.keys {
		keys = append(keys, key)
	}
	clear(s.keys)
	return keys
}
