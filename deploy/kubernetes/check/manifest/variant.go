package manifest

import (
	"fmt"
	"regexp"
	"strings"
)

// Variant is one of the ways to put Parley together.
type Variant struct {
	Backing   string // where Postgres and Redis are: single, managed
	Autoscale string // what stream is scaled by: none, cpu, streams
	Door      string // what stands before the gateway: none, ingress, gateway
}

// Axes are the values of each of a variant's fields, in their order.
var Axes = []struct {
	Name   string
	Values []string
}{
	{"backing", []string{"single", "managed"}},
	{"autoscale", []string{"none", "cpu", "streams"}},
	{"door", []string{"none", "ingress", "gateway"}},
}

// Value returns the variant's value on an axis.
func (v Variant) Value(axis string) string {
	return map[string]string{"backing": v.Backing, "autoscale": v.Autoscale, "door": v.Door}[axis]
}

// String returns what tells the variant from the others.
func (v Variant) String() string { return v.Backing + "-" + v.Autoscale + "-" + v.Door }

// Variants returns all of them.
func Variants() []Variant {
	var all []Variant
	for _, backing := range Axes[0].Values {
		for _, autoscale := range Axes[1].Values {
			for _, door := range Axes[2].Values {
				all = append(all, Variant{backing, autoscale, door})
			}
		}
	}
	return all
}

// Variant builds one of the variants, as an overlay of somebody's own would.
func (t Tree) Variant(v Variant) ([]Object, error) {
	var text strings.Builder
	fmt.Fprintf(&text, "resources: [../../overlays/%s]\ncomponents:\n", v.Backing)
	if v.Autoscale != "none" {
		fmt.Fprintf(&text, "  - ../../components/autoscale-%s\n", v.Autoscale)
	}
	if v.Door != "none" {
		fmt.Fprintf(&text, "  - ../../components/%s\n", v.Door)
	}
	dir := "variants/" + v.String()
	if err := t.files.WriteFile("/"+dir+"/kustomization.yaml", []byte(text.String())); err != nil {
		return nil, fmt.Errorf("write variant: %w", err)
	}
	return t.Build(dir)
}

var hashed = regexp.MustCompile(`^(.+)-[0-9a-z]{10}$`)

// Plain gives ConfigMaps their names without the digest that kustomize adds,
// wherever they are named. It changes the objects.
func Plain(objects []Object) {
	plain := make(map[string]string)
	for _, o := range objects {
		if name := hashed.FindStringSubmatch(o.Name()); name != nil && o.Kind() == "ConfigMap" {
			plain[o.Name()] = name[1]
		}
	}
	for _, o := range objects {
		rename(map[string]any(o), plain)
	}
}

func rename(node any, names map[string]string) any {
	switch node := node.(type) {
	case map[string]any:
		for key, value := range node {
			node[key] = rename(value, names)
		}
	case []any:
		for i, value := range node {
			node[i] = rename(value, names)
		}
	case string:
		if name, ok := names[node]; ok {
			return name
		}
	}
	return node
}
