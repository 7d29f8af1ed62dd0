package membership

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"parley/core/access"
	"parley/core/chat"
	"parley/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func TestRecall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := NewGrants(access.NewStore(nil))
		ada, bob := access.Key{Username: "ada", Room: "general"}, access.Key{Username: "bob", Room: "general"}
		g.Note(ada)
		g.Note(bob)
		g.Forget(bob)
		if !g.Recall(ada) || g.Recall(bob) {
			t.Error("recalls the wrong one")
		}
		time.Sleep(recallFor) // of the bubble's clock
		if g.Recall(ada) {
			t.Errorf("recalls it after %s", recallFor)
		}
		for i := range maxRecent + 1 {
			g.Note(access.Key{Username: fmt.Sprint(i)})
		}
		if n := len(g.inside); n > maxRecent {
			t.Errorf("it holds %d", n)
		}
	})
}

func TestFindAndList(t *testing.T) {
	t.Parallel()
	pool, err := pgxpool.New(t.Context(), testkit.DatabaseURL(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	_, err = pool.Exec(t.Context(), `
		INSERT INTO users (username, password_hash, role, head) SELECT 'p' || lpad(n::text, 4, '0'), 'x', CASE n WHEN 0 THEN 'guest' ELSE 'member' END, 1 FROM generate_series(0, 450) n;
		INSERT INTO memberships (username, room, revision, moderator) SELECT username, 'general', 1, username = 'p0003' FROM users WHERE username > 'p0001';
		UPDATE users SET banned_at = now() WHERE username = 'p0002'`)
	if err != nil {
		t.Fatal(err)
	}
	g := NewGrants(access.NewStore(pool))
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { g.Run(ctx) })
	t.Cleanup(func() { stop(); running.Wait() })
	for username, want := range map[string]error{"p0000": access.ErrNotFound, "p0001": nil, "p0002": access.ErrNotFound, "p0003": nil, "nobody": access.ErrNotFound} {
		grant, err := g.Find(t.Context(), access.Key{Username: username, Room: "general"})
		if !errors.Is(err, want) || grant.Moderator != (username == "p0003") || err == nil && grant.Kind != chat.Open {
			t.Errorf("%s: %+v, %v", username, grant, err)
		}
	}
	s, seen, after := NewStore(pool, nil), 0, ""
	for more := true; more; {
		var members []Member
		if members, more, err = s.List(t.Context(), "p0001", "general", after); err != nil {
			t.Fatal(err)
		}
		for _, m := range members {
			if m.Username <= after || m.Username == "p0002" {
				t.Errorf("%s after %s", m.Username, after)
			}
			after = m.Username
		}
		seen += len(members)
	}
	if seen != 448 {
		t.Errorf("%d members listed, want 448", seen)
	}
	for _, username := range []string{"p0000", "p0002", "nobody"} {
		if _, _, err := s.List(t.Context(), username, "general", ""); !errors.Is(err, access.ErrNotFound) {
			t.Errorf("list for %s: %v, want %v", username, err, access.ErrNotFound)
		}
	}
}
