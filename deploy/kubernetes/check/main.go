// Command kubernetes makes what of deploy/kubernetes is made: copies of files
// that kustomize, which stays in its folder, can't reach, and the templates of
// the Helm chart. Its argument is the path of the repository.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"parley/kubernetes/chart"
	"parley/kubernetes/manifest"
)

const (
	folder    = "deploy/kubernetes"
	templates = folder + "/chart/templates"
)

// copies are the files that are elsewhere in the repository, too.
var copies = map[string]string{
	folder + "/base/gateway/nginx.conf":     "nginx.conf",
	folder + "/base/gateway/limits.conf":    "deploy/compose/limits/on.conf",
	folder + "/overlays/single/postgres.sh": "deploy/compose/postgres.sh",
	folder + "/overlays/single/redis.sh":    "deploy/compose/redis.sh",
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: kubernetes REPOSITORY")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "kubernetes:", err)
		os.Exit(1)
	}
}

func run(path string) error {
	repository, err := os.OpenRoot(path)
	if err != nil {
		return fmt.Errorf("open repository: %w", err)
	}
	defer repository.Close()
	for name, source := range copies {
		text, err := repository.ReadFile(source)
		if err != nil {
			return fmt.Errorf("copy: %w", err)
		}
		if err := repository.WriteFile(name, text, 0o644); err != nil {
			return fmt.Errorf("copy: %w", err)
		}
	}
	tree, err := manifest.Read(filepath.Join(path, folder))
	if err != nil {
		return err
	}
	made, err := chart.Templates(tree)
	if err != nil {
		return err
	}
	return replace(repository, made)
}

// replace puts the templates in place of those that are there.
func replace(repository *os.Root, made map[string]string) error {
	if err := repository.RemoveAll(templates); err != nil {
		return fmt.Errorf("remove old templates: %w", err)
	}
	if err := repository.MkdirAll(templates, 0o755); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	for name, text := range made {
		if err := repository.WriteFile(filepath.Join(templates, name), []byte(text), 0o644); err != nil {
			return fmt.Errorf("write template: %w", err)
		}
	}
	return nil
}
