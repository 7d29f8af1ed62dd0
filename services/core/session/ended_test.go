package session

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

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

// However many sessions there are, those that are asked about are looked up one
// by one.
func TestGoneReadsOnlyWhatItIsAskedFor(t *testing.T) {
	t.Parallel()
	pool := testkit.Database(t)
	for _, sql := range []string{
		`INSERT INTO users (username, password_hash) VALUES ('ada', 'x')`,
		`INSERT INTO sessions (token_hash, username, expires_at)
			SELECT sha256(i::text::bytea), 'ada', now() + interval '1 hour' FROM generate_series(1, 40000) AS i`,
		`ANALYZE sessions`,
	} {
		if _, err := pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	var hashes []byte
	err := pool.QueryRow(t.Context(), `SELECT string_agg(token_hash, '') FROM (SELECT token_hash FROM sessions LIMIT 1000) AS asked`).Scan(&hashes)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := pool.Query(t.Context(), `EXPLAIN `+goneSQL, hashes)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	if text := strings.Join(plan, "\n"); strings.Contains(text, "Seq Scan") || !strings.Contains(text, "sessions_pkey") {
		t.Errorf("all sessions are read for a thousand of them:\n%s", text)
	}
}
