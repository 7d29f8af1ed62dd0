package chart

import (
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/common/util"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	"helm.sh/helm/v4/pkg/engine"

	"parley/kubernetes/manifest"
)

const root = "../.." // deploy/kubernetes

// files renders the chart as Helm does.
func files(values map[string]any, upgrade bool) (map[string]string, error) {
	c, err := loader.Load(filepath.Join(root, "chart"))
	if err != nil {
		return nil, err
	}
	release := common.ReleaseOptions{Name: "parley", Namespace: "parley", IsInstall: !upgrade, IsUpgrade: upgrade}
	all, err := util.ToRenderValues(c, values, release, nil)
	if err != nil {
		return nil, err
	}
	return engine.Render(c, all)
}

// render returns the objects of the chart.
func render(t *testing.T, values map[string]any, upgrade bool) []manifest.Object {
	t.Helper()
	files, err := files(values, upgrade)
	if err != nil {
		t.Fatal(err)
	}
	var objects []manifest.Object
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if !strings.HasSuffix(name, ".yaml") {
			continue
		}
		some, err := manifest.Parse(files[name])
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, files[name])
		}
		objects = append(objects, some...)
	}
	return objects
}

// index returns objects by their ids.
func index(objects []manifest.Object) map[string]manifest.Object {
	all := make(map[string]manifest.Object)
	for _, o := range objects {
		all[o.ID()] = o
	}
	return all
}

// withoutOwn takes out what only the chart has: the digests of ConfigMaps,
// annotations of the migrations that are none at the first installation, and
// additions that nobody has set.
func withoutOwn(objects []manifest.Object) {
	for _, o := range objects {
		for _, a := range additions {
			end := strings.LastIndexByte(a.path, '.')
			if value, _, ok := at(o, a.path); a.id == o.ID() && ok && value == nil {
				parent, _, _ := at(o, a.path[:end])
				delete(parent.(map[string]any), a.path[end+1:])
			}
		}
		for _, path := range []string{"metadata", "spec.template.metadata"} {
			value, _, _ := at(o, path)
			metadata, _ := value.(map[string]any)
			annotations, ok := metadata["annotations"].(map[string]any)
			if !ok {
				continue
			}
			delete(annotations, heldBy)
			if len(annotations) == 0 {
				delete(metadata, "annotations")
			}
		}
	}
}

func TestChartIsEqual(t *testing.T) {
	tree, err := manifest.Read(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range manifest.Variants() {
		t.Run(v.String(), func(t *testing.T) {
			objects, err := tree.Variant(v)
			if err != nil {
				t.Fatal(err)
			}
			manifest.Plain(objects)
			rendered := render(t, map[string]any{"backing": v.Backing, "autoscale": v.Autoscale, "door": v.Door}, false)
			if _, err := manifest.NewSet(rendered); err != nil {
				t.Error(err)
			}
			withoutOwn(rendered)
			compare(t, index(rendered), index(objects))
		})
	}
}

func compare(t *testing.T, got, want map[string]manifest.Object) {
	t.Helper()
	for id, o := range want {
		if !reflect.DeepEqual(got[id], o) {
			t.Errorf("%s is\n%v\nwant\n%v", id, got[id], o)
		}
	}
	for id := range got {
		if want[id] == nil {
			t.Errorf("%s is only in the chart", id)
		}
	}
}

// Values that somebody sets reach where they should.
func TestValuesAreTaken(t *testing.T) {
	tell := func(o manifest.Object, path string) any {
		value, _, _ := at(o, path)
		return value
	}
	values := map[string]any{
		"backing": "managed", "door": "ingress", "autoscale": "none", "host": "talk.example.com",
		"config":   map[string]any{"PUBLIC_URL": "https://talk.example.com", "LOG_FORMAT": "text"},
		"messages": map[string]any{"image": "registry.example.com/messages:7", "replicas": 3},
		"migrate":  map[string]any{"databaseURL": "postgres://boss@db/parley"},
		"networks": []any{map[string]any{"ipBlock": map[string]any{"cidr": "192.0.2.0/24"}}},
		"doors":    []any{map[string]any{"ipBlock": map[string]any{"cidr": "198.51.100.0/24"}}},

		"ingressClass": "edge", "annotations": map[string]any{"cert-manager.io/cluster-issuer": "acme"},
	}
	o := index(render(t, values, false))
	for _, row := range []struct {
		id, path string
		want     any
	}{
		{"Ingress/parley", "spec.rules.0.host", "talk.example.com"},
		{"Ingress/parley", "spec.tls.0.hosts.0", "talk.example.com"},
		{"Ingress/parley", "spec.ingressClassName", "edge"},
		{"NetworkPolicy/nginx", "spec.ingress.0.from.0.ipBlock.cidr", "198.51.100.0/24"},
		{"ConfigMap/parley", "data.PUBLIC_URL", "https://talk.example.com"},
		{"ConfigMap/parley", "data.LOG_FORMAT", "text"},
		{"ConfigMap/parley", "data.METRICS_ADDR", ":9090"},
		{"Deployment/messages", "spec.replicas", 3.0},
		{"Deployment/messages", container + "image", "registry.example.com/messages:7"},
		{"Job/migrate", container + "image", "registry.example.com/messages:7"},
		{"Job/migrate", container + "env.0.value", "postgres://boss@db/parley"},
		{"NetworkPolicy/data", "spec.egress.0.to.0.ipBlock.cidr", "192.0.2.0/24"},
		{"NetworkPolicy/migrate", "spec.egress.0.to.0.ipBlock.cidr", "192.0.2.0/24"},
		{"Deployment/stream", "spec.replicas", 2.0},
	} {
		if got := tell(o[row.id], row.path); got != row.want {
			t.Errorf("%s: %s is %v, want %v", row.id, row.path, got, row.want)
		}
	}
	annotations, _ := tell(o["Ingress/parley"], "metadata.annotations").(map[string]any)
	if annotations["cert-manager.io/cluster-issuer"] != "acme" {
		t.Errorf("the Ingress has annotations %v", annotations)
	}
	single := index(render(t, map[string]any{"postgres": map[string]any{"storageClass": "fast"}}, false))
	if got := tell(single["StatefulSet/postgres"], "spec.volumeClaimTemplates.0.spec.storageClassName"); got != "fast" {
		t.Errorf("the class of Postgres' volume is %v", got)
	}
	other := index(render(t, map[string]any{"backing": "managed"}, false))
	const held = "spec.template.metadata.annotations"
	if reflect.DeepEqual(tell(o["Deployment/stream"], held), tell(other["Deployment/stream"], held)) {
		t.Error("stream is not replaced when its configuration changes")
	}
}

func TestUnknownValuesAreRefused(t *testing.T) {
	for _, values := range []map[string]any{
		{"backing": "managd"}, {"autoscale": true}, {"door": "Ingress"}, {"confg": map[string]any{}}, {"config": map[string]any{"STREAMS_PER_USER": 5}},
		{"networks": []any{}}, {"doors": []any{}}, {"messages": map[string]any{"replica": 3}}, {"redis": map[string]any{"storage": "1Gi"}},
		{"migrate": map[string]any{"databaseUrl": "postgres://db/parley"}},
	} {
		if _, err := files(values, false); err == nil {
			t.Errorf("%v was accepted", values)
		}
	}
}

// The migrations come before the services in an upgrade, and beside them at
// first, when there may be no Postgres yet.
func TestMigrationsComeBeforeAnUpgrade(t *testing.T) {
	for _, upgrade := range []bool{false, true} {
		job := index(render(t, nil, upgrade))[migrations]
		value, _, _ := at(job, "metadata.annotations")
		annotations, _ := value.(map[string]any)
		if hook := annotations["helm.sh/hook"]; (hook == "pre-upgrade") != upgrade {
			t.Errorf("upgrade %v: the hook is %v", upgrade, hook)
		}
	}
}

// Every substitution is of something that is there.
func TestSubstitutionsAreNeeded(t *testing.T) {
	tree, err := manifest.Read(root)
	if err != nil {
		t.Fatal(err)
	}
	all, _, err := gather(tree)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range slices.Concat(substitutions, outside) {
		there := false
		for _, o := range all[s.id] {
			_, _, ok := at(o, s.path)
			there = there || ok
		}
		if !there {
			t.Errorf("%s has no %s", s.id, s.path)
		}
	}
}
