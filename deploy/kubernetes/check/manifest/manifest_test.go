package manifest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const (
	root       = "../.."       // deploy/kubernetes
	repository = "../../../.." // of all
)

// tree reads deploy/kubernetes.
func tree(t *testing.T) Tree {
	t.Helper()
	tree, err := Read(root)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// sets builds every variant and decodes it strictly, once.
var sets = sync.OnceValues(func() (map[Variant]*Set, error) {
	tree, err := Read(root)
	if err != nil {
		return nil, err
	}
	all := make(map[Variant]*Set)
	for _, v := range Variants() {
		objects, err := tree.Variant(v)
		if err != nil {
			return nil, err
		}
		Plain(objects)
		if all[v], err = NewSet(objects); err != nil {
			return nil, fmt.Errorf("%s: %w", v, err)
		}
	}
	return all, nil
})

// each runs a test on every variant. It must not change it.
func each(t *testing.T, test func(t *testing.T, v Variant, s *Set)) {
	t.Helper()
	all, err := sets()
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range Variants() {
		t.Run(v.String(), func(t *testing.T) { test(t, v, all[v]) })
	}
}

// eachPod runs a test on every kind of pod of every variant.
func eachPod(t *testing.T, test func(t *testing.T, name string, pod Pod, s *Set)) {
	t.Helper()
	each(t, func(t *testing.T, _ Variant, s *Set) {
		for _, name := range slices.Sorted(maps.Keys(s.Pods)) {
			t.Run(name, func(t *testing.T) { test(t, name, s.Pods[name], s) })
		}
	})
}

func TestEveryFolderIsBuiltAndKnownToTheAPI(t *testing.T) {
	tree := tree(t)
	for _, dir := range []string{"base", "overlays/single", "overlays/managed", "example"} {
		objects, err := tree.Build(dir)
		if err != nil {
			t.Error(err)
			continue
		}
		if _, err := NewSet(objects); err != nil {
			t.Errorf("%s: %v", dir, err)
		}
	}
	each(t, func(t *testing.T, v Variant, s *Set) {
		pods := []string{"messages", "migrate", "nginx", "stream"}
		if v.Backing == "single" {
			pods = append(pods, "postgres", "redis")
		}
		slices.Sort(pods)
		if got := slices.Sorted(maps.Keys(s.Pods)); !slices.Equal(got, pods) {
			t.Errorf("there are %v, want %v", got, pods)
		}
		if (len(s.Scalers) == 1) != (v.Autoscale != "none") || (len(s.Ingresses) == 1) != (v.Door == "ingress") || (len(s.Gateways) == 1) != (v.Door == "gateway") {
			t.Errorf("%d autoscalers, %d Ingresses, %d Gateways", len(s.Scalers), len(s.Ingresses), len(s.Gateways))
		}
	})
}

func TestWhatTheAPIDoesNotKnowIsRefused(t *testing.T) {
	for _, text := range []string{
		"apiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec: {portz: []}",
		"apiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec: {ports: [{port: http}]}",
		"apiVersion: v1\nkind: Secret\nmetadata: {name: x}",
		"apiVersion: v1\nkind: Service\nmetadata: {name: x}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: x}",
	} {
		objects, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := NewSet(objects); err == nil {
			t.Errorf("was accepted:\n%s", text)
		}
	}
}

func TestExampleIsOnesOwn(t *testing.T) {
	objects, err := tree(t).Build("example")
	if err != nil {
		t.Fatal(err)
	}
	Plain(objects)
	s, err := NewSet(objects)
	if err != nil {
		t.Fatal(err)
	}
	if got := s.ConfigMaps["parley"].Data["PUBLIC_URL"]; got != "https://"+s.Ingresses["parley"].Spec.Rules[0].Host {
		t.Errorf("PUBLIC_URL is %q, and the Ingress %v", got, s.Ingresses["parley"].Spec.Rules)
	}
	for _, name := range []string{"messages", "stream", "migrate"} {
		if image := s.Pods[name].Container().Image; !strings.HasPrefix(image, "registry.example.org/parley/") {
			t.Errorf("%s: its image is %s", name, image)
		}
	}
	for _, o := range objects {
		if metadata, _ := o["metadata"].(map[string]any); metadata["namespace"] != "parley" {
			t.Errorf("%s is in namespace %v", o.ID(), metadata["namespace"])
		}
	}
}

// An upgrade applies the migrations alone, by the label that docs/operating.md
// names.
func TestMigrationsCanBeAppliedAlone(t *testing.T) {
	key, value, _ := strings.Cut(found(t, text(t, "docs/operating.md"), `kubectl apply -k \S+ -l (\S+)`), "=")
	objects, err := tree(t).Build("example")
	if err != nil {
		t.Fatal(err)
	}
	var labelled []string
	for _, o := range objects {
		metadata, _ := o["metadata"].(map[string]any)
		if labels, _ := metadata["labels"].(map[string]any); labels[key] == value {
			labelled = append(labelled, o.ID())
		}
	}
	if !slices.Equal(labelled, []string{"Job/migrate"}) {
		t.Errorf("%s=%s selects %v", key, value, labelled)
	}
}

// A change of a ConfigMap is rolled out, because its name changes.
func TestConfigMapsAreNamedByWhatTheyHold(t *testing.T) {
	objects, err := tree(t).Build("overlays/single")
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range objects {
		if o.Kind() == "ConfigMap" && !hashed.MatchString(o.Name()) {
			t.Errorf("%s has no digest in its name", o.ID())
		}
	}
}

func TestReaches(t *testing.T) {
	a, b, c := map[string]string{"app": "a"}, map[string]string{"app": "b"}, map[string]string{"app": "c"}
	selects := func(own map[string]string) metav1.LabelSelector { return metav1.LabelSelector{MatchLabels: own} }
	in, out := networkingv1.PolicyTypeIngress, networkingv1.PolicyTypeEgress
	fromA := selects(a)
	s := &Set{Policies: map[string]*networkingv1.NetworkPolicy{
		"b": {Spec: networkingv1.NetworkPolicySpec{PodSelector: selects(b), PolicyTypes: []networkingv1.PolicyType{in},
			Ingress: []networkingv1.NetworkPolicyIngressRule{{From: []networkingv1.NetworkPolicyPeer{{PodSelector: &fromA}}}}}},
		"c": {Spec: networkingv1.NetworkPolicySpec{PodSelector: selects(c), PolicyTypes: []networkingv1.PolicyType{out},
			Egress: []networkingv1.NetworkPolicyEgressRule{{To: []networkingv1.NetworkPolicyPeer{{NamespaceSelector: &metav1.LabelSelector{}}}}}}},
	}}
	for _, row := range []struct {
		from, to map[string]string
		want     bool
	}{{a, b, true}, {c, b, false}, {b, a, true}, {c, a, false}, {a, c, true}, {a, a, true}} {
		if got, err := s.Reaches(row.from, row.to, 1); err != nil || got != row.want {
			t.Errorf("%v to %v: %v, %v", row.from, row.to, got, err)
		}
	}
}
