package signin

import (
	"testing"
	"time"

	"parley/core/session"
)

func TestRecall(t *testing.T) {
	t.Parallel()
	r := NewRecent()
	key := func(n byte) session.Key { return session.Key{n} }
	live := time.Now().Add(time.Hour)
	for n, expires := range []time.Time{live, live, time.Now()} {
		r.note(session.Session{Key: key(byte(n)), Username: "ada", ExpiresAt: expires})
	}
	r.forget([]session.Key{key(1), key(9)})
	for n, want := range []string{"ada", "", "", ""} { // known, forgotten, expired, never seen
		if got := r.recall(key(byte(n))); got.Username != want || got.SignedIn() != (want != "") || got.Recalled != got.SignedIn() {
			t.Errorf("session %d: %+v; want %q", n, got, want)
		}
	}
	for n := range 3 * maxRecent {
		r.note(session.Session{Key: session.Key{byte(n), byte(n >> 8), byte(n >> 16), 1}, ExpiresAt: live})
	}
	if len(r.found) > maxRecent {
		t.Errorf("remembers %d, want at most %d", len(r.found), maxRecent)
	}
}
