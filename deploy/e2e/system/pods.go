package system

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// pod is what the driver asks of one.
type pod struct {
	Metadata struct {
		Name              string
		UID               string
		DeletionTimestamp *time.Time
		CreationTimestamp time.Time
	}
	Spec struct {
		NodeName string
	}
	Status struct {
		Phase             string
		PodIP             string
		ContainerStatuses []struct {
			ContainerID string
			Ready       bool
			State       struct {
				Running    *struct{}
				Terminated *struct{ ExitCode int }
			}
		}
	}
}

func (p *pod) runs() bool {
	return p.Status.PodIP != "" && len(p.Status.ContainerStatuses) == 1 && p.Status.ContainerStatuses[0].State.Running != nil
}

func (p *pod) ready() bool { return p.runs() && p.Status.ContainerStatuses[0].Ready }

// Pods implements [Cluster].
func (k *kubernetes) Pods(ctx context.Context, service string) ([]string, error) {
	pods, err := k.list(ctx, service)
	names := make([]string, len(pods))
	for i, p := range pods {
		names[i] = p.Metadata.Name
	}
	return names, err
}

// list returns the pods of a service that are not about to go, the oldest first.
func (k *kubernetes) list(ctx context.Context, service string) ([]pod, error) {
	out, err := k.Kubectl(ctx, "get", "pods", "--selector", "app.kubernetes.io/name="+service, "--output", "json")
	if err != nil {
		return nil, err
	}
	var all struct{ Items []pod }
	if err := json.Unmarshal([]byte(out), &all); err != nil {
		return nil, fmt.Errorf("read pods: %w", err)
	}
	pods := slices.DeleteFunc(all.Items, func(p pod) bool {
		return p.Metadata.DeletionTimestamp != nil || p.Status.Phase == "Failed" || p.Status.Phase == "Succeeded"
	})
	slices.SortFunc(pods, func(a, b pod) int {
		if c := a.Metadata.CreationTimestamp.Compare(b.Metadata.CreationTimestamp); c != 0 {
			return c
		}
		return strings.Compare(a.Metadata.Name, b.Metadata.Name)
	})
	return pods, nil
}

func (k *kubernetes) named(ctx context.Context, name string) (*pod, error) {
	out, err := k.Kubectl(ctx, "get", "pod", name, "--output", "json")
	if err != nil {
		return nil, err
	}
	p := new(pod)
	if err := json.Unmarshal([]byte(out), p); err != nil {
		return nil, fmt.Errorf("read pod: %w", err)
	}
	return p, nil
}

// count says which pod is "stream-1", and which "stream-2", and so on.
func (k *kubernetes) count(ctx context.Context) error {
	for _, service := range []string{"messages", "stream"} {
		pods, err := k.list(ctx, service)
		if err != nil {
			return err
		}
		if len(pods) != replicas {
			return fmt.Errorf("%s has %d pods, not %d", service, len(pods), replicas)
		}
		k.mu.Lock()
		for i, p := range pods {
			k.pods[service+"-"+strconv.Itoa(i+1)] = p.Metadata.Name
		}
		k.mu.Unlock()
	}
	return nil
}

// pod returns that of a part; a pod's own name is one, too.
func (k *kubernetes) pod(ctx context.Context, part string) (*pod, error) {
	k.mu.Lock()
	name, numbered := k.pods[part]
	k.mu.Unlock()
	switch {
	case numbered && name == "":
		return nil, fmt.Errorf("%s is down", part)
	case numbered:
		return k.named(ctx, name)
	case strings.Contains(part, "-"):
		return k.named(ctx, part)
	}
	pods, err := k.list(ctx, part)
	if err != nil {
		return nil, err
	}
	if len(pods) != 1 {
		return nil, fmt.Errorf("%s has %d pods", part, len(pods))
	}
	return &pods[0], nil
}

// onNode runs a command of containerd's client on the node of a part's pod.
func (k *kubernetes) onNode(ctx context.Context, part string, task func(id string) []string) error {
	p, err := k.pod(ctx, part)
	if err != nil {
		return err
	}
	if !p.runs() {
		return fmt.Errorf("%s does not run", part)
	}
	first, err := os.ReadFile(filepath.Join(k.state(), p.Spec.NodeName, "first"))
	if err != nil {
		return fmt.Errorf("find node: %w", err)
	}
	id := strings.TrimPrefix(p.Status.ContainerStatuses[0].ContainerID, "containerd://")
	args := append([]string{"--target", strings.TrimSpace(string(first)), "--mount", "--", "ctr", "--namespace", "k8s.io", "tasks"}, task(id)...)
	_, err = run(exec.CommandContext(ctx, "nsenter", args...), nil)
	return err
}

// Signal implements [System].
func (k *kubernetes) Signal(ctx context.Context, part string, sig syscall.Signal) error {
	return k.onNode(ctx, part, func(id string) []string { return []string{"kill", "--signal", strconv.Itoa(int(sig)), id} })
}

// Pause and Resume are the machine's doing: Kubernetes knows nothing of it.
func (k *kubernetes) Pause(ctx context.Context, part string) error {
	return k.onNode(ctx, part, func(id string) []string { return []string{"pause", id} })
}

func (k *kubernetes) Resume(ctx context.Context, part string) error {
	return k.onNode(ctx, part, func(id string) []string { return []string{"resume", id} })
}

// Kill kills a part's process at once, and then lets Kubernetes want one fewer,
// or the part would be back before anybody looks.
func (k *kubernetes) Kill(ctx context.Context, part string) error {
	if err := k.Signal(ctx, part, syscall.SIGKILL); err != nil {
		return err
	}
	return k.away(ctx, part, "--grace-period=0", "--force")
}

// Stop gives a gateway less time than it has: it would wait for its streams to end
// by age.
func (k *kubernetes) Stop(ctx context.Context, part string) error {
	if part == "nginx" {
		return k.away(ctx, part, "--grace-period=8")
	}
	return k.away(ctx, part)
}

// away lets Kubernetes want one pod fewer: that of part.
func (k *kubernetes) away(ctx context.Context, part string, how ...string) error {
	p, err := k.pod(ctx, part)
	if err != nil {
		return err
	}
	name := p.Metadata.Name
	if _, err := k.Kubectl(ctx, "annotate", "pod", name, "controller.kubernetes.io/pod-deletion-cost=-1"); err != nil {
		return err
	}
	if err := k.wanted(ctx, part, ""); err != nil {
		return err
	}
	args := append([]string{"delete", "pod", name, "--ignore-not-found"}, how...)
	_, err = k.Kubectl(ctx, args...)
	return err
}

// wanted notes the pod of a part, and tells Kubernetes how many are wanted.
func (k *kubernetes) wanted(ctx context.Context, part, name string) error {
	service, _, _ := strings.Cut(part, "-")
	k.mu.Lock()
	defer k.mu.Unlock()
	n, kind := 0, "deployment/"
	switch service {
	case "messages", "stream":
		k.pods[part] = name
		for i := range replicas {
			if other := service + "-" + strconv.Itoa(i+1); k.pods[other] != "" {
				n++
			}
		}
	case "postgres":
		kind = "statefulset/"
	}
	if name != "" {
		n = max(n, 1)
	}
	_, err := k.Kubectl(ctx, "scale", kind+service, "--replicas", strconv.Itoa(n))
	return err
}

// Start lets Kubernetes want one pod more, which is part then.
func (k *kubernetes) Start(ctx context.Context, part string) error {
	const coming = "coming"
	service, _, _ := strings.Cut(part, "-")
	if p, err := k.pod(ctx, part); err == nil && p.runs() {
		return nil
	}
	if err := k.wanted(ctx, part, coming); err != nil {
		return err
	}
	return await(ctx, part+" has started", func() error {
		pods, err := k.list(ctx, service)
		if err != nil {
			return err
		}
		k.mu.Lock()
		defer k.mu.Unlock()
		for _, p := range pods {
			name := p.Metadata.Name
			if !p.runs() || service == "postgres" && !p.ready() || k.taken(name) {
				continue
			}
			if _, numbered := k.pods[part]; numbered {
				k.pods[part] = name
			}
			return nil
		}
		return errors.New("it has not")
	})
}

// taken reports whether a pod is one of the parts. The caller holds mu.
func (k *kubernetes) taken(name string) bool {
	for _, other := range k.pods {
		if other == name {
			return true
		}
	}
	return false
}
