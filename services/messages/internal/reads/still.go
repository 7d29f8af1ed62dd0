package reads

import (
	"sync"
	"time"
)

const (
	// mostStill is how many answers are remembered; for more, all are forgotten.
	mostStill = 20_000
	// stillFor is how long. A database that was put back to what it had been counts
	// its transactions once more.
	stillFor = 30 * time.Second
)

// still is what Postgres answered in one snapshot. Two statements whose snapshots
// are equal see the same rows: what transactions before xmax have done, but those
// that were under way (pg_current_snapshot in the manual of Postgres, section
// 9.27). So the answers hold for as long as the snapshot is the same, but for what
// the clock ends.
type still struct {
	mu       sync.Mutex
	snapshot string
	holds    map[Key]held
}

// held is what holds until a session expires.
type held struct {
	now   Now
	until time.Time
}

// hasAny reports whether it is worth asking which snapshot is the present one.
func (s *still) hasAny(keys []Key) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, key := range keys {
		if _, ok := s.holds[key]; ok {
			return true
		}
	}
	return false
}

// find adds to found what was answered in a snapshot, and returns the other keys.
func (s *still) find(snapshot string, keys []Key, found map[Key]Now) (others []Key) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if snapshot != s.snapshot {
		return keys
	}
	now := time.Now()
	for _, key := range keys {
		if h, ok := s.holds[key]; ok && now.Before(h.until) {
			found[key] = h.now
		} else {
			others = append(others, key)
		}
	}
	return others
}

// note remembers what was answered in a snapshot. What was answered in another is
// forgotten.
func (s *still) note(snapshot string, holds map[Key]held) {
	if len(holds) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if snapshot != s.snapshot || len(s.holds)+len(holds) > mostStill {
		s.snapshot, s.holds = snapshot, holds
		return
	}
	for key, h := range holds {
		s.holds[key] = h
	}
}
