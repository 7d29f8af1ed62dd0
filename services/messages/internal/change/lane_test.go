package change

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/core/backing"
)

// hold locks a room in a transaction of its own until release is called.
func hold(t *testing.T, pool *backing.Tuned, room string) (release func()) {
	t.Helper()
	tx, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `SELECT FROM rooms WHERE name = $1 FOR UPDATE`, room); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := tx.Rollback(context.WithoutCancel(t.Context())); err != nil && !errors.Is(err, pgx.ErrTxClosed) {
			t.Error(err)
		}
	}
}

func storeLater(t *testing.T, c *Committer, p Post) <-chan outcome {
	t.Helper()
	done := make(chan outcome, 1)
	go func() {
		receipt, err := c.Post(t.Context(), p)
		done <- outcome{receipt, err}
	}()
	return done
}

func TestLockedRoomDoesNotHoldUpOthers(t *testing.T) {
	t.Parallel()
	pool := database(t)
	addRooms(t, pool, "other")
	c, p := start(t, pool)
	release := hold(t, pool, "general")
	stuck := storeLater(t, c, say("general", "one"))

	began := time.Now()
	if _, err := c.Post(t.Context(), say("other", "one")); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > lockTimeout+time.Second {
		t.Errorf("the first post to another room took %s", took)
	}
	// Once the locked room has a lane, nobody else waits for it.
	eventually(t, func() bool { return c.lanes.count() == 1 })
	behind := storeLater(t, c, say("general", "two"))
	began = time.Now()
	for range 20 {
		if _, err := c.Post(t.Context(), say("other", "more")); err != nil {
			t.Fatal(err)
		}
	}
	if took := time.Since(began); took > time.Second {
		t.Errorf("20 posts to another room took %s", took)
	}
	release()
	for _, done := range []<-chan outcome{stuck, behind} {
		if o := <-done; o.err != nil {
			t.Errorf("after the lock was released: %v", o.err)
		}
	}
	assertDense(t, pool, "general", 2)
	assertDense(t, pool, "other", 21)
	if n := len(p.in("general")); n != 2 {
		t.Errorf("%d published, want 2", n)
	}
	eventually(t, func() bool { return c.lanes.count() == 0 })
}

func TestRoomLockedForLongIsBusy(t *testing.T) {
	t.Parallel()
	pool := database(t)
	c, _ := start(t, pool)
	release := hold(t, pool, "general")
	defer release()
	began := time.Now()
	if _, err := c.Post(t.Context(), say("general", "hi")); !errors.Is(err, ErrBusy) {
		t.Errorf("store: %v, want %v", err, ErrBusy)
	}
	if took := time.Since(began); took < patience || took > patience+3*time.Second {
		t.Errorf("gave up after %s, want about %s", took, patience)
	}
	release()
	eventually(t, func() bool { return c.lanes.count() == 0 })
	if got, err := c.Post(t.Context(), say("general", "hi")); err != nil || got.ID != 1 {
		t.Errorf("afterwards: %+v, %v; want id 1", got, err)
	}
}

// eventually waits for a condition that has no event to wait for.
func eventually(t *testing.T, is func() bool) {
	t.Helper()
	deadline := time.After(5 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !is() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("it did not come true within 5 s")
		}
	}
}
