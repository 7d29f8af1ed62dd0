// Bundle makes of the page's modules and style sheets the few files that a
// release serves: a script and a style sheet of what a room needs at once,
// others of what it needs later or other pages have, the worker, and the script
// that begins the first. It leaves the digest of the sources beside them, by which
// the service knows whether they are of its own.
//
//	bundle services/messages/web
package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"github.com/evanw/esbuild/pkg/api"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: bundle FOLDER, that has static and dist")
		os.Exit(2)
	}
	if err := run(filepath.Join(os.Args[1], "static"), filepath.Join(os.Args[1], "dist")); err != nil {
		fmt.Fprintln(os.Stderr, "bundle:", err)
		os.Exit(1)
	}
}

func run(static, dist string) error {
	digest, err := digestOf(os.DirFS(static))
	if err != nil {
		return fmt.Errorf("read sources: %w", err)
	}
	stamp := filepath.Join(dist, "sources")
	if made, err := os.ReadFile(stamp); err == nil && string(made) == digest {
		return nil
	}
	for _, entry := range []string{"js/app.js", "js/hub.js", "js/later.js", "js/pages.js", "js/picker.js", "js/worker.js", "css/app.css", "css/later.css"} {
		if err := build(static, dist, entry, true); err != nil {
			return err
		}
	}
	if err := build(static, dist, "js/start.js", false); err != nil { // it imports the first by its address
		return err
	}
	return os.WriteFile(stamp, []byte(digest), 0o644) //nolint:gosec // it is no secret
}

func build(static, dist, entry string, bundle bool) error {
	var external []string
	if bundle {
		external = []string{"../fonts/*", "../img/*"}
	}
	switch entry {
	case "js/app.js":
		external = append(external, "./hub.js", "./later.js", "./pages.js") // not needed by all, or not at once
	case "js/later.js":
		external = append(external, "./picker.js") // large, and seldom needed
	}
	result := api.Build(api.BuildOptions{
		EntryPoints:       []string{filepath.Join(static, filepath.FromSlash(entry))},
		Outfile:           filepath.Join(dist, filepath.FromSlash(entry)),
		Bundle:            bundle,
		Format:            api.FormatESModule,
		Target:            api.ES2022,
		External:          external,
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
		LegalComments:     api.LegalCommentsEndOfFile,
		Write:             true,
		LogLevel:          api.LogLevelWarning,
	})
	if len(result.Errors) > 0 {
		return errors.New(entry + ": " + result.Errors[0].Text)
	}
	return nil
}

// digestOf is that of package web: every file's name, size and content, in
// order of name.
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
	return hex.EncodeToString(sum.Sum(nil))[:12], err
}
