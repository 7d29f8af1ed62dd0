package session

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"parley/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func open(t *testing.T) (*Store, *pgxpool.Pool) {
	t.Helper()
	pool := testkit.Database(t)
	if _, err := pool.Exec(t.Context(), `INSERT INTO users (username, password_hash) VALUES ('ada', 'x'), ('bob', 'x')`); err != nil {
		t.Fatal(err)
	}
	return NewStore(pool), pool
}

func create(t *testing.T, s *Store, username string, ttl time.Duration) Key {
	t.Helper()
	token, err := s.Create(t.Context(), username, "agent of "+username, ttl)
	if err != nil {
		t.Fatal(err)
	}
	key, ok := token.Key()
	if !ok {
		t.Fatalf("token %q is malformed", token)
	}
	return key
}

func isLive(t *testing.T, s *Store, key Key) bool {
	t.Helper()
	_, err := s.Find(t.Context(), key)
	if err != nil && !errors.Is(err, ErrNotFound) {
		t.Fatal(err)
	}
	return err == nil
}

func TestCreateAndFind(t *testing.T) {
	t.Parallel()
	s, pool := open(t)
	key := create(t, s, "ada", time.Hour)
	found, err := s.Find(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	left := time.Until(found.ExpiresAt)
	if found.Key != key || found.Username != "ada" || found.UserAgent != "agent of ada" || found.ID == "" ||
		left > time.Hour+time.Minute || left < 59*time.Minute {
		t.Errorf("found %+v", found)
	}
	if isLive(t, s, Key{}) {
		t.Error("found a session that never was")
	}
	if _, err := s.Create(t.Context(), "nobody", "", time.Hour); err == nil {
		t.Error("nobody has a session")
	}
	var stored int
	if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM sessions WHERE token_hash = $1`, key[:]).Scan(&stored); err != nil || stored != 1 {
		t.Errorf("%d rows under the key: %v", stored, err)
	}
}

func TestAnyUserAgentCanBeStored(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	for _, agent := range []string{"", "a\x00b", "\xff\xfe", strings.Repeat("é", 2000), strings.Repeat("\x00", 600)} {
		if _, err := s.Create(t.Context(), "ada", agent, time.Hour); err != nil {
			t.Errorf("%.20q: %v", agent, err)
		}
	}
}

func TestExpired(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	old, live := create(t, s, "ada", -time.Second), create(t, s, "ada", time.Hour)
	if isLive(t, s, old) {
		t.Error("found an expired session")
	}
	if err := s.Touch(t.Context(), old); !errors.Is(err, ErrNotFound) {
		t.Errorf("touch an expired session: %v", err)
	}
	found, err := s.FindAll(t.Context(), []Key{old, live, {}})
	if err != nil || len(found) != 1 || found[live].Username != "ada" {
		t.Errorf("found %v, %v; want the live one", found, err)
	}
	if n, err := s.EndExpired(t.Context()); n != 1 || err != nil {
		t.Errorf("removed %d, %v; want 1", n, err)
	}
	if !isLive(t, s, live) {
		t.Error("the live one was removed")
	}
}

func TestRenew(t *testing.T) {
	t.Parallel()
	s, pool := open(t)
	one, two, bobs := create(t, s, "ada", time.Hour), create(t, s, "ada", time.Hour), create(t, s, "bob", time.Hour)
	tx, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	token, ended, err := s.In(tx).Renew(t.Context(), "ada", "agent", time.Hour)
	if err != nil || len(ended) != 2 {
		t.Fatalf("renewed: %x, %v; want two ended", ended, err)
	}
	fresh, _ := token.Key()
	if !isLive(t, s, one) || isLive(t, s, fresh) {
		t.Error("it shows before the commit")
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if isLive(t, s, one) || isLive(t, s, two) || !isLive(t, s, fresh) || !isLive(t, s, bobs) {
		t.Error("want all of ada's ended but the new one, and bob's left alone")
	}
}

func TestTouch(t *testing.T) {
	t.Parallel()
	s, pool := open(t)
	one, two, ended := create(t, s, "ada", time.Hour), create(t, s, "ada", time.Hour), create(t, s, "ada", time.Hour)
	if err := s.End(t.Context(), ended); err != nil {
		t.Fatal(err)
	}
	age := func() {
		if _, err := pool.Exec(t.Context(), `UPDATE sessions SET last_seen_at = now() - interval '1 hour'`); err != nil {
			t.Fatal(err)
		}
	}
	fresh := func(key Key) bool {
		found, err := s.Find(t.Context(), key)
		return err == nil && time.Since(found.LastSeenAt) < time.Minute
	}
	age()
	if err := s.Touch(t.Context(), one); err != nil || !fresh(one) || fresh(two) {
		t.Errorf("touch: %v", err)
	}
	age()
	if err := s.TouchAll(t.Context(), []Key{one, two, ended}); err != nil || !fresh(one) || !fresh(two) {
		t.Errorf("touch all: %v", err)
	}
	if err := s.Touch(t.Context(), ended); !errors.Is(err, ErrNotFound) || isLive(t, s, ended) {
		t.Errorf("touch an ended session: %v", err)
	}
}

func TestListAndEnd(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	one, two, three := create(t, s, "ada", time.Hour), create(t, s, "ada", time.Hour), create(t, s, "ada", time.Hour)
	bobs := create(t, s, "bob", time.Hour)
	create(t, s, "ada", -time.Second)
	if err := s.Touch(t.Context(), two); err != nil {
		t.Fatal(err)
	}
	list, err := s.List(t.Context(), "ada", Key{})
	if err != nil || len(list) != 3 || list[0].Key != two {
		t.Fatalf("listed %+v, %v; want three, the latest seen first", list, err)
	}
	if mine, err := s.List(t.Context(), "ada", three); err != nil || len(mine) != 3 || mine[0].Key != three || mine[1].Key != two {
		t.Errorf("listed %+v, %v; want one's own first", mine, err)
	}
	if _, err := s.EndByID(t.Context(), "bob", list[0].ID); !errors.Is(err, ErrNotFound) {
		t.Errorf("bob ended ada's session: %v", err)
	}
	for _, id := range []string{"", "no uuid", strings.Repeat("0", 36), "\x00" + list[0].ID[1:], "\xff" + list[0].ID[1:], list[0].ID + "0", strings.Repeat("0-", 18)} {
		if _, err := s.EndByID(t.Context(), "ada", id); !errors.Is(err, ErrNotFound) {
			t.Errorf("end %q, which is no id: %v", id, err)
		}
	}
	if key, err := s.EndByID(t.Context(), "ada", list[0].ID); key != two || err != nil || isLive(t, s, two) {
		t.Errorf("end by id: %x, %v", key, err)
	}
	if !isLive(t, s, one) || !isLive(t, s, three) || !isLive(t, s, bobs) {
		t.Error("others ended too")
	}
	for range 2 { // the second time it is gone already
		if err := s.End(t.Context(), one); err != nil || isLive(t, s, one) {
			t.Errorf("end: %v", err)
		}
	}
}

func TestAwayIsNotNotFound(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	key := create(t, s, "ada", time.Hour)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, findErr := s.Find(ctx, key)
	_, findAllErr := s.FindAll(ctx, []Key{key})
	for _, err := range []error{findErr, findAllErr, s.Touch(ctx, key), s.End(ctx, key)} {
		if err == nil || errors.Is(err, ErrNotFound) {
			t.Errorf("a question that got no answer: %v", err)
		}
	}
}
