package manifest

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

// text returns a file of the repository.
func text(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(repository, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// found returns what the first group of a pattern matches.
func found(t *testing.T, text, pattern string) string {
	t.Helper()
	match := regexp.MustCompile(pattern).FindStringSubmatch(text)
	if match == nil {
		t.Fatalf("nothing is like %s", pattern)
	}
	return match[1]
}

// The strictest of Kubernetes' pod security standards, by its own evaluator, and
// what that doesn't ask for.
func TestPodsAreConfined(t *testing.T) {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		t.Fatal(err)
	}
	restricted := api.LevelVersion{Level: api.LevelRestricted, Version: api.LatestVersion()}
	eachPod(t, func(t *testing.T, _ string, pod Pod, _ *Set) {
		result := policy.AggregateCheckResults(evaluator.EvaluatePod(restricted, &pod.Meta, &pod.Spec))
		if !result.Allowed {
			t.Errorf("is not restricted: %s: %s", result.ForbiddenReason(), result.ForbiddenDetail())
		}
		if own := pod.Spec.SecurityContext; own == nil || own.RunAsUser == nil || *own.RunAsUser == 0 || own.FSGroup == nil {
			t.Error("doesn't say by which number it runs and owns its volumes")
		}
		if token := pod.Spec.AutomountServiceAccountToken; token == nil || *token {
			t.Error("has a token for the API")
		}
		if links := pod.Spec.EnableServiceLinks; links == nil || *links {
			t.Error("gets variables for each Service")
		}
		if len(pod.Spec.Containers) != 1 || len(pod.Spec.InitContainers) != 0 {
			t.Error("has more than a container")
		}
		if own := pod.Container().SecurityContext; own == nil || own.ReadOnlyRootFilesystem == nil || !*own.ReadOnlyRootFilesystem {
			t.Error("may write to its root")
		}
	})
}

func TestPodsAreBounded(t *testing.T) {
	eachPod(t, func(t *testing.T, name string, pod Pod, _ *Set) {
		have := pod.Container().Resources
		limit, request := have.Limits.Memory(), have.Requests.Memory()
		if limit.IsZero() || request.IsZero() || request.Cmp(*limit) > 0 || have.Requests.Cpu().IsZero() {
			t.Errorf("requests %v, limits %v", have.Requests, have.Limits)
		}
		for _, volume := range pod.Spec.Volumes {
			if empty := volume.EmptyDir; empty != nil && (empty.SizeLimit == nil || empty.SizeLimit.IsZero()) {
				t.Errorf("the size of %s has no bound", volume.Name)
			}
		}
		if name == "messages" || name == "stream" {
			collectsInTime(t, name, pod.Container())
		}
	})
}

// collectsInTime checks that Go collects before the kernel kills, and knows how
// many processors it has.
func collectsInTime(t *testing.T, name string, c corev1.Container) {
	t.Helper()
	for _, v := range c.Env {
		if v.Name != "GOMEMLIMIT" {
			continue
		}
		memory := resource.MustParse(strings.TrimSuffix(v.Value, "B"))
		if share := float64(memory.Value()) / float64(c.Resources.Limits.Memory().Value()); share < 0.80 || share > 0.86 {
			t.Errorf("%s: GOMEMLIMIT is %.2f of its memory", name, share)
		}
		if c.Resources.Limits.Cpu().IsZero() {
			t.Errorf("%s: Go would use all processors of the node", name)
		}
		return
	}
	t.Errorf("%s has no GOMEMLIMIT", name)
}

// Probes ask the internal address, which no NetworkPolicy opens.
func TestPodsAreProbed(t *testing.T) {
	asked := map[string][3]string{
		"messages": {"/readyz", "/healthz", "internal"}, "stream": {"/readyz", "/healthz", "internal"}, "nginx": {"/", "/", "health"},
	}
	eachPod(t, func(t *testing.T, name string, pod Pod, _ *Set) {
		ready, live := pod.Container().ReadinessProbe, pod.Container().LivenessProbe
		if pod.Kind == "Job" {
			return
		}
		if ready == nil || live == nil {
			t.Fatal("is not probed")
		}
		want, http := asked[name]
		if !http {
			return
		}
		if ready.HTTPGet == nil || live.HTTPGet == nil {
			t.Fatalf("is probed by %v and %v", ready, live)
		}
		got := [3]string{ready.HTTPGet.Path, live.HTTPGet.Path, ready.HTTPGet.Port.StrVal}
		if got != want || live.HTTPGet.Port != ready.HTTPGet.Port {
			t.Errorf("is probed at %v, want %v", got, want)
		}
	})
}

// The ports that a service says are those that it listens on.
func TestPortsAreListenedOn(t *testing.T) {
	eachPod(t, func(t *testing.T, name string, pod Pod, s *Set) {
		if name != "messages" && name != "stream" {
			return
		}
		ports := map[string]string{}
		for _, port := range pod.Container().Ports {
			ports[port.Name] = fmt.Sprintf(":%d", port.ContainerPort)
		}
		if data := s.ConfigMaps["parley"].Data; ports["http"] != data["LISTEN_ADDR"] || ports["internal"] != data["METRICS_ADDR"] {
			t.Errorf("listens on %s and %s, and says %v", data["LISTEN_ADDR"], data["METRICS_ADDR"], ports)
		}
	})
}

// A pod that is to go has time for all that it has to do.
func TestPodsHaveTimeToGo(t *testing.T) {
	seconds := func(path, pattern string) time.Duration {
		d, err := time.ParseDuration(found(t, text(t, path), pattern) + "s")
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	const config, app = "services/stream/internal/app/config.go", "services/stream/internal/app/app.go"
	work := map[string]time.Duration{
		"messages": seconds("services/messages/internal/app/app.go", `stopTimeout\s+= (\d+) \* time\.Second`),
		"stream":   seconds(config, `DRAIN_TIME"\s+envDefault:"(\d+)s"`) + seconds(app, `shutdownTime = (\d+) \* time\.Second`),
		"nginx":    seconds("nginx.conf", `worker_shutdown_timeout (\d+)s;`),
	}
	// A name server of Kubernetes keeps an address for 5 s, and nginx for as long as it says.
	const kept = 5 * time.Second
	known := map[string]time.Duration{"nginx": kept}
	known["messages"] = kept + seconds("deploy/kubernetes/base/gateway/upstreams.conf", `valid=(\d+)s`)
	known["stream"] = known["messages"]
	each(t, func(t *testing.T, _ Variant, s *Set) {
		for name, needed := range work {
			pod := s.Pods[name]
			hooks := pod.Container().Lifecycle
			if hooks == nil || hooks.PreStop == nil || hooks.PreStop.Sleep == nil || time.Duration(hooks.PreStop.Sleep.Seconds)*time.Second < known[name] {
				t.Errorf("%s doesn't wait until nobody comes any more", name)
				continue
			}
			if drain := s.ConfigMaps["parley"].Data["DRAIN_TIME"]; drain != "" {
				t.Errorf("DRAIN_TIME is %s, which this test doesn't know", drain)
			}
			needed += time.Duration(hooks.PreStop.Sleep.Seconds) * time.Second
			if grace := time.Duration(*pod.Spec.TerminationGracePeriodSeconds) * time.Second; grace < needed+5*time.Second {
				t.Errorf("%s has %v, and needs %v and some seconds", name, grace, needed)
			}
		}
	})
}

// Images are those of docker compose, and exact.
func TestImagesAreExact(t *testing.T) {
	compose := text(t, "docker-compose.yml")
	third := map[string]string{}
	for _, name := range []string{"postgres", "redis", "nginx"} {
		third[name] = found(t, compose, `(?m)^    image: \$\{`+strings.ToUpper(name)+`_IMAGE:-([^}]+)\}$`)
	}
	ours := regexp.MustCompile(`^parley/(messages|stream):[a-z0-9.-]+$`)
	each(t, func(t *testing.T, _ Variant, s *Set) {
		for name, pod := range s.Pods {
			image := pod.Container().Image
			if third[name] != "" && image != third[name] || third[name] == "" && (!ours.MatchString(image) || strings.HasSuffix(image, ":latest")) {
				t.Errorf("%s: the image is %s", name, image)
			}
		}
		if s.Pods["migrate"].Container().Image != s.Pods["messages"].Container().Image {
			t.Error("the migrations are of another version than messages")
		}
	})
}

// Postgres is told what it is told in docker compose.
func TestPostgresIsThatOfCompose(t *testing.T) {
	_, part, _ := strings.Cut(text(t, "docker-compose.yml"), "\n  postgres:\n")
	want := strings.FieldsFunc(found(t, part, `(?s)\n    command: \[([^\]]+)\]`), func(r rune) bool { return strings.ContainsRune(", \n", r) })
	each(t, func(t *testing.T, v Variant, s *Set) {
		if got := s.Pods["postgres"]; v.Backing == "single" && !slices.Equal(got.Container().Args, want) {
			t.Errorf("%v, want %v", got.Container().Args, want)
		}
	})
}

// All replicas that there may be, an upgrade's surge included, have fewer
// connections than Postgres.
func TestConnectionsSuffice(t *testing.T) {
	number := func(path, pattern string) int64 {
		n := resource.MustParse(found(t, text(t, path), pattern))
		return n.Value()
	}
	messages := number("services/messages/internal/app/app.go", `readPool\s+= (\d+)`) +
		number("services/messages/internal/change/lane.go", `PoolSize = (\d+)`) +
		number("services/messages/internal/search/store.go", `poolSize = (\d+)`)
	stream := number("services/stream/internal/app/config.go", `DATABASE_CONNS"\s+envDefault:"(\d+)"`)
	most := number("docker-compose.yml", `max_connections=(\d+)`)
	each(t, func(t *testing.T, v Variant, s *Set) {
		if v.Backing != "single" || v.Autoscale == "none" {
			return
		}
		const migrations, reserved = 2, 3
		sum := (int64(*s.Pods["messages"].Replicas)+1)*messages + (int64(s.Scalers["stream"].Spec.MaxReplicas)+1)*stream + migrations + reserved
		if sum > most {
			t.Errorf("%d connections of %d", sum, most)
		}
	})
}
