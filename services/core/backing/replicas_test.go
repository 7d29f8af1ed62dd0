package backing_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"parley/core/backing"
	"parley/testkit"
)

// pair opens the pools of a primary and its replica, as a service does.
func pair(t *testing.T, primary, standby *testkit.PostgresServer) (*pgxpool.Pool, *backing.Replicas) {
	t.Helper()
	pool, replicas, err := backing.Open(t.Context(), primary.URL("postgres"), []string{standby.URL("postgres")}, "test", 4, slog.New(slog.NewTextHandler(t.Output(), nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	t.Cleanup(replicas.Close)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); replicas.Run(ctx) }()
	t.Cleanup(func() { stop(); <-done })
	return pool, replicas
}

// reads reports whether a replica answers.
func reads(t *testing.T, replicas *backing.Replicas) bool {
	t.Helper()
	return replicas.Read(t.Context(), time.Second, func(ctx context.Context, pool *pgxpool.Pool) error {
		var standby bool
		if err := pool.QueryRow(ctx, `SELECT pg_is_in_recovery()`).Scan(&standby); err != nil {
			return err
		}
		if !standby {
			return errors.New("it is no replica")
		}
		return nil
	})
}

func await(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("waited in vain until ", what)
		}
	}
}

// A replica that is away, that hangs, or that was promoted is left alone; it comes
// back by itself.
func TestReplicaGoesAndComesBack(t *testing.T) {
	t.Parallel()
	primary, standby := testkit.Pair(t)
	_, replicas := pair(t, primary, standby)
	answers := func() bool { return reads(t, replicas) }
	silent := func() bool { return !reads(t, replicas) }
	await(t, "the replica answers", answers)

	if err := standby.Stop(); err != nil {
		t.Fatal(err)
	}
	await(t, "it is away", silent)
	if err := standby.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	await(t, "it answers again", answers)

	if err := standby.SignalAll(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	await(t, "it is noticed that it hangs", func() bool { return silent() && !replicas.Good(replicas.All()[0]) })
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("a replica that hangs cost %s", took)
	}
	began = time.Now()
	if reads(t, replicas); time.Since(began) > 100*time.Millisecond {
		t.Errorf("one that is known to hang is waited for: %s", time.Since(began))
	}
	if err := standby.SignalAll(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	await(t, "it answers once more", answers)

	if err := standby.Promote(t.Context()); err != nil {
		t.Fatal(err)
	}
	await(t, "it is left alone as nobody's replica", func() bool { return silent() && !replicas.Good(replicas.All()[0]) })
}

// A conflict with recovery ends one read, and a replica that is behind is asked
// again; neither is taken for one that is away.
func TestReplicaThatCannotAnswerJustNow(t *testing.T) {
	t.Parallel()
	primary, standby := testkit.Pair(t, "max_standby_streaming_delay=0")
	pool, replicas := pair(t, primary, standby)
	await(t, "the replica answers", func() bool { return reads(t, replicas) })
	one := replicas.All()[0]

	if _, err := pool.Exec(t.Context(), `CREATE TABLE brief (n int)`); err != nil {
		t.Fatal(err)
	}
	await(t, "the replica has the table", func() bool {
		var n int
		return one.Pool.QueryRow(t.Context(), `SELECT count(*) FROM brief`).Scan(&n) == nil
	})
	began := make(chan struct{})
	go func() {
		<-began
		_, _ = pool.Exec(context.WithoutCancel(t.Context()), `DROP TABLE brief`) // the lock on it conflicts
	}()
	var failure error
	if replicas.Read(t.Context(), 20*time.Second, func(ctx context.Context, replica *pgxpool.Pool) error {
		tx, err := replica.Begin(ctx)
		if err != nil {
			return err
		}
		defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
		if _, err := tx.Exec(ctx, `LOCK TABLE brief IN ACCESS SHARE MODE`); err != nil {
			return err
		}
		close(began)
		_, failure = tx.Exec(ctx, `SELECT pg_sleep(15)`)
		return failure
	}) {
		t.Fatal("a read that was cancelled counts as answered")
	}
	if code := backing.Code(failure); code != "40001" {
		t.Errorf("it was cancelled with %q, %v", code, failure)
	}
	if !replicas.Good(one) || one.Failed.Load() != 1 {
		t.Errorf("good %v, %d failed", replicas.Good(one), one.Failed.Load())
	}
	behind := func(context.Context, *pgxpool.Pool) error { return backing.ErrBehind }
	if replicas.Read(t.Context(), time.Second, behind) || one.Behind.Load() != 1 || !reads(t, replicas) {
		t.Error("one that was behind is not asked again")
	}
	for range 20 {
		replicas.Read(t.Context(), time.Second, behind)
	}
	if n := one.Behind.Load(); n > 12 {
		t.Errorf("one that is always behind was asked %d times", n)
	}
	await(t, "it is asked again, after a while", func() bool { return reads(t, replicas) })
}

// A replica of another cluster, and one whose primary's place somebody else has
// taken, hold another history: they are never asked.
func TestReplicaOfAnother(t *testing.T) {
	t.Parallel()
	primary, standby := testkit.Pair(t)
	other, _ := testkit.Postgres(t)
	_, replicas := pair(t, other, standby)
	await(t, "it was looked at", func() bool { return replicas.All()[0].Pool.Stat().AcquireCount() > 2 })
	if reads(t, replicas) {
		t.Error("the replica of another Postgres answers")
	}
	// A failover to somebody else, as the connections of the services see it.
	third := testkit.Standby(t, primary, "third")
	pool, replicas, err := backing.Open(t.Context(), testkit.EitherURL("postgres", primary, third), []string{standby.URL("postgres")}, "test", 4, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	t.Cleanup(replicas.Close)
	if err := pool.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); replicas.Run(ctx) }()
	await(t, "the replica answers", func() bool { return reads(t, replicas) })
	stop() // nobody looks any more
	<-done
	if err := primary.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := third.Promote(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !reads(t, replicas) {
		t.Error("the replica doesn't answer, while nobody knows of another primary")
	}
	await(t, "the new primary is reached", func() bool { return pool.Ping(t.Context()) == nil })
	if reads(t, replicas) {
		t.Error("the replica of the primary before is asked")
	}
}
