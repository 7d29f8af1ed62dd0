package search

import (
	"math/rand/v2"
	"testing"
	"time"
)

// Whatever the bounds: the steps cover all blocks between them, the newest
// first, and each begins where the next ends.
func TestSteps(t *testing.T) {
	t.Parallel()
	dice := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		first, starts := dice.IntN(200), make([]time.Time, 1+dice.IntN(3*stepSize))
		all := blocks{first, starts}
		for i := range starts {
			starts[i] = time.Unix(int64(10*i), 0)
		}
		since := time.Unix(dice.Int64N(int64(10*len(starts)+20))-10, 0)
		before := since.Add(time.Duration(dice.IntN(10*len(starts))) * time.Second)
		newest, oldest := all.of(before), all.of(since)
		next := newest
		for i, s := range all.steps(before, since) {
			if s.newest != next || s.oldest > s.newest || s.newest-s.oldest >= stepSize || all.of(s.first.At) != s.oldest {
				t.Fatalf("%d blocks from %d to %d: step %d is %+v, want one from %d", len(starts), newest, oldest, i, s, next)
			}
			next = s.oldest - 1
		}
		if next != oldest-1 {
			t.Fatalf("%d blocks from %d to %d: the steps end before %d", len(starts), newest, oldest, next)
		}
	}
}

func TestBlockOf(t *testing.T) {
	t.Parallel()
	starts := []time.Time{{}, time.Unix(10, 0), time.Unix(20, 0)}
	for at, want := range map[int64]int{-5: 0, 9: 0, 10: 1, 19: 1, 20: 2, 999: 2} {
		if got := (blocks{5, starts}).of(time.Unix(at, 0)); got != 5+want {
			t.Errorf("%d is in block %d, want %d", at, got, want)
		}
	}
}
