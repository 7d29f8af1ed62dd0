package session

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"parley/testkit"
)

// counted counts the queries of the pool it traces, and may hold them back.
type counted struct {
	mu      sync.Mutex
	queries int
	gate    func()
}

func (c *counted) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	c.mu.Lock()
	c.queries++
	gate := c.gate
	c.mu.Unlock()
	if gate != nil {
		gate()
	}
	return ctx
}

func (c *counted) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func (c *counted) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.queries
}

// await waits for a condition that has no event to wait for.
func await(t *testing.T, is func() bool) {
	t.Helper()
	deadline := time.After(10 * time.Second)
	for !is() {
		select {
		case <-deadline:
			t.Fatal("it did not come true")
		case <-time.After(time.Millisecond):
		}
	}
}

// finders is how many queries of a finder run at once.
const finders = 2

// finder returns a running finder on a store whose queries are counted.
func finder(t *testing.T) (*Finder, *Store, *counted) {
	t.Helper()
	cfg, err := pgxpool.ParseConfig(testkit.DatabaseURL(t))
	if err != nil {
		t.Fatal(err)
	}
	trace := &counted{}
	cfg.ConnConfig.Tracer = trace
	pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	if _, err := pool.Exec(t.Context(), `INSERT INTO users (username, password_hash) VALUES ('ada', 'x'), ('bob', 'x')`); err != nil {
		t.Fatal(err)
	}
	s := NewStore(pool)
	f := NewFinder(s)
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { f.Run(ctx) })
	t.Cleanup(func() { stop(); running.Wait() })
	return f, s, trace
}

func TestThoseWhoAskTogetherShareAQuery(t *testing.T) {
	t.Parallel()
	f, s, trace := finder(t)
	keys := []Key{create(t, s, "ada", time.Hour), create(t, s, "bob", time.Hour), create(t, s, "ada", -time.Second), {}}
	release := make(chan struct{})
	open := sync.OnceFunc(func() { close(release) })
	defer open()
	trace.mu.Lock()
	trace.gate, trace.queries = func() { <-release }, 0
	trace.mu.Unlock()

	const each = 25
	failures := make(chan error, each*len(keys)+finders)
	var asking sync.WaitGroup
	ask := func(i int) { asking.Go(func() { failures <- check(f, i%len(keys), keys) }) }
	for i := range finders { // these keep the finders busy
		ask(i)
		await(t, func() bool { return trace.count() == i+1 })
	}
	for i := range each * len(keys) {
		ask(i)
	}
	await(t, func() bool { return f.lookup.Waiting() == each*len(keys) })
	open()
	asking.Wait()
	close(failures)
	for err := range failures {
		if err != nil {
			t.Error(err)
		}
	}
	if n := trace.count(); n > 2*finders {
		t.Errorf("%d queries for %d questions, want %d at most", n, each*len(keys), 2*finders)
	}
}

// check asks for keys[i]. The first is ada's, the second bob's, the others nobody's.
func check(f *Finder, i int, keys []Key) error {
	found, err := f.Find(context.Background(), keys[i])
	switch {
	case i >= 2:
		if !errors.Is(err, ErrNotFound) {
			return fmt.Errorf("question %d: found %+v, %w; want nothing", i, found, err)
		}
		return nil
	case err != nil:
		return err
	}
	if want := []string{"ada", "bob"}[i]; found.Username != want || found.Key != keys[i] {
		return fmt.Errorf("found %s's, want %s's", found.Username, want)
	}
	return nil
}

// A query may be under way when a session ends: who asks afterwards must not
// be answered by it.
func TestNobodyFindsASessionThatHasEnded(t *testing.T) {
	t.Parallel()
	f, s, _ := finder(t)
	ctx, stop := context.WithCancel(t.Context())
	var others sync.WaitGroup
	defer others.Wait()
	defer stop()
	busy := create(t, s, "bob", time.Hour)
	for range 16 {
		others.Go(func() {
			for ctx.Err() == nil {
				_, _ = f.Find(ctx, busy)
			}
		})
	}
	for range 200 {
		key := create(t, s, "ada", time.Hour)
		others.Go(func() { _, _ = f.Find(ctx, key) }) // may be under way while it ends
		if err := s.End(t.Context(), key); err != nil {
			t.Fatal(err)
		}
		if _, err := f.Find(t.Context(), key); !errors.Is(err, ErrNotFound) {
			t.Fatalf("found what has ended: %v", err)
		}
	}
}

func TestNotKnowingIsNotNotFound(t *testing.T) {
	t.Parallel()
	pool := testkit.Database(t)
	f := NewFinder(NewStore(pool))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.Find(ctx, Key{}); !errors.Is(err, context.Canceled) {
		t.Errorf("who has left: %v", err)
	}
	pool.Close()
	running, stop := context.WithCancel(t.Context())
	defer stop()
	go f.Run(running)
	if _, err := f.Find(t.Context(), Key{}); err == nil || errors.Is(err, ErrNotFound) {
		t.Errorf("without Postgres: %v", err)
	}
}
