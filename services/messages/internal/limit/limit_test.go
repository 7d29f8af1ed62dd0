package limit

import (
	"errors"
	"strconv"
	"testing"
	"testing/synctest"
	"time"
)

func TestBurstGrowsBackEvenly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := New(3, 3*time.Minute)
		for i := range 3 {
			if err := l.Take("ada"); err != nil {
				t.Fatalf("take %d: %v", i+1, err)
			}
		}
		var exceeded *Exceeded
		if err := l.Take("ada"); !errors.As(err, &exceeded) || exceeded.Wait != time.Minute {
			t.Fatalf("the fourth at once: %v, want to wait a minute", err)
		}
		if err := l.Take("bob"); err != nil {
			t.Errorf("another key: %v", err)
		}
		time.Sleep(time.Minute)
		if err := l.Check("ada"); err != nil {
			t.Errorf("check after a minute: %v", err)
		}
		if err := l.Take("ada"); err != nil {
			t.Errorf("take after a minute: %v", err)
		}
		if err := l.Check("ada"); err == nil {
			t.Error("two grew back in a minute, want one")
		}
		time.Sleep(time.Hour)
		for i := range 3 {
			if err := l.Take("ada"); err != nil {
				t.Errorf("take %d after an hour: %v", i+1, err)
			}
		}
		if err := l.Take("ada"); err == nil {
			t.Error("more than the burst after an hour")
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
