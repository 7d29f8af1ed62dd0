// Package web is the page: templates, style sheets, scripts and pictures, all
// embedded in the binary.
//
// The sources are plain modules, and are served as they are if there is nothing
// else. `make bundle` makes few files of them, in dist: those are served
// instead, unless the sources have changed since.
//
// Assets live under the digest of the whole tree, /assets/<digest>/js/app.js:
// an address's content never changes, so browsers keep it for good, and the
// modules can import one another by relative paths.
package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strconv"
)

//go:embed templates static dist
var files embed.FS

// digestLength is how many hexadecimal digits name a version of the assets.
const digestLength = 12

// Site is the parsed page.
type Site struct {
	templates *template.Template
	assets    assets
	scripts   []string // for the browser to fetch at once
	digest    string
	pin       string // a picture
}

// New parses the embedded templates.
func New() (*Site, error) {
	tree, scripts, err := sources()
	if err != nil {
		return nil, err
	}
	s := &Site{scripts: scripts}
	if s.digest, err = digestOf(tree); err != nil {
		return nil, fmt.Errorf("read assets: %w", err)
	}
	if s.assets, err = pack(tree); err != nil {
		return nil, fmt.Errorf("pack assets: %w", err)
	}
	s.templates, err = template.New("").
		Funcs(template.FuncMap{"asset": s.Asset, "modules": func() []string { return s.scripts }, "log": s.Log, "body": s.Body}).
		Funcs(funcs).
		ParseFS(files, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("parse templates: %w", err)
	}
	pin, err := s.part("icon", "pin")
	s.pin = string(pin)
	return s, err
}

// Render writes the page called name, such as "room.html", to w.
func (s *Site) Render(w io.Writer, name string, data any) error {
	if err := s.templates.ExecuteTemplate(w, name, data); err != nil {
		return fmt.Errorf("render %s: %w", name, err)
	}
	return nil
}

// Asset returns the address of an asset: "js/app.js" is at /assets/<digest>/js/app.js.
func (s *Site) Asset(name string) string { return "/assets/" + s.digest + "/" + name }

// Digest names the version of the assets.
func (s *Site) Digest() string { return s.digest }

// File returns the asset called name, such as "js/app.js".
func (s *Site) File(name string) (*File, bool) {
	f, ok := s.assets[name]
	return f, ok
}

// Files returns the names of all assets.
func (s *Site) Files() []string { return slices.Sorted(maps.Keys(s.assets)) }

// digestOf hashes every file's name, size and content, in order of name.
func digestOf(tree fs.FS) (string, error) {
	sum := sha256.New()
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		sum.Write([]byte(name + "\x00" + strconv.Itoa(len(content)) + "\x00"))
		sum.Write(content)
		return nil
	})
	return hex.EncodeToString(sum.Sum(nil))[:digestLength], err
}
