// Package chart makes the templates of deploy/kubernetes/chart from what
// kustomize builds, so that the two can't differ.
//
// An object that not every variant has, or that differs between them, is put
// under a condition on the one value that decides about it (backing, autoscale
// or door). What people commonly change is taken from the chart's values.
package chart

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"parley/kubernetes/manifest"
)

const header = "{{/* Made by `make manifests` from what kustomize builds. Change that, not this. */}}\n"

// Templates returns the chart's templates, by their names in chart/templates.
func Templates(tree manifest.Tree) (map[string]string, error) {
	all, order, err := gather(tree)
	if err != nil {
		return nil, err
	}
	templates := make(map[string]string)
	for _, id := range order {
		text, err := template(all[id])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", id, err)
		}
		name := strings.ToLower(strings.ReplaceAll(id, "/", "-")) + ".yaml"
		templates[name] = header + text
	}
	return templates, nil
}

// gather builds all variants. It returns each object as every variant has it,
// nil where one has not, and the objects' order.
func gather(tree manifest.Tree) (all map[string]map[manifest.Variant]manifest.Object, order []string, err error) {
	all = make(map[string]map[manifest.Variant]manifest.Object)
	for _, v := range manifest.Variants() {
		objects, err := tree.Variant(v)
		if err != nil {
			return nil, nil, err
		}
		manifest.Plain(objects)
		for _, o := range objects {
			if all[o.ID()] == nil {
				all[o.ID()] = make(map[manifest.Variant]manifest.Object)
				order = append(order, o.ID())
			}
			all[o.ID()][v] = o
		}
	}
	return all, order, nil
}

// template returns an object's template.
func template(versions map[manifest.Variant]manifest.Object) (string, error) {
	first := manifest.Variants()[0]
	if constant(versions, func(manifest.Variant) string { return "" }) {
		return write(versions[first])
	}
	for _, axis := range manifest.Axes {
		value := func(v manifest.Variant) string { return v.Value(axis.Name) }
		if !constant(versions, value) {
			continue
		}
		return conditional(axis.Name, axis.Values, versions)
	}
	return "", fmt.Errorf("depends on more than one of a variant's values")
}

// conditional returns the template of an object that one value decides about.
func conditional(axis string, values []string, versions map[manifest.Variant]manifest.Object) (string, error) {
	var b strings.Builder
	word := "if"
	for i, value := range values {
		o := versions[having(axis, value)]
		equal := func(v string) bool { return reflect.DeepEqual(versions[having(axis, v)], o) }
		if o == nil || slices.ContainsFunc(values[:i], equal) {
			continue
		}
		condition := fmt.Sprintf("eq .Values.%s", axis) // any of what follows
		for _, v := range values[i:] {
			if equal(v) {
				condition += fmt.Sprintf(" %q", v)
			}
		}
		text, err := write(o)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "{{- %s %s }}\n%s", word, condition, text)
		word = "else if"
	}
	return b.String() + "{{- end }}\n", nil
}

// constant reports whether the object is the same wherever value is.
func constant(versions map[manifest.Variant]manifest.Object, value func(manifest.Variant) string) bool {
	by := make(map[string]manifest.Object)
	for _, v := range manifest.Variants() {
		if o, seen := by[value(v)]; seen && !reflect.DeepEqual(o, versions[v]) {
			return false
		}
		by[value(v)] = versions[v]
	}
	return true
}

// having returns the first variant that has a value on an axis.
func having(axis, want string) manifest.Variant {
	for _, v := range manifest.Variants() {
		if v.Value(axis) == want {
			return v
		}
	}
	panic("no variant has " + axis + " " + want)
}

// write returns one version of an object as a template: its YAML, with
// expressions in place of what the chart's values decide.
func write(o manifest.Object) (string, error) {
	text, err := yaml.Marshal(o)
	if err != nil {
		return "", fmt.Errorf("write as YAML: %w", err)
	}
	if strings.Contains(string(text), "{{") {
		return "", fmt.Errorf("has an expression of its own")
	}
	var changed manifest.Object
	if err := yaml.Unmarshal(text, &changed); err != nil {
		return "", fmt.Errorf("copy: %w", err)
	}
	expressions, err := substitute(changed)
	if err != nil {
		return "", err
	}
	if text, err = yaml.Marshal(changed); err != nil {
		return "", fmt.Errorf("write as YAML: %w", err)
	}
	result := string(text)
	for mark, expression := range expressions {
		if strings.Count(result, mark) != 1 {
			return "", fmt.Errorf("%s is not there once", mark)
		}
		result = strings.Replace(result, mark, expression, 1)
	}
	return result, nil
}
