package limit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"parley/core/backing"
	"parley/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// replica returns what one replica counts with. It is more patient than a real
// one, so that a busy machine is not taken for a dead Redis.
func replica(t *testing.T, server *testkit.RedisServer) (*Shared, redis.UniversalClient) {
	t.Helper()
	client, err := backing.Redis(server.URL(), "test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	s := NewShared(client, slog.New(slog.NewTextHandler(t.Output(), nil)))
	s.patience = 5 * time.Second
	return s, client
}

// allowed returns how many of n at once are.
func allowed(t *testing.T, l *Limiter, key string, n int) int {
	t.Helper()
	var yes atomic.Int64
	var asking sync.WaitGroup
	for range n {
		asking.Go(func() {
			if l.Take(t.Context(), key) == nil {
				yes.Add(1)
			}
		})
	}
	asking.Wait()
	return int(yes.Load())
}

func TestReplicasCountTogether(t *testing.T) {
	t.Parallel()
	server := testkit.Redis(t)
	one, client := replica(t, server)
	two, _ := replica(t, server)
	a, b := New("x", 10, time.Hour, one), New("x", 10, time.Hour, two)
	other := New("y", 10, time.Hour, two)
	if n := allowed(t, a, "ada", 6); n != 6 {
		t.Errorf("the first allows %d of 6", n)
	}
	for range 5 {
		if err := b.Check(t.Context(), "ada"); err != nil {
			t.Fatal("to look counts: ", err)
		}
	}
	if n := allowed(t, b, "ada", 20); n != 4 {
		t.Errorf("the second allows %d, want the 4 that are left", n)
	}
	var e *Exceeded
	if err := a.Check(t.Context(), "ada"); !errors.As(err, &e) || e.Wait <= 5*time.Minute || e.Wait > 6*time.Minute {
		t.Errorf("the next: %v; want to wait some 6 minutes", err)
	}
	if n := allowed(t, a, "bob", 20) + allowed(t, other, "ada", 20); n != 20 {
		t.Errorf("another key and another limit allow %d, want 20", n)
	}
	left, err := client.PTTL(t.Context(), prefix+"x:ada").Result()
	if err != nil || left <= 0 || left > time.Hour {
		t.Errorf("it is kept for %s, %v", left, err)
	}
}

func TestBurstGrowsBackInRedis(t *testing.T) {
	t.Parallel()
	s, _ := replica(t, testkit.Redis(t))
	l := New("x", 2, time.Second, s)
	if n := allowed(t, l, "ada", 2); n != 2 {
		t.Fatalf("%d allowed, want 2", n)
	}
	var e *Exceeded
	for err := l.Take(t.Context(), "ada"); err != nil; err = l.Take(t.Context(), "ada") {
		if !errors.As(err, &e) || e.Wait > time.Second/2 {
			t.Fatalf("%v; want to wait half a second at most", err)
		}
		<-time.After(e.Wait)
	}
	if e == nil {
		t.Error("a third was allowed at once")
	}
}

// Whoever reaches Redis may write anything there.
func TestWhatOthersWroteIsBounded(t *testing.T) {
	t.Parallel()
	s, client := replica(t, testkit.Redis(t))
	l := New("x", 3, time.Minute, s)
	for _, value := range []string{"9999999999999999999", "-1", "nonsense", "", "nan", "inf", "1e400"} {
		if err := client.Set(t.Context(), prefix+"x:ada", value, 0).Err(); err != nil {
			t.Fatal(err)
		}
		var e *Exceeded
		if err := l.Take(t.Context(), "ada"); err != nil && (!errors.As(err, &e) || e.Wait > 21*time.Second) {
			t.Errorf("after %q: %v", value, err)
		}
	}
	if err := client.LPush(t.Context(), prefix+"x:bob", "a list").Err(); err != nil {
		t.Fatal(err)
	}
	if n := allowed(t, l, "bob", 9); n != 3 {
		t.Errorf("where Redis cannot count: %d allowed, want 3", n)
	}
}

func TestRedisGoneAndBack(t *testing.T) {
	t.Parallel()
	server := testkit.Redis(t)
	s, client := replica(t, server)
	s.pause = 50 * time.Millisecond
	l := New("x", 10, time.Hour, s)
	if n := allowed(t, l, "ada", 6); n != 6 {
		t.Fatalf("%d allowed, want 6", n)
	}
	if err := server.Stop(); err != nil {
		t.Fatal(err)
	}
	if n := allowed(t, l, "ada", 20); n != 4 {
		t.Errorf("without Redis %d are allowed, want the 4 that are left", n)
	}
	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	deadline := time.After(10 * time.Second)
	for i := 0; ; i++ {
		name := fmt.Sprint("bob", i)
		if err := l.Take(t.Context(), name); err != nil {
			t.Fatal(err)
		}
		if client.Exists(t.Context(), prefix+"x:"+name).Val() == 1 {
			break
		}
		select {
		case <-deadline:
			t.Fatal("Redis is back and does not count")
		case <-time.After(10 * time.Millisecond):
		}
	}
	if n := allowed(t, l, "ada", 20); n != 0 {
		t.Errorf("an emptied Redis allows %d more", n)
	}
}

func TestHungRedisCostsOneRequestALittle(t *testing.T) {
	t.Parallel()
	server := testkit.Redis(t)
	s, _ := replica(t, server)
	s.pause = time.Hour
	l := New("x", 1000, time.Hour, s)
	if err := l.Take(t.Context(), "ada"); err != nil {
		t.Fatal(err)
	}
	if err := server.Process().Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	defer server.Process().Signal(syscall.SIGCONT)
	s.patience = patience
	began := time.Now()
	if err := l.Take(t.Context(), "ada"); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took < patience || took > 10*patience { // the machine may be busy
		t.Errorf("the first took %s, want %s and a little", took, patience)
	}
	began = time.Now()
	for range 100 {
		if err := l.Take(t.Context(), "ada"); err != nil {
			t.Error(err)
		}
	}
	if took := time.Since(began); took > patience {
		t.Errorf("the next hundred took %s: they must not ask", took)
	}
}

func TestClientThatLeftSaysNothingAboutRedis(t *testing.T) {
	t.Parallel()
	s, client := replica(t, testkit.Redis(t))
	l := New("x", 10, time.Hour, s)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.Take(ctx, "ada"); err != nil {
		t.Error(err)
	}
	if err := l.Take(t.Context(), "ada"); err != nil {
		t.Error(err)
	}
	if client.Exists(t.Context(), prefix+"x:ada").Val() != 1 {
		t.Error("Redis was not asked again")
	}
}

func TestOffAsksNobody(t *testing.T) {
	t.Parallel()
	s, client := replica(t, testkit.Redis(t))
	l := New("x", 0, time.Minute, s)
	for range 100 {
		if err := errors.Join(l.Check(t.Context(), "ada"), l.Take(t.Context(), "ada")); err != nil {
			t.Fatal(err)
		}
	}
	if len(l.local.whole) != 0 {
		t.Error("a limiter that is off remembers keys")
	}
	if stats := client.Info(t.Context(), "commandstats").Val(); strings.Contains(stats, "eval") {
		t.Errorf("a limiter that is off asks Redis: %s", stats)
	}
}
