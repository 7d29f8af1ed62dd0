package chaos

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"parley/deploy/e2e/chaos/load"
)

const (
	mostAtOnce = 3               // faults
	calmest    = 2 * time.Second // between two, on average half of it
	longest    = 4 * time.Second // of a fault
	shortest   = 200 * time.Millisecond
)

// Storm lets faults strike in random order and company for as long as lasts.
// The same seed draws the same ones; when exactly they meet is the machine's.
func (s *Scene) Storm(ctx context.Context, run *load.Run, seed uint64, lasts time.Duration, say func(string)) error {
	storm := &storm{
		Scene: s, run: run, say: say,
		rng:  rand.New(rand.NewPCG(seed, 0)), //nolint:gosec // to be repeatable
		busy: make(map[string]bool),
	}
	for _, f := range Faults() {
		if s.Can(f.Needs) {
			storm.faults = append(storm.faults, f)
		}
	}
	end := time.Now().Add(lasts)
	for time.Now().Before(end) && ctx.Err() == nil {
		storm.next(ctx)
		select {
		case <-ctx.Done():
		case <-time.After(time.Duration(storm.rng.Int64N(int64(calmest)))):
		}
	}
	storm.striking.Wait()
	return errors.Join(storm.errs...)
}

type storm struct {
	*Scene
	run      *load.Run
	say      func(string)
	rng      *rand.Rand
	faults   []Fault
	striking sync.WaitGroup

	mu   sync.Mutex
	busy map[string]bool // parts
	now  int             // faults that strike
	errs []error
}

const draws = 8 // for a fault that is in nobody's way

// next draws a fault and lets it strike, unless all that it draws would be in
// the way of others.
func (s *storm) next(ctx context.Context) {
	for range draws {
		f := s.faults[s.rng.IntN(len(s.faults))]
		replica := 1 + s.rng.IntN(2)
		lasts := shortest + time.Duration(s.rng.Int64N(int64(longest-shortest)))
		if parts := (&Blow{Replica: replica}).parts(f); s.occupy(parts) {
			s.strike(ctx, f, replica, lasts, parts)
			return
		}
	}
}

func (s *storm) strike(ctx context.Context, f Fault, replica int, lasts time.Duration, parts []string) {
	s.striking.Go(func() {
		began := time.Now()
		err := s.Strike(ctx, s.run, f, replica, lasts)
		s.say(fmt.Sprintf("%-45s %s", f.Name+" "+strings.Join(parts, " "), time.Since(began).Round(time.Millisecond)))
		s.mu.Lock()
		defer s.mu.Unlock()
		s.errs = append(s.errs, err)
		s.now--
		for _, part := range parts {
			delete(s.busy, part)
		}
	})
}

func (s *storm) occupy(parts []string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now == mostAtOnce || slices.ContainsFunc(parts, func(part string) bool { return s.busy[part] }) {
		return false
	}
	s.now++
	for _, part := range parts {
		s.busy[part] = true
	}
	return true
}

// parts returns what a fault occupies.
func (b *Blow) parts(f Fault) []string {
	parts := make([]string, len(f.On))
	for i, part := range f.On {
		parts[i] = b.part(part)
	}
	return parts
}
