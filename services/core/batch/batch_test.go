package batch

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
)

func TestGather(t *testing.T) {
	t.Parallel()
	queue := make(chan int, 8)
	for i := range 5 {
		queue <- i
	}
	if got := Gather([]int{9}, queue, 3); !slices.Equal(got, []int{9, 0, 1}) {
		t.Errorf("gathered %v", got)
	}
	close(queue)
	if got := Gather(nil, queue, 100); !slices.Equal(got, []int{2, 3, 4}) {
		t.Errorf("gathered %v from a closed queue", got)
	}
}

func TestLookupAnswersEachCaller(t *testing.T) {
	t.Parallel()
	failure := errors.New("away")
	l := NewLookup(func(_ context.Context, keys []int) (map[int]string, error) {
		if slices.Contains(keys, 13) {
			return nil, failure
		}
		return map[int]string{1: "one", 2: "two"}, nil
	})
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { l.Run(ctx) })
	defer func() { stop(); running.Wait() }()
	if got, ok, err := l.Find(t.Context(), 1); got != "one" || !ok || err != nil {
		t.Errorf("1: %q, %v, %v", got, ok, err)
	}
	if got, ok, err := l.Find(t.Context(), 3); ok || err != nil {
		t.Errorf("3: %q, %v, %v", got, ok, err)
	}
	if _, ok, err := l.Find(t.Context(), 13); ok || !errors.Is(err, failure) {
		t.Errorf("13: %v, %v", ok, err)
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, _, err := l.Find(gone, 1); err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("who has left: %v", err)
	}
}

func TestLookupAsksOnceForEachKey(t *testing.T) {
	t.Parallel()
	begun, release := make(chan struct{}, 64), make(chan struct{})
	var mu sync.Mutex
	var asked [][]int
	l := NewLookup(func(_ context.Context, keys []int) (map[int]int, error) {
		mu.Lock()
		asked = append(asked, keys)
		mu.Unlock()
		begun <- struct{}{}
		<-release
		return map[int]int{7: 7}, nil
	})
	ctx, stop := context.WithCancel(t.Context())
	var running, asking sync.WaitGroup
	running.Go(func() { l.Run(ctx) })
	defer func() { stop(); running.Wait() }()
	for range lookups { // these keep it busy, one by one
		asking.Go(func() { _, _, _ = l.Find(t.Context(), 7) })
		<-begun
	}
	const callers = 50
	for range callers {
		asking.Go(func() {
			if v, ok, err := l.Find(t.Context(), 7); v != 7 || !ok || err != nil {
				t.Errorf("%d, %v, %v", v, ok, err)
			}
		})
	}
	for l.Waiting() < callers {
		if err := t.Context().Err(); err != nil {
			t.Fatal(err)
		}
	}
	close(release)
	asking.Wait()
	for _, keys := range asked {
		if !slices.Equal(keys, []int{7}) {
			t.Errorf("asked for %v", keys)
		}
	}
	if len(asked) > 2*lookups {
		t.Errorf("%d queries for %d callers", len(asked), callers+lookups)
	}
}
