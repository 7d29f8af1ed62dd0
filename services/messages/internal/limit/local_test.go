package limit

import (
	"errors"
	"strconv"
	"testing"
	"testing/synctest"
	"time"
)

// takes returns how many of n at once are allowed.
func takes(l *local, key string, n int) (allowed int) {
	for range n {
		if l.take(key) == nil {
			allowed++
		}
	}
	return allowed
}

func TestBurstGrowsBackEvenly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLocal(rateOf(3, 3*time.Minute))
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
		if err := l.check("ada"); !errors.As(err, &exceeded) || exceeded.Wait != time.Minute {
			t.Errorf("the next: %v, want to wait a minute", err)
		}
	})
}

func TestForgetsKeysThatAreWhole(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLocal(rateOf(1, time.Minute))
		for i := range 1024 {
			_ = l.take(strconv.Itoa(i))
		}
		time.Sleep(time.Hour)
		_ = l.take("ada")
		if n := len(l.whole); n != 1 {
			t.Errorf("%d keys are remembered, want 1", n)
		}
	})
}
