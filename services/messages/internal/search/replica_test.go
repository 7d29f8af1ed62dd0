package search

import (
	"context"
	"log/slog"
	"testing"

	"parley/core/backing"
	"parley/testkit"
)

// Whether or not a replica replays: a search finds what the primary holds when it
// begins, and nobody finds what they may not read.
func TestSearchOnAReplica(t *testing.T) {
	t.Parallel()
	primary, standby := testkit.Pair(t)
	s := systemOn(t, primary.URL("postgres"))
	pool, replicas, err := backing.Open(t.Context(), s.url, []string{standby.URL("postgres")}, "test", 4, slog.New(slog.NewTextHandler(t.Output(), nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	t.Cleanup(replicas.Close)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); replicas.Run(ctx) }()
	t.Cleanup(func() { stop(); <-done })
	s.store = NewStore(s.store.index, pool, replicas)

	one := replicas.All()[0]
	s.readsEverything(func(round int) bool { // until both happened often, which is a matter of time
		if one.Answered.Load() >= 50 && one.Behind.Load() >= 8 || round == 100 {
			return false
		}
		do := standby.Resume
		if round%4 == 2 {
			do = standby.Pause
		}
		if err := do(t.Context()); err != nil {
			t.Fatal(err)
		}
		return true
	})
	t.Logf("the replica answered %d times, was behind %d times, failed %d times", one.Answered.Load(), one.Behind.Load(), one.Failed.Load())
	if one.Answered.Load() < 50 || one.Behind.Load() < 8 || one.Failed.Load() > 0 {
		t.Error("that proves little")
	}
}
