package signin

import (
	"sync"
	"time"

	"parley/core/session"
)

const (
	recallFor = 30 * time.Second
	maxRecent = 10_000 // further ones make room by having all looked up again
)

// Recent remembers whose sessions were found live a short while ago.
type Recent struct {
	mu    sync.Mutex
	found map[session.Key]recent
}

type recent struct {
	identity Identity
	until    time.Time
}

// NewRecent returns a Recent that remembers nothing yet.
func NewRecent() *Recent { return &Recent{found: make(map[session.Key]recent)} }

func (r *Recent) note(found session.Session) {
	until := time.Now().Add(recallFor)
	if found.ExpiresAt.Before(until) {
		until = found.ExpiresAt
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.found) >= maxRecent {
		clear(r.found)
	}
	known := session.Session{Key: found.Key, Username: found.Username, Role: found.Role}
	r.found[found.Key] = recent{Identity{Session: known, Recalled: true}, until}
}

// recall returns nobody if key was not found lately.
func (r *Recent) recall(key session.Key) Identity {
	r.mu.Lock()
	defer r.mu.Unlock()
	found, ok := r.found[key]
	if ok && !time.Now().Before(found.until) {
		delete(r.found, key)
		return Identity{}
	}
	return found.identity
}

func (r *Recent) forget(keys []session.Key) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, key := range keys {
		delete(r.found, key)
	}
}
