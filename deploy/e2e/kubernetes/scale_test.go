package kubernetes

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"testing"

	"parley/deploy/e2e/chaos/load"
	"parley/deploy/e2e/system"
)

// Pods of stream come and go under a crowd, which misses nothing. Twice as many
// have half of the load each.
func TestStreamPodsComeAndGo(t *testing.T) {
	scale := func(n int) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := cluster.Kubectl(ctx, "scale", "deployment/stream", "--replicas", strconv.Itoa(n))
			return err
		}
	}
	if err := scale(1)(patient(t)); err != nil {
		t.Fatal(err)
	}
	if err := cluster.Settled(patient(t)); err != nil {
		t.Fatal(err)
	}
	r := begin(t)
	for _, n := range []int{1, 4, 2} {
		step(t, r, strconv.Itoa(n)+" stream pods", scale(n))
		spread(t, n)
		all, err := shares(patient(t), sampleTime)
		if err != nil {
			t.Fatal(err)
		}
		each := mean(all)
		for _, s := range all {
			t.Log(s)
			if math.Abs(s.deliveries/each.deliveries-1) > uneven {
				t.Errorf("%s has %.0f deliveries/s, %.0f would be even", s.pod, s.deliveries, each.deliveries)
			}
		}
		t.Log(each)
	}
	judge(t, r)
}

// The autoscaler adds a pod by itself when a crowd comes.
func TestAutoscalerAddsPods(t *testing.T) {
	t.Cleanup(func() {
		ctx := context.WithoutCancel(t.Context())
		if _, err := cluster.Kubectl(ctx, "delete", "hpa", "stream"); err != nil {
			t.Error(err)
		}
		if err := cluster.Apply(ctx, system.Overlay{Gateways: 2}); err != nil {
			t.Error(err)
		}
		if err := cluster.Settled(ctx); err != nil {
			t.Error(err)
		}
	})
	if err := cluster.Apply(patient(t), system.Overlay{Gateways: 2, Component: "autoscale-cpu"}); err != nil {
		t.Fatal(err)
	}
	kubectl(t, "wait", "--for=condition=ScalingActive", "--timeout=4m", "hpa/stream")
	if err := cluster.Settled(patient(t)); err != nil {
		t.Fatal(err)
	}
	calm, err := cluster.Pods(patient(t), "stream")
	if err != nil {
		t.Fatal(err)
	}
	if len(calm) != 2 {
		t.Fatalf("there are %d pods before the crowd comes", len(calm))
	}
	r := begin(t)
	step(t, r, "the autoscaler adds a pod", func(ctx context.Context) error {
		return load.Await(ctx, "there are more pods", func(ctx context.Context) error {
			pods, err := cluster.Pods(ctx, "stream")
			if err == nil && len(pods) <= len(calm) {
				err = fmt.Errorf("there are %d", len(pods))
			}
			return err
		})
	})
	t.Log(kubectl(t, "get", "hpa", "stream"))
	judge(t, r)
}
