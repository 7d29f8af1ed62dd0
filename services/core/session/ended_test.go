package session

import (
	"slices"
	"testing"
	"time"

	"parley/testkit"
)

func TestGoneNamesWhatIsNoLiveSession(t *testing.T) {
	t.Parallel()
	pool := testkit.Database(t)
	if _, err := pool.Exec(t.Context(), `INSERT INTO users (username, password_hash) VALUES ('ada', 'x')`); err != nil {
		t.Fatal(err)
	}
	store := NewStore(pool)
	key := func(ttl time.Duration) Key {
		token, err := store.Create(t.Context(), "ada", "test", ttl)
		if err != nil {
			t.Fatal(err)
		}
		key, _ := token.Key()
		return key
	}
	live, expired, ended := key(time.Hour), key(-time.Hour), key(time.Hour)
	if err := store.End(t.Context(), ended); err != nil {
		t.Fatal(err)
	}
	never, _ := NewToken().Key()
	gone, err := store.Gone(t.Context(), []Key{live, expired, ended, never})
	if err != nil {
		t.Fatal(err)
	}
	if len(gone) != 3 || slices.Contains(gone, live) {
		t.Errorf("%d of 4 are gone", len(gone))
	}
}
