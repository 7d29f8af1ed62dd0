package web

import (
	"io/fs"
	"slices"
	"testing"
	"testing/fstest"
)

func TestBundleTakesThePlacesOfItsSources(t *testing.T) {
	t.Parallel()
	file := func(content string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(content)} }
	static := fstest.MapFS{
		"js/chat.js": file("source"), "js/model/room.js": file("source"), "css/log.css": file("source"), "img/logo.svg": file("picture"),
	}
	dist := fstest.MapFS{"sources": file("0123")}
	for _, name := range bundled {
		static[name], dist[name] = file("source"), file("bundled")
	}
	tree := bundle{static, dist}
	var found []string
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		found = append(found, name)
		content, err := fs.ReadFile(tree, name)
		if want := map[bool]string{true: "bundled", false: "picture"}[slices.Contains(bundled, name)]; string(content) != want {
			t.Errorf("%s is %q, want %q", name, content, want)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	want := append(slices.Clone(bundled), "img/logo.svg")
	slices.Sort(want)
	if !slices.Equal(found, want) {
		t.Errorf("the assets are %q, want %q", found, want)
	}
}

// Without a bundle of just these sources the modules are served, all of which a
// page fetches at once.
func TestModulesWithoutABundle(t *testing.T) {
	t.Parallel()
	static, err := fs.Sub(files, "static")
	if err != nil {
		t.Fatal(err)
	}
	names, err := modules(static)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(names, "js/app.js") || !slices.Contains(names, "js/model/history.js") || slices.Contains(names, "js/worker.js") {
		t.Errorf("the modules are %q", names)
	}
}
