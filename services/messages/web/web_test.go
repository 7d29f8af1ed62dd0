package web

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

func TestEveryPageRenders(t *testing.T) {
	t.Parallel()
	site, err := New()
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]bool{}
	for _, s := range samples() {
		var page strings.Builder
		if err := site.Render(&page, s.page, s.data); err != nil {
			t.Errorf("%s: %v", s.name, err)
		}
		shown[s.page] = true
		for _, wrong := range []string{"<b title=", "ZgotmplZ", "<no value>", "%!", " style=", "onclick="} {
			if strings.Contains(page.String(), wrong) {
				t.Errorf("%s has %q", s.name, wrong)
			}
		}
		if opened, closed := strings.Count(page.String(), "<div"), strings.Count(page.String(), "</div>"); opened != closed {
			t.Errorf("%s opens %d divs and closes %d", s.name, opened, closed)
		}
		if n := strings.Count(page.String(), "</body>"); n != 1 {
			t.Errorf("%s ends %d times", s.name, n)
		}
	}
	for _, page := range site.templates.Templates() {
		if strings.HasSuffix(page.Name(), ".html") && page.Tree != nil && strings.Contains(page.Tree.Root.String(), "</body>") && !shown[page.Name()] {
			t.Errorf("%s is not among the samples", page.Name())
		}
	}
	if err := site.Render(io.Discard, "nothing.html", nil); err == nil {
		t.Error("a page that isn't there renders")
	}
}

// PAGES=folder go test ./web -run TestWriteSamples writes all pages in all
// their states there, to be looked at.
func TestWriteSamples(t *testing.T) {
	folder := os.Getenv("PAGES")
	if folder == "" {
		folder = t.TempDir()
	}
	site, err := New()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range site.Files() {
		file, _ := site.File(name)
		to := filepath.Join(folder, site.Asset(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, file.Content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range samples() {
		var page bytes.Buffer
		if err := site.Render(&page, s.page, s.data); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, s.name+".html"), page.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestDigestNamesTheContent(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for what, tree := range map[string]fstest.MapFS{
		"one file":        {"a.js": {Data: []byte("x")}},
		"other content":   {"a.js": {Data: []byte("y")}},
		"other name":      {"b.js": {Data: []byte("x")}},
		"content as name": {"a.jsx": {Data: nil}},
		"in a folder":     {"a/a.js": {Data: []byte("x")}},
		"two files":       {"a.js": {Data: []byte("x")}, "b.js": {Data: nil}},
	} {
		digest, err := digestOf(tree)
		if err != nil || len(digest) != digestLength {
			t.Errorf("%s: %q, %v", what, digest, err)
		}
		if other, again := seen[digest]; again {
			t.Errorf("%s and %s have one digest", what, other)
		}
		seen[digest] = what
	}
}
