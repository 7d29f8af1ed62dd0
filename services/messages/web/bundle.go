package web

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// bundled are the files of dist, which take the places of all scripts and style
// sheets; stamp, beside them, is the digest of the sources they are made of.
var bundled = []string{"css/app.css", "css/later.css", "js/app.js", "js/hub.js", "js/later.js", "js/pages.js", "js/picker.js", "js/start.js", "js/worker.js"}

const bundleStamp = "sources"

// sources returns the assets to serve, and the scripts that a page is to fetch
// at once: the bundle if there is one of just these sources, else the modules.
func sources() (fs.FS, []string, error) {
	static, err := fs.Sub(files, "static")
	if err != nil {
		return nil, nil, fmt.Errorf("open assets: %w", err)
	}
	dist, err := fs.Sub(files, "dist")
	if err != nil {
		return nil, nil, fmt.Errorf("open bundle: %w", err)
	}
	digest, err := digestOf(static)
	if err != nil {
		return nil, nil, fmt.Errorf("read assets: %w", err)
	}
	if stamp, err := fs.ReadFile(dist, bundleStamp); err == nil && string(stamp) == digest {
		return bundle{static, dist}, []string{"js/app.js"}, nil
	}
	scripts, err := modules(static)
	return static, scripts, err
}

// modules are all scripts of the page, but the worker's, the first, and those
// that are fetched when they are needed.
func modules(static fs.FS) ([]string, error) {
	var names []string
	err := fs.WalkDir(static, "js", func(name string, _ fs.DirEntry, err error) error {
		if err == nil && path.Ext(name) == ".js" && !isLate(name) {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list modules: %w", err)
	}
	return names, nil
}

func isLate(name string) bool {
	late := []string{"js/start.js", "js/worker.js", "js/picker.js"}
	return slices.Contains(late, name) || strings.HasPrefix(name, "js/vendor/emoji-picker-element/")
}

// bundle is the tree of assets with few scripts and style sheets in the places
// of many.
type bundle struct{ static, dist fs.FS }

// Open implements [fs.FS].
func (b bundle) Open(name string) (fs.File, error) {
	if slices.Contains(bundled, name) {
		return b.dist.Open(name)
	}
	return b.static.Open(name)
}

// ReadDir implements [fs.ReadDirFS]: it passes over the sources of the bundle.
func (b bundle) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(b.static, name)
	return slices.DeleteFunc(entries, func(e fs.DirEntry) bool {
		full := path.Join(name, e.Name())
		if e.IsDir() {
			return strings.HasPrefix(full, "js/")
		}
		source := strings.HasPrefix(full, "js/") || strings.HasPrefix(full, "css/")
		return source && !slices.Contains(bundled, full)
	}), err
}
