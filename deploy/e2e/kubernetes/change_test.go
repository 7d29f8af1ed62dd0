package kubernetes

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"parley/deploy/e2e/system"
)

var services = []string{"nginx", "messages", "stream"}

// A node is emptied under a crowd. Both replicas of stream are there: they leave
// one after the other.
func TestNodeIsDrained(t *testing.T) {
	t.Cleanup(func() {
		if _, err := cluster.Kubectl(context.WithoutCancel(t.Context()), "uncordon", "node-1", "node-2"); err != nil {
			t.Error(err)
		}
	})
	kubectl(t, "cordon", "node-1")
	kubectl(t, "rollout", "restart", "deployment/stream")
	if err := cluster.Settled(patient(t)); err != nil {
		t.Fatal(err)
	}
	kubectl(t, "uncordon", "node-1")
	if on := nodes(t, "stream"); on != "node-2 node-2" {
		t.Fatalf("the pods of stream are on %s", on)
	}
	r := begin(t)
	watch := watchReady(t)
	step(t, r, "node-2 is drained", func(ctx context.Context) error {
		_, err := cluster.Kubectl(ctx, "drain", "node-2", "--ignore-daemonsets", "--delete-emptydir-data", "--timeout=4m")
		return err
	})
	for service, least := range watch() {
		t.Logf("of %s, at least %d were ready", service, least)
		if least < 1 {
			t.Errorf("of %s, none was ready for a while", service)
		}
	}
	for _, service := range services {
		if on := nodes(t, service); strings.Contains(on, "node-2") {
			t.Errorf("the pods of %s are on %s", service, on)
		}
	}
	judge(t, r)
}

// nodes returns where the pods of a service are.
func nodes(t *testing.T, service string) string {
	t.Helper()
	return kubectl(t, "get", "pods", "--selector", "app.kubernetes.io/name="+service, "--field-selector", "status.phase=Running",
		"--output", "jsonpath={.items[*].spec.nodeName}")
}

// watchReady looks how many pods of each service are ready, until its result is
// called, which returns the least.
func watchReady(t *testing.T) func() map[string]int {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	least := make(chan map[string]int)
	go func() {
		all := make(map[string]int)
		for ctx.Err() == nil {
			out, err := cluster.Kubectl(ctx, "get", "deployments", "--output",
				"jsonpath={range .items[*]}{.metadata.name} {.status.readyReplicas}{\"\\n\"}{end}")
			for line := range strings.Lines(out) {
				service, n, _ := strings.Cut(strings.TrimSpace(line), " ")
				if service == "redis" || err != nil {
					continue
				}
				ready, _ := strconv.Atoi(n) // "" is 0
				if was, known := all[service]; !known || ready < was {
					all[service] = ready
				}
			}
			select {
			case <-ctx.Done():
			case <-time.After(time.Second):
			}
		}
		least <- all
	}()
	return func() map[string]int { cancel(); return <-least }
}

// An upgrade as docs/operating.md has it, and back, under a crowd. No pod of the
// new release comes before the migrations are done.
func TestRollingUpdate(t *testing.T) {
	r := begin(t)
	for _, tag := range []string{"next", "latest"} {
		watch := watchReady(t)
		step(t, r, "all services are "+tag, func(ctx context.Context) error {
			return cluster.Apply(ctx, system.Overlay{Tag: tag, Gateways: 2})
		})
		for service, ready := range watch() {
			if ready < 2 {
				t.Errorf("of %s, %d was ready for a while", service, ready)
			}
		}
		migrated := parseTime(t, kubectl(t, "get", "job", "migrate", "--output", "jsonpath={.status.completionTime}"))
		for _, service := range []string{"messages", "stream"} {
			out := kubectl(t, "get", "pods", "--selector", "app.kubernetes.io/name="+service, "--output",
				`jsonpath={range .items[*]}{.metadata.creationTimestamp} {.spec.containers[0].image}{"\n"}{end}`)
			for line := range strings.Lines(out) {
				made, image, _ := strings.Cut(strings.TrimSpace(line), " ")
				if want := fmt.Sprintf("parley/%s:%s", service, tag); image != want {
					t.Errorf("a pod of %s runs %s, want %s", service, image, want)
				}
				if parseTime(t, made).Before(migrated) {
					t.Errorf("a pod of %s was made at %s, before the migrations were done at %s", service, made, migrated)
				}
			}
		}
	}
	judge(t, r)
}

func parseTime(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}
