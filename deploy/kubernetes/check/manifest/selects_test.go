package manifest

import (
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// selected returns the names of the pods that a selector selects.
func selected(t *testing.T, s *Set, selector *metav1.LabelSelector) (names []string) {
	t.Helper()
	for name, pod := range s.Pods {
		ok, err := matches(selector, pod.Meta.Labels)
		if err != nil {
			t.Fatal(err)
		}
		if ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Whatever selects pods selects those of its own name, and no others.
func TestSelectorsSelectTheirOwn(t *testing.T) {
	each(t, func(t *testing.T, _ Variant, s *Set) {
		check := func(what, name string, selector *metav1.LabelSelector) {
			if got := selected(t, s, selector); !slices.Equal(got, []string{name}) {
				t.Errorf("%s %s selects %v", what, name, got)
			}
		}
		for name, service := range s.Services {
			check("Service", name, &metav1.LabelSelector{MatchLabels: service.Spec.Selector})
		}
		for name, deployment := range s.Deployments {
			check("Deployment", name, deployment.Spec.Selector)
		}
		for name, budget := range s.Budgets {
			check("PodDisruptionBudget", name, budget.Spec.Selector)
		}
	})
}

// What has replicas is spread over nodes and zones, and evicted one by one.
func TestReplicasAreNotLostTogether(t *testing.T) {
	eachPod(t, func(t *testing.T, name string, pod Pod, s *Set) {
		if name != "messages" && name != "stream" && name != "nginx" {
			return
		}
		if budget := s.Budgets[name]; budget == nil || budget.Spec.MaxUnavailable.IntValue() != 1 {
			t.Error("may be evicted whole")
		}
		deployment := s.Deployments[name].Spec
		if rolling := deployment.Strategy.RollingUpdate; rolling == nil || rolling.MaxUnavailable.IntValue() != 0 || deployment.MinReadySeconds < 5 {
			t.Error("an old replica goes before a new one is known")
		}
		var over []string
		for _, spread := range pod.Spec.TopologySpreadConstraints {
			over = append(over, spread.TopologyKey)
			if got := selected(t, s, spread.LabelSelector); !slices.Equal(got, []string{name}) {
				t.Errorf("is spread with %v", got)
			}
		}
		if !slices.Equal(over, []string{corev1.LabelHostname, corev1.LabelTopologyZone}) {
			t.Errorf("is spread over %v", over)
		}
	})
}

// A scaler scales what is there, and nothing else sets the number.
func TestScalersScaleStream(t *testing.T) {
	each(t, func(t *testing.T, v Variant, s *Set) {
		replicas := s.Deployments["stream"].Spec.Replicas
		if v.Autoscale == "none" {
			if replicas == nil || *replicas < 2 {
				t.Error("stream has less than two replicas")
			}
			return
		}
		scaler := s.Scalers["stream"].Spec
		if target := scaler.ScaleTargetRef; target.Kind != "Deployment" || target.Name != "stream" || replicas != nil {
			t.Errorf("the scaler is of %v; stream says itself that it has %v replicas", target, replicas)
		}
		if scaler.MinReplicas == nil || *scaler.MinReplicas < 2 {
			t.Errorf("the scaler wants %v replicas", scaler.MinReplicas)
		}
	})
}

// What a scaler looks at is told: processors by a container that requests some,
// open streams by the rule for the adapter that docs/operating.md gives. (That
// the service exposes a metric of this name is a test of stream's.)
func TestScalersHaveAMetric(t *testing.T) {
	rule := found(t, text(t, "docs/operating.md"), `seriesQuery: (\w+)\{`)
	each(t, func(t *testing.T, v Variant, s *Set) {
		if v.Autoscale == "none" {
			return
		}
		metric := s.Scalers["stream"].Spec.Metrics[0]
		switch {
		case v.Autoscale == "cpu" && metric.Resource != nil && metric.Resource.Name == corev1.ResourceCPU:
		case v.Autoscale == "streams" && metric.Pods != nil && metric.Pods.Metric.Name == rule:
		default:
			t.Errorf("scales by %v", metric)
		}
	})
}

// A Service leads to a port that its pods have.
func TestServicesLeadSomewhere(t *testing.T) {
	each(t, func(t *testing.T, _ Variant, s *Set) {
		for name, service := range s.Services {
			has := s.Pods[name].Container().Ports
			for _, port := range service.Spec.Ports {
				if !slices.ContainsFunc(has, func(p corev1.ContainerPort) bool { return p.Name == port.TargetPort.StrVal }) {
					t.Errorf("Service %s: no port %s", name, port.TargetPort.StrVal)
				}
			}
		}
	})
}

// The ConfigMaps that a pod uses are there.
func TestConfigMapsAreThere(t *testing.T) {
	eachPod(t, func(t *testing.T, _ string, pod Pod, s *Set) {
		var names []string
		for _, volume := range pod.Spec.Volumes {
			if volume.ConfigMap != nil && volume.ConfigMap.Optional == nil {
				names = append(names, volume.ConfigMap.Name)
			}
		}
		for _, from := range pod.Container().EnvFrom {
			names = append(names, from.ConfigMapRef.Name)
		}
		for _, name := range names {
			if s.ConfigMaps[name] == nil {
				t.Errorf("there is no ConfigMap %s", name)
			}
		}
	})
}

// Whoever talks to Postgres or Redis from outside believes an authority of
// one's own, where docs/operating.md says so; without one the pods start as well.
func TestAuthorityIsBelieved(t *testing.T) {
	name := found(t, text(t, "docs/operating.md"), `create configmap (\S+) --from-file=ca.crt`)
	eachPod(t, func(t *testing.T, own string, pod Pod, _ *Set) {
		var volumes, paths []string
		for _, volume := range pod.Spec.Volumes {
			if from := volume.ConfigMap; from != nil && from.Name == name && from.Optional != nil && *from.Optional {
				volumes = append(volumes, volume.Name)
			}
		}
		for _, mount := range pod.Container().VolumeMounts {
			if slices.Contains(volumes, mount.Name) {
				paths = append(paths, mount.MountPath)
			}
		}
		client := slices.Contains([]string{"messages", "stream", "migrate"}, own)
		if client != slices.Equal(paths, []string{"/etc/pki/tls/certs"}) {
			t.Errorf("believes those in %v", paths)
		}
	})
}

// Of the Secrets that secrets.sh makes, each has those that it needs.
func TestSecretsAreForWhoNeedsThem(t *testing.T) {
	made := strings.Fields(found(t, text(t, "deploy/kubernetes/secrets.sh"), `for name in ([a-z ]+);`))
	if !slices.Equal(made, []string{"owner", "app", "redis"}) {
		t.Errorf("secrets.sh makes %v", made)
	}
	needed := map[string][]string{
		"postgres": {"owner"}, "migrate": {"owner", "app"}, "messages": {"app", "redis"}, "stream": {"app", "redis"}, "redis": {"redis"},
	}
	eachPod(t, func(t *testing.T, name string, pod Pod, _ *Set) {
		var has []string
		for _, volume := range pod.Spec.Volumes {
			if volume.Secret != nil {
				has = append(has, strings.TrimPrefix(volume.Secret.SecretName, "parley-"))
			}
		}
		if !slices.Equal(has, needed[name]) {
			t.Errorf("has %v, want %v", has, needed[name])
		}
	})
}

// What stands before the gateway leads to its Service, and its listen.conf
// believes it, and nobody before it.
func TestDoorsLeadToTheGateway(t *testing.T) {
	each(t, func(t *testing.T, v Variant, s *Set) {
		port := s.Services["nginx"].Spec.Ports[0]
		if ingress := s.Ingresses["parley"]; ingress != nil {
			to := ingress.Spec.Rules[0].HTTP.Paths[0].Backend.Service
			if to.Name != "nginx" || to.Port.Name != port.Name || ingress.Spec.TLS[0].Hosts[0] != ingress.Spec.Rules[0].Host {
				t.Errorf("the Ingress leads to %v, with TLS for %v", to, ingress.Spec.TLS)
			}
		}
		if route := s.Routes["parley"]; route != nil {
			to := route.Spec.Rules[0].BackendRefs[0]
			if to.Name != "nginx" || *to.Port != port.Port || string(route.Spec.ParentRefs[0].Name) != s.Gateways["parley"].Name {
				t.Errorf("the route leads from %v to %v", route.Spec.ParentRefs, to)
			}
			if timeouts := route.Spec.Rules[0].Timeouts; timeouts == nil || *timeouts.Request != "0s" {
				t.Error("the route cuts streams")
			}
		}
		listen := s.ConfigMaps["nginx"].Data["listen.conf"]
		if behind := strings.Contains(listen, "real_ip_header"); behind != (v.Door != "none") {
			t.Errorf("nginx believes X-Forwarded-For: %v", behind)
		}
		if strings.Contains(listen, "real_ip_recursive on") {
			t.Error("nginx believes what a client of a private network writes into X-Forwarded-For")
		}
	})
}
