package chart

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"parley/kubernetes/manifest"
)

// A substitution puts an expression in place of a value of an object.
type substitution struct {
	id, path string                           // the object, and where in it; a number is a place in a list
	as       func(value string) (text string) // from the value as JSON
}

// from takes the value from the chart's values, where the default must be equal.
func from(name string) func(string) string {
	return func(string) string { return "{{ toJson .Values." + name + " }}" }
}

// orElse takes the value from the chart's values, or what it is in this variant
// where that has none.
func orElse(name string) func(string) string {
	return func(value string) string { return "{{ .Values." + name + " | default " + value + " | toJson }}" }
}

// over lays the chart's map over that of this variant.
func over(name string) func(string) string {
	return func(value string) string {
		return "{{ mergeOverwrite (fromJson `" + value + "`) .Values." + name + " | toJson }}"
	}
}

const (
	pod       = "spec.template.spec."
	container = pod + "containers.0."
)

var substitutions = []substitution{
	{"ConfigMap/parley", "data", over("config")},

	{"Deployment/messages", "spec.replicas", from("messages.replicas")},
	{"Deployment/messages", container + "image", from("messages.image")},
	{"Deployment/messages", container + "resources", from("messages.resources")},
	{"Deployment/messages", container + "env.2.value", from("messages.goMemLimit")},
	{"Job/migrate", container + "image", from("messages.image")},
	{"Job/migrate", container + "env.0.value", orElse("migrate.databaseURL")},

	{"Deployment/stream", "spec.replicas", from("stream.replicas")},
	{"Deployment/stream", container + "image", from("stream.image")},
	{"Deployment/stream", container + "resources", from("stream.resources")},
	{"Deployment/stream", container + "env.2.value", from("stream.goMemLimit")},
	{"HorizontalPodAutoscaler/stream", "spec.minReplicas", from("stream.minReplicas")},
	{"HorizontalPodAutoscaler/stream", "spec.maxReplicas", from("stream.maxReplicas")},

	{"Deployment/nginx", "spec.replicas", from("nginx.replicas")},
	{"Deployment/nginx", container + "image", from("nginx.image")},
	{"Deployment/nginx", container + "resources", from("nginx.resources")},

	{"StatefulSet/postgres", container + "image", from("postgres.image")},
	{"StatefulSet/postgres", container + "resources", from("postgres.resources")},
	{"StatefulSet/postgres", "spec.volumeClaimTemplates.0.spec.resources.requests.storage", from("postgres.storage")},
	{"Deployment/redis", container + "image", from("redis.image")},

	{"NetworkPolicy/nginx", "spec.ingress.0.from", from("doors")},
	{"Ingress/parley", "spec.rules.0.host", from("host")},
	{"Ingress/parley", "spec.tls.0.hosts.0", from("host")},
	{"Ingress/parley", "spec.tls.0.secretName", from("tlsSecret")},
	{"Gateway/parley", "spec.gatewayClassName", from("gatewayClass")},
	{"Gateway/parley", "spec.listeners.0.hostname", from("host")},
	{"Gateway/parley", "spec.listeners.1.hostname", from("host")},
	{"Gateway/parley", "spec.listeners.1.tls.certificateRefs.0.name", from("tlsSecret")},
	{"HTTPRoute/parley", "spec.hostnames.0", from("host")},
	{"HTTPRoute/redirect", "spec.hostnames.0", from("host")},
}

// additions are fields that the objects of kustomize don't have. They are null
// or empty, which is the same as not there, until somebody sets them.
var additions = []substitution{
	{"Ingress/parley", "metadata.annotations", from("annotations")},
	{"Ingress/parley", "spec.ingressClassName", from("ingressClass")},
	{"Gateway/parley", "metadata.annotations", from("annotations")},
	{"StatefulSet/postgres", "spec.volumeClaimTemplates.0.spec.storageClassName", from("postgres.storageClass")},
}

// outside are the rules whose networks the chart's values name, where Postgres
// and Redis are outside.
var outside = []substitution{
	{"NetworkPolicy/data", "spec.egress.0.to", from("networks")},
	{"NetworkPolicy/migrate", "spec.egress.0.to", from("networks")},
}

// The annotations of the chart alone. A ConfigMap's name doesn't tell what it
// holds there, so the pods do: they are replaced when that changes. The
// migrations come before everything else in an upgrade; at first Postgres may
// still be to come.
const (
	heldBy     = "parley/holds"
	heldAs     = `{{ include (print $.Template.BasePath "/configmap-%s.yaml") . | sha256sum | toJson }}`
	hookAs     = `{{ if .Release.IsUpgrade }}{"helm.sh/hook":"pre-upgrade","helm.sh/hook-delete-policy":"before-hook-creation,hook-succeeded"}{{ else }}{}{{ end }}`
	migrations = "Job/migrate"
)

// substitute puts marks into the object, and returns what is to be in their
// place.
func substitute(o manifest.Object) (map[string]string, error) {
	expressions := make(map[string]string)
	mark := func(expression string) string {
		name := fmt.Sprintf("PARLEY-VALUE-%03d", len(expressions))
		expressions[name] = expression
		return name
	}
	list := substitutions
	if first, _, ok := at(o, "spec.egress.0.to.0.ipBlock"); ok && first != nil {
		list = outside
	}
	for _, s := range list {
		if s.id != o.ID() {
			continue
		}
		value, set, ok := at(o, s.path)
		if !ok {
			continue // not in this variant
		}
		text, err := json.Marshal(value)
		if err != nil {
			return nil, fmt.Errorf("write %s: %w", s.path, err)
		}
		set(mark(s.as(string(text))))
	}
	for _, a := range additions {
		if a.id == o.ID() {
			add(o, a.path, mark(a.as("null")))
		}
	}
	if o.ID() == migrations {
		metadata, _ := o["metadata"].(map[string]any)
		metadata["annotations"] = mark(hookAs)
	}
	for _, name := range configMaps(o) {
		metadata, _, _ := at(o, "spec.template.metadata")
		meta, _ := metadata.(map[string]any)
		annotations, _ := meta["annotations"].(map[string]any)
		if annotations == nil {
			annotations = make(map[string]any)
			meta["annotations"] = annotations
		}
		annotations[heldBy] = mark(fmt.Sprintf(heldAs, name))
	}
	return expressions, nil
}

// add puts a value at a path that is not there yet, but for its last step.
func add(o manifest.Object, path string, value any) {
	end := strings.LastIndexByte(path, '.')
	parent, _, _ := at(o, path[:end])
	parent.(map[string]any)[path[end+1:]] = value
}

// configMaps returns the names of those that a controller's pods use and that
// are Parley's own.
func configMaps(o manifest.Object) (names []string) {
	if name, _, ok := at(o, container+"envFrom.0.configMapRef.name"); ok {
		names = append(names, name.(string))
	}
	volumes, _, _ := at(o, pod+"volumes")
	list, _ := volumes.([]any)
	for i := range list {
		from := pod + "volumes." + strconv.Itoa(i) + ".configMap."
		_, _, optional := at(o, from+"optional")
		if name, _, ok := at(o, from+"name"); ok && !optional {
			names = append(names, name.(string))
		}
	}
	return names
}

// at returns the value at a path, and what sets it.
func at(o manifest.Object, path string) (value any, set func(any), ok bool) {
	value = map[string]any(o)
	for step := range strings.SplitSeq(path, ".") {
		switch node := value.(type) {
		case map[string]any:
			if value, ok = node[step]; !ok {
				return nil, nil, false
			}
			set = func(v any) { node[step] = v }
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(node) {
				return nil, nil, false
			}
			value, set = node[i], func(v any) { node[i] = v }
		default:
			return nil, nil, false
		}
	}
	return value, set, true
}
