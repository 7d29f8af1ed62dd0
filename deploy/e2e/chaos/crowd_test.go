package chaos

import (
	"context"
	"fmt"
	"testing"
	"time"

	"parley/deploy/e2e/chaos/load"
)

const (
	crowdSize  = 2000
	crowdTimes = 3 // it is cut off so often
	// What a replica may keep of a crowd that has left: connections to Postgres
	// and Redis that grew in number, and what its runtime has not returned yet.
	keptDescriptors = 24
	keptGoroutines  = 24
	keptMemory      = 32 << 20
	keptLoad        = 0.1 // of one processor, while nothing happens

	sampleTime = time.Second // over which the load is measured
)

// vitals are what must return to what it was when a crowd has left.
type vitals struct{ streams, descriptors, goroutines, memory, load float64 }

func (v vitals) String() string {
	return fmt.Sprintf("%.0f streams, %.0f descriptors, %.0f goroutines, %.1f MiB, %.1f %% of a processor",
		v.streams, v.descriptors, v.goroutines, v.memory/(1<<20), 100*v.load)
}

func measure(ctx context.Context, part string) (vitals, error) {
	const processor = "process_cpu_seconds_total"
	earlier, err := Metrics(ctx, scene.Parley, part)
	if err != nil {
		return vitals{}, err
	}
	began := time.Now()
	select {
	case <-time.After(sampleTime):
	case <-ctx.Done():
		return vitals{}, ctx.Err()
	}
	m, err := Metrics(ctx, scene.Parley, part)
	return vitals{
		streams: m["parley_stream_open"], descriptors: m["process_open_fds"], goroutines: m["go_goroutines"],
		memory: m["go_memstats_heap_inuse_bytes"] + m["go_memstats_stack_inuse_bytes"],
		load:   (m[processor] - earlier[processor]) / time.Since(began).Seconds(),
	}, err
}

// Two thousand streams are cut at once and come back, again and again. None
// misses anything; and when they have left, nothing of them is left.
func TestCrowdIsCutAndComesBack(t *testing.T) {
	replicas := []string{"stream-1", "stream-2"}
	before := make(map[string]vitals)
	for _, part := range replicas {
		before[part] = settled(t, part, func(v vitals) bool { return v.streams == 0 })
	}
	try(t, load.Plan{Rooms: 1, Posters: 2, Think: 300 * time.Millisecond}, *seed, func(ctx context.Context, r *load.Run) error {
		r.Crowd(crowdSize)
		for range crowdTimes {
			if err := r.AwaitStreams(patient(t)); err != nil {
				return err
			}
			r.CutAll()
			if err := r.AwaitPosts(ctx, 5); err != nil {
				return err
			}
		}
		if err := r.AwaitStreams(patient(t)); err != nil {
			return err
		}
		for _, part := range replicas {
			v, err := measure(ctx, part)
			if err != nil {
				return err
			}
			t.Logf("%s with its share of the crowd: %s", part, v)
		}
		return nil
	})
	for _, part := range replicas {
		was := before[part]
		now := settled(t, part, func(v vitals) bool {
			return v.streams == 0 && v.descriptors <= was.descriptors+keptDescriptors &&
				v.goroutines <= was.goroutines+keptGoroutines && v.memory <= was.memory+keptMemory &&
				v.load <= was.load+keptLoad
		})
		t.Logf("%s before: %s; afterwards: %s", part, was, now)
	}
}

// settled waits until a replica is as it should be and returns how it is.
func settled(t *testing.T, part string, good func(vitals) bool) (now vitals) {
	t.Helper()
	err := load.Await(patient(t), part+" has recovered", func(ctx context.Context) (err error) {
		if now, err = measure(ctx, part); err == nil && !good(now) {
			err = fmt.Errorf("it has %s", now)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return now
}
