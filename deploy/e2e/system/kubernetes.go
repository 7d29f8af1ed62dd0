package system

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const kubernetesPatience = 5 * time.Minute // until all of it is there, or gone

// kubernetes is a namespace of its own in the cluster of `make cluster`, with
// the overlay that operators begin from, and what deploy/e2e/kubernetes changes.
type kubernetes struct {
	root      string
	namespace string
	options   Options
	url       string

	mu   sync.Mutex
	pods map[string]string // of the replicas, by part; "" if it is down
}

// namespaces numbers those of a process.
var namespaces atomic.Int64

func startKubernetes(ctx context.Context, root string, options Options) (System, error) {
	if options.RedisAddr != "" {
		return nil, errors.New("pods don't reach a proxy of the tests")
	}
	if options.Bin != "" {
		return nil, errors.New("pods don't run programs of the tests")
	}
	if options.RedisURL != "" {
		return nil, errors.New("pods have a Redis of their own")
	}
	if options.Standby || options.PgBouncer {
		return nil, errors.New("pods have neither a replica of Postgres nor PgBouncer")
	}
	k := &kubernetes{
		root: root, options: options, pods: make(map[string]string),
		namespace: fmt.Sprintf("parley-e2e-%d-%d", os.Getpid(), namespaces.Add(1)),
	}
	up, cancel := context.WithTimeout(ctx, kubernetesPatience)
	defer cancel()
	if err := k.up(up); err != nil {
		return nil, errors.Join(err, k.Close())
	}
	return k, nil
}

// up does what docs/operating.md says, and gives Postgres a folder of node-1.
func (k *kubernetes) up(ctx context.Context) error {
	err := k.all(ctx,
		[]string{"create", "namespace", k.namespace},
		[]string{"label", "namespace", k.namespace, "pod-security.kubernetes.io/enforce=restricted"})
	if err != nil {
		return err
	}
	secrets := k.command(ctx, filepath.Join(k.root, "deploy/kubernetes/secrets.sh"), k.namespace)
	if _, err := run(secrets, nil); err != nil {
		return err
	}
	if err := k.volume(ctx); err != nil {
		return err
	}
	if err := k.install(ctx); err != nil {
		return err
	}
	if err := k.Settled(ctx); err != nil {
		return err
	}
	port, err := k.Kubectl(ctx, "get", "service/nginx", "--output", "jsonpath={.spec.ports[0].nodePort}")
	if err != nil {
		return err
	}
	k.url = "http://" + net.JoinHostPort("127.0.0.1", port)
	if err := await(ctx, "the gateway becomes ready", func() error { return passesOn(ctx, k.url) }); err != nil {
		return err
	}
	return k.count(ctx)
}

// volume makes the folder for Postgres, as somebody does where no storage class
// makes volumes.
func (k *kubernetes) volume(ctx context.Context) error {
	folder := filepath.Join("var/lib/parley", k.namespace)
	if err := os.MkdirAll(filepath.Join(k.state(), "node-1", folder), 0o755); err != nil {
		return fmt.Errorf("make folder of the volume: %w", err)
	}
	return k.create(ctx, map[string]any{
		"apiVersion": "v1", "kind": "PersistentVolume", "metadata": object{"name": k.namespace},
		"spec": object{
			"capacity": object{"storage": "20Gi"}, "accessModes": []string{"ReadWriteOnce"},
			"persistentVolumeReclaimPolicy": "Retain", "storageClassName": "folder",
			"claimRef": object{"namespace": k.namespace, "name": "data-postgres-0"},
			"local":    object{"path": "/" + folder},
			"nodeAffinity": object{"required": object{"nodeSelectorTerms": []object{{"matchExpressions": []object{{
				"key": "kubernetes.io/hostname", "operator": "In", "values": []string{"node-1"},
			}}}}}},
		},
	})
}

type object = map[string]any

// create makes an object of the cluster.
func (k *kubernetes) create(ctx context.Context, one object) error {
	text, err := json.Marshal(one)
	if err != nil {
		return err
	}
	_, err = run(k.kubectl(ctx, "create", "--filename", "-"), bytes.NewReader(text))
	return err
}

func (k *kubernetes) URL() string { return k.url }

// state is the folder of the cluster.
func (k *kubernetes) state() string { return filepath.Join(k.root, ".local/cluster") }

func (k *kubernetes) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = k.root
	cmd.Env = append(os.Environ(), "KUBECONFIG="+filepath.Join(k.state(), "kubeconfig"),
		"PATH="+filepath.Join(k.state(), "bin")+":"+os.Getenv("PATH"))
	return cmd
}

func (k *kubernetes) kubectl(ctx context.Context, args ...string) *exec.Cmd {
	return k.command(ctx, filepath.Join(k.state(), "bin/kubectl"), append([]string{"--namespace", k.namespace}, args...)...)
}

// Kubectl implements [Cluster].
func (k *kubernetes) Kubectl(ctx context.Context, args ...string) (string, error) {
	out, err := run(k.kubectl(ctx, args...), nil)
	return strings.TrimSpace(string(out)), err
}

func (k *kubernetes) MetricsURL(ctx context.Context, part string) (string, error) {
	addr, err := k.Addr(ctx, part)
	if err != nil {
		return "", err
	}
	host, _, err := net.SplitHostPort(addr)
	return "http://" + net.JoinHostPort(host, metricsPort) + "/metrics", err
}

func (k *kubernetes) Addr(ctx context.Context, part string) (string, error) {
	p, err := k.pod(ctx, part)
	if err != nil {
		return "", err
	}
	if p.Status.PodIP == "" {
		return "", fmt.Errorf("%s has no address", part)
	}
	service, _, _ := strings.Cut(part, "-")
	return net.JoinHostPort(p.Status.PodIP, ports[service]), nil
}

func (k *kubernetes) DatabaseURL(ctx context.Context) (string, error) {
	password, err := k.secret(ctx, "parley-owner")
	if err != nil {
		return "", err
	}
	addr, err := k.Addr(ctx, "postgres")
	return "postgres://parley:" + password + "@" + addr + "/parley?sslmode=disable", err
}

func (k *kubernetes) RedisURL(ctx context.Context) (string, error) {
	password, err := k.secret(ctx, "parley-redis")
	if err != nil {
		return "", err
	}
	addr, err := k.Addr(ctx, "redis")
	return "redis://:" + password + "@" + addr + "/0", err
}

func (k *kubernetes) secret(ctx context.Context, name string) (string, error) {
	return k.Kubectl(ctx, "get", "secret", name, "--output", "go-template={{.data.password | base64decode}}")
}

// Close keeps what the pods that are there have said, and removes them.
func (k *kubernetes) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), kubernetesPatience)
	defer cancel()
	err := k.keepLog(ctx)
	for _, args := range [][]string{
		{"delete", "namespace", k.namespace, "--ignore-not-found"},
		{"delete", "persistentvolume", k.namespace, "--ignore-not-found"},
	} {
		_, deleteErr := k.Kubectl(ctx, args...)
		err = errors.Join(err, deleteErr)
	}
	return errors.Join(err,
		os.RemoveAll(filepath.Join(k.state(), "node-1/var/lib/parley", k.namespace)),
		os.RemoveAll(filepath.Join(k.state(), "overlays", k.namespace)))
}

func (k *kubernetes) keepLog(ctx context.Context) error {
	f, err := k.options.logFile(k.root, "kubernetes")
	if err != nil {
		return err
	}
	for _, what := range [][]string{
		{"get", "pods,jobs,hpa", "--output", "wide"}, {"get", "events", "--sort-by", ".lastTimestamp"},
		{"logs", "--selector", "app.kubernetes.io/part-of=parley", "--prefix", "--tail", "-1", "--max-log-requests", "50"},
	} {
		out, logErr := k.Kubectl(ctx, what...)
		_, writeErr := io.WriteString(f, out+"\n\n")
		err = errors.Join(err, logErr, writeErr)
	}
	return errors.Join(err, f.Close(), races(f.Name()))
}

// Messages runs it in a pod of the migrations', which are the owner's.
func (k *kubernetes) Messages(ctx context.Context, in io.Reader, args ...string) ([]byte, error) {
	var input []byte
	if in != nil {
		var err error
		if input, err = io.ReadAll(in); err != nil {
			return nil, fmt.Errorf("read input: %w", err)
		}
	}
	return k.runPod(ctx, "owner-"+strconv.FormatInt(namespaces.Add(1), 10), input, args)
}

// await tries until it succeeds, or ctx ends.
func await(ctx context.Context, what string, try func() error) error {
	for {
		err := try()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waited in vain until %s: %w", what, errors.Join(err, ctx.Err()))
		case <-time.After(100 * time.Millisecond):
		}
	}
}
