// Package manifest builds what deploy/kubernetes holds, as kustomize does, and
// reads it as Kubernetes does.
package manifest

import (
	"fmt"
	"io/fs"
	"os"
	"strings"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

// Object is an object of Kubernetes.
type Object map[string]any

// Kind returns the object's kind.
func (o Object) Kind() string { kind, _ := o["kind"].(string); return kind }

// Name returns the object's name.
func (o Object) Name() string {
	metadata, _ := o["metadata"].(map[string]any)
	name, _ := metadata["name"].(string)
	return name
}

// ID returns "Kind/name", by which an object is known within a namespace.
func (o Object) ID() string { return o.Kind() + "/" + o.Name() }

// Tree is deploy/kubernetes in memory.
type Tree struct{ files filesys.FileSystem }

// sources are the folders that kustomize builds from.
var sources = []string{"base", "components", "overlays", "example"}

// Read reads the tree at root, the path of deploy/kubernetes.
func Read(root string) (Tree, error) {
	disk, err := os.OpenRoot(root)
	if err != nil {
		return Tree{}, fmt.Errorf("open deploy/kubernetes: %w", err)
	}
	defer disk.Close()
	t := Tree{files: filesys.MakeFsInMemory()}
	for _, dir := range sources {
		err := fs.WalkDir(disk.FS(), dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := disk.ReadFile(path)
			if err != nil {
				return err
			}
			return t.files.WriteFile("/"+path, text)
		})
		if err != nil {
			return Tree{}, fmt.Errorf("read %s: %w", dir, err)
		}
	}
	return t, nil
}

// Build returns the objects that `kustomize build` makes of a folder.
func (t Tree) Build(dir string) ([]Object, error) {
	built, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(t.files, "/"+dir)
	if err != nil {
		return nil, fmt.Errorf("build %s: %w", dir, err)
	}
	text, err := built.AsYaml()
	if err != nil {
		return nil, fmt.Errorf("write %s as YAML: %w", dir, err)
	}
	return Parse(string(text))
}

// Parse reads a stream of YAML documents. Empty ones are passed over.
func Parse(text string) ([]Object, error) {
	var objects []Object
	for doc := range strings.SplitSeq("\n"+text, "\n---\n") {
		var o Object
		if err := yaml.UnmarshalStrict([]byte(doc), &o); err != nil {
			return nil, fmt.Errorf("parse YAML: %w", err)
		}
		if len(o) > 0 {
			objects = append(objects, o)
		}
	}
	return objects, nil
}
