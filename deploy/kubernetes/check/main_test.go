package main

import (
	"os"
	"path/filepath"
	"testing"

	"parley/kubernetes/chart"
	"parley/kubernetes/manifest"
)

const repository = "../../.."

// kustomize doesn't reach out of its folder; so nginx.conf is a copy, the same.
func TestCopiesAreEqual(t *testing.T) {
	for name, source := range copies {
		got, err := os.ReadFile(filepath.Join(repository, name))
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(filepath.Join(repository, source))
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != string(want) {
			t.Errorf("%s is not %s any more: make manifests", name, source)
		}
	}
}

func TestTemplatesAreMadeAnew(t *testing.T) {
	tree, err := manifest.Read(filepath.Join(repository, folder))
	if err != nil {
		t.Fatal(err)
	}
	made, err := chart.Templates(tree)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range made {
		if got, err := os.ReadFile(filepath.Join(repository, templates, name)); err != nil || string(got) != want {
			t.Errorf("%s is not what kustomize builds any more (%v): make manifests", name, err)
		}
	}
	files, err := os.ReadDir(filepath.Join(repository, templates))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if made[file.Name()] == "" {
			t.Errorf("%s is made by nothing", file.Name())
		}
	}
}
