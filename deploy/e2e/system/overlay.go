package system

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Cluster is a system that runs in Kubernetes. There the name of a pod is that
// of a part, too.
type Cluster interface {
	// Kubectl runs kubectl, in the system's namespace, and returns what it put out.
	Kubectl(ctx context.Context, args ...string) (string, error)
	// Apply changes what is wanted. The migrations are run first, and waited for.
	Apply(ctx context.Context, overlay Overlay) error
	// Settled waits until everything that is wanted is there, and nothing else.
	Settled(ctx context.Context) error
	// Pods returns the names of a service's pods, the oldest first, without those
	// that are about to go.
	Pods(ctx context.Context, service string) ([]string, error)
}

// Overlay is what changes of the manifests while the system runs.
type Overlay struct {
	Tag       string // of the services' images; latest if it is ""
	Gateways  int    // replicas of nginx; 1 if it is 0
	Component string // of deploy/kubernetes/components; none if it is ""
}

var migrated = []string{"wait", "--for=condition=complete", "--timeout=4m", "job/migrate"}

// install does what docs/operating.md says under Install.
func (k *kubernetes) install(ctx context.Context) error {
	dir, err := k.write(Overlay{})
	if err != nil {
		return err
	}
	return k.all(ctx, []string{"apply", "--kustomize", dir}, migrated)
}

// Apply implements [Cluster], as docs/operating.md says under Upgrade.
func (k *kubernetes) Apply(ctx context.Context, overlay Overlay) error {
	dir, err := k.write(overlay)
	if err != nil {
		return err
	}
	return k.all(ctx,
		[]string{"delete", "job", "migrate", "--ignore-not-found"},
		[]string{"apply", "--kustomize", dir, "--selector", "app.kubernetes.io/name=migrate"},
		migrated,
		[]string{"apply", "--kustomize", dir})
}

// all runs kubectl several times, as long as all goes well.
func (k *kubernetes) all(ctx context.Context, commands ...[]string) error {
	for _, args := range commands {
		if _, err := k.Kubectl(ctx, args...); err != nil {
			return err
		}
	}
	return nil
}

// write makes the kustomization.
func (k *kubernetes) write(overlay Overlay) (dir string, err error) {
	dir = filepath.Join(k.state(), "overlays", k.namespace)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("make overlay: %w", err)
	}
	var text strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&text, format+"\n", args...) }
	say("namespace: %s", k.namespace)
	say("resources: [../../../../deploy/e2e/kubernetes]")
	if overlay.Component != "" {
		say("components: [../../../../deploy/kubernetes/components/%s]", overlay.Component)
	}
	say("replicas: [{name: nginx, count: %d}]", max(1, overlay.Gateways))
	tag := overlay.Tag
	if tag == "" {
		tag = "latest"
	}
	say("images:")
	for _, service := range []string{"messages", "stream"} {
		say("  - {name: parley/%s, newTag: %s}", service, strconv.Quote(tag))
	}
	settings := k.options.settings()
	say("configMapGenerator:")
	say("  - {name: nginx, behavior: merge, files: [limits.conf]}")
	say("  - name: parley\n    behavior: merge\n    literals:")
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		say("      - %s", strconv.Quote(name+"="+settings[name]))
	}
	limits := "on"
	if settings["LIMITS"] == "off" {
		limits = "off"
	}
	conf, err := os.ReadFile(filepath.Join(k.root, "deploy/compose/limits", limits+".conf"))
	return dir, errors.Join(err,
		os.WriteFile(filepath.Join(dir, "limits.conf"), conf, 0o600), //nolint:gosec // the folder is the tests' own
		os.WriteFile(filepath.Join(dir, "kustomization.yaml"), []byte(text.String()), 0o600))
}

// Settled implements [Cluster].
func (k *kubernetes) Settled(ctx context.Context) error {
	for _, what := range []string{"statefulset/postgres", "deployment/redis", "deployment/messages", "deployment/stream", "deployment/nginx"} {
		if _, err := k.Kubectl(ctx, "rollout", "status", "--timeout=4m", what); err != nil {
			return err
		}
	}
	return await(ctx, "the pods that should go have gone", func() error {
		out, err := k.Kubectl(ctx, "get", "pods", "--output",
			`go-template={{range .items}}{{if .metadata.deletionTimestamp}}{{.metadata.name}} {{end}}{{end}}`)
		if err == nil && out != "" {
			err = fmt.Errorf("there are %s", out)
		}
		return err
	})
}
