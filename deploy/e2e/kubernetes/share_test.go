package kubernetes

import (
	"context"
	"fmt"
	"testing"
	"time"

	"parley/deploy/e2e/chaos"
	"parley/deploy/e2e/chaos/load"
)

const (
	sampleTime = 30 * time.Second // over which a pod's load is measured
	uneven     = 0.3              // of its even share a pod may have more or less
)

// share is what one pod has of the load.
type share struct {
	pod          string
	streams      float64
	deliveries   float64 // a second
	processor    float64 // of one
	heap, memory float64 // bytes: of the runtime, of the process
}

func (s share) String() string {
	return fmt.Sprintf("%s: %4.0f streams, %5.0f deliveries/s, %4.1f %% of a processor, heap and stacks %.1f MiB, resident %.1f MiB",
		s.pod, s.streams, s.deliveries, 100*s.processor, s.heap/(1<<20), s.memory/(1<<20))
}

// mean returns what a pod has on average.
func mean(all []share) share {
	n := float64(len(all))
	sum := share{pod: fmt.Sprintf("a pod has, of %d", len(all))}
	for _, s := range all {
		sum.streams += s.streams / n
		sum.deliveries += s.deliveries / n
		sum.processor += s.processor / n
		sum.heap += s.heap / n
		sum.memory += s.memory / n
	}
	return sum
}

// shares measures every pod of stream, over the same time.
func shares(ctx context.Context, lasts time.Duration) ([]share, error) {
	pods, err := cluster.Pods(ctx, "stream")
	if err != nil {
		return nil, err
	}
	before, began := make([]map[string]float64, len(pods)), make([]time.Time, len(pods))
	for i, pod := range pods {
		if before[i], err = chaos.Metrics(ctx, parley, pod); err != nil {
			return nil, err
		}
		began[i] = time.Now()
	}
	select {
	case <-time.After(lasts):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	all := make([]share, len(pods))
	for i, pod := range pods {
		now, err := chaos.Metrics(ctx, parley, pod)
		if err != nil {
			return nil, err
		}
		took := time.Since(began[i]).Seconds()
		rate := func(name string) float64 { return (now[name] - before[i][name]) / took }
		all[i] = share{
			pod: pod, streams: now["parley_stream_open"],
			deliveries: rate("parley_stream_deliveries_total"), processor: rate("process_cpu_seconds_total"),
			heap:   now["go_memstats_heap_inuse_bytes"] + now["go_memstats_stack_inuse_bytes"],
			memory: now["process_resident_memory_bytes"],
		}
	}
	return all, nil
}

// spread waits until the streams are spread over n pods: they move when they end
// by age.
func spread(t *testing.T, n int) {
	t.Helper()
	err := load.Await(patient(t), fmt.Sprintf("streams are spread over %d pods", n), func(ctx context.Context) error {
		all, err := shares(ctx, 0)
		if err != nil {
			return err
		}
		if len(all) != n {
			return fmt.Errorf("there are %d pods", len(all))
		}
		even := float64(listeners) / float64(n)
		for _, s := range all {
			if s.streams < (1-uneven)*even || s.streams > (1+uneven)*even+crowdBeside {
				return fmt.Errorf("a pod has %.0f streams, %.0f would be even", s.streams, even)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// crowdBeside is how many more listen than the 2,000, at most.
const crowdBeside = 100
