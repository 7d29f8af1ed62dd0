package cookie

import (
	"net/http"
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
	username string
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
	r.found[found.Key] = recent{found.Username, until}
}

func (r *Recent) recall(key session.Key) (username string, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	found, ok := r.found[key]
	if ok && !time.Now().Before(found.until) {
		delete(r.found, key)
		return "", false
	}
	return found.username, ok
}

func (r *Recent) forget(keys []session.Key) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, key := range keys {
		delete(r.found, key)
	}
}

// Recall returns whose session the request came with, if that was looked up a
// short while ago. It may have ended since: whoever acts on this has to make
// sure, as the committer does, that it is live when it counts.
func (s *Store) Recall(r *http.Request) (session.Key, string, bool) {
	key, ok := session.FromRequest(r)
	if !ok {
		return session.Key{}, "", false
	}
	username, ok := s.Recent.recall(key)
	return key, username, ok
}
