package session

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

func begin(t *testing.T, s *Store, o Opening) (Key, []Key) {
	t.Helper()
	o.TTL = time.Hour
	token, ended, err := s.Open(t.Context(), o, nil)
	if err != nil {
		t.Fatal(err)
	}
	key, _ := token.Key()
	return key, ended
}

func TestOpenEndsTheOldOne(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	old := create(t, s, "ada", time.Hour)
	key, ended := begin(t, s, Opening{Username: "bob", Old: &old})
	if isLive(t, s, old) || !isLive(t, s, key) || len(ended) != 1 || ended[0] != old {
		t.Errorf("ended %x; want the old one ended, the new one live", ended)
	}
	if _, _, err := s.Open(t.Context(), Opening{Username: "nobody", Old: &key, TTL: time.Hour}, nil); !errors.Is(err, ErrNotFound) {
		t.Errorf("nobody has a session: %v", err)
	}
	no := errors.New("no")
	refuse := func(context.Context, pgx.Tx) error { return no }
	if _, _, err := s.Open(t.Context(), Opening{Username: "bob", Old: &key, TTL: time.Hour}, refuse); !errors.Is(err, no) {
		t.Errorf("refused: %v", err)
	}
	if !isLive(t, s, key) {
		t.Error("what failed ended the old session")
	}
}

func TestOpenEndsTheOldestBeyondTheLimit(t *testing.T) {
	t.Parallel()
	s, pool := open(t)
	bobs := create(t, s, "bob", time.Hour)
	var keys []Key
	for range 3 {
		key, ended := begin(t, s, Opening{Username: "ada", Most: 3})
		if len(ended) != 0 {
			t.Errorf("ended %x below the limit", ended)
		}
		keys = append(keys, key)
	}
	fourth, ended := begin(t, s, Opening{Username: "ada", Most: 3})
	if len(ended) != 1 || ended[0] != keys[0] || isLive(t, s, keys[0]) {
		t.Errorf("ended %x, want the oldest, %x", ended, keys[0])
	}
	// The old one is not counted beside the new one that takes its place.
	if _, ended = begin(t, s, Opening{Username: "ada", Most: 3, Old: &fourth}); len(ended) != 1 || ended[0] != fourth {
		t.Errorf("ended %x, want the old one alone", ended)
	}
	if !isLive(t, s, keys[1]) || !isLive(t, s, keys[2]) || !isLive(t, s, bobs) {
		t.Error("others ended too")
	}
	var n int
	done := make(chan error, 10)
	for range cap(done) {
		go func() {
			_, _, err := s.Open(t.Context(), Opening{Username: "ada", Most: 3, TTL: time.Hour}, nil)
			done <- err
		}()
	}
	for range cap(done) {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM sessions WHERE username = 'ada'`).Scan(&n); err != nil || n != 3 {
		t.Errorf("%d sessions after many at once, %v; want 3", n, err)
	}
}

func TestBannedHaveNoSession(t *testing.T) {
	t.Parallel()
	s, pool := open(t)
	key := create(t, s, "ada", time.Hour)
	if found, err := s.Find(t.Context(), key); err != nil || found.Role != "member" {
		t.Errorf("found %+v, %v", found, err)
	}
	if _, err := pool.Exec(t.Context(), `UPDATE users SET banned_at = now() WHERE username = 'ada'`); err != nil {
		t.Fatal(err)
	}
	found, err := s.FindAll(t.Context(), []Key{key})
	if isLive(t, s, key) || err != nil || len(found) != 0 {
		t.Errorf("found %v, %v; want nothing", found, err)
	}
}

func TestExpiredEndInBatches(t *testing.T) {
	t.Parallel()
	s, pool := open(t)
	live := create(t, s, "ada", time.Hour)
	_, err := pool.Exec(t.Context(), `
		INSERT INTO sessions (token_hash, username, expires_at)
		SELECT sha256(n::text::bytea), 'ada', now() FROM generate_series(1, 2500) n`)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := s.EndExpired(t.Context()); n != 2500 || err != nil || !isLive(t, s, live) {
		t.Errorf("removed %d, %v", n, err)
	}
}
