package limit

import (
	"errors"
	"strconv"
	"testing"
	"testing/synctest"
	"time"
)

// takes returns how many of n at once are allowed.
func takes(l *Limiter, key string, n int) (allowed int) {
	for range n {
		if l.Take(key) == nil {
			allowed++
		}
	}
	return allowed
}

func TestBurstGrowsBackEvenly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := New(3, 3*time.Minute)
		for _, step := range []struct {
			after time.Duration
			key   string
			want  int
		}{
			{0, "ada", 3},
			{0, "bob", 3},
			{time.Minute - 1, "ada", 0},
			{1, "ada", 1},
			{2 * time.Minute, "ada", 2},
			{time.Hour, "ada", 3},
		} {
			time.Sleep(step.after)
			if got := takes(l, step.key, 10); got != step.want {
				t.Errorf("%s after another %s: %d allowed, want %d", step.key, step.after, got, step.want)
			}
		}
		var exceeded *Exceeded
		if err := l.Check("ada"); !errors.As(err, &exceeded) || exceeded.Wait != time.Minute {
			t.Errorf("the next: %v, want to wait a minute", err)
		}
	})
}

func TestCheckCountsNothing(t *testing.T) {
	t.Parallel()
	l := New(1, time.Minute)
	for range 10 {
		if err := l.Check("ada"); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Take("ada"); err != nil {
		t.Error(err)
	}
}

func TestZeroIsOff(t *testing.T) {
	t.Parallel()
	l := New(0, time.Minute)
	for range 1000 {
		if err := l.Take("ada"); err != nil {
			t.Fatal(err)
		}
	}
	if len(l.whole) != 0 {
		t.Error("a limiter that is off remembers keys")
	}
}

func TestForgetsKeysThatAreWhole(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := New(1, time.Minute)
		for i := range 1024 {
			_ = l.Take(strconv.Itoa(i))
		}
		time.Sleep(time.Hour)
		_ = l.Take("ada")
		if n := len(l.whole); n != 1 {
			t.Errorf("%d keys are remembered, want 1", n)
		}
	})
}
