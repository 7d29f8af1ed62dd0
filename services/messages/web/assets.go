package web

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io/fs"
	"mime"
	"path"
)

// File is an asset as it is sent.
type File struct {
	Content []byte
	Packed  []byte // by gzip; nil if that would not make it smaller
	Type    string // the media type
}

type assets map[string]*File

// mediaTypes are those that not every machine knows.
var mediaTypes = map[string]string{
	".js":          "text/javascript; charset=utf-8",
	".webmanifest": "application/manifest+json",
	".woff2":       "font/woff2",
	".ico":         "image/x-icon",
}

// pack reads all files of a tree and compresses them once, as well as it can
// be done: the gateway sends them as they are.
func pack(tree fs.FS) (assets, error) {
	all := make(assets)
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(tree, name)
		if err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
		f := &File{Content: content, Type: mediaType(name)}
		if path.Ext(name) != ".woff2" {
			f.Packed = packed(content)
		}
		all[name] = f
		return nil
	})
	return all, err
}

// packed returns nil if content does not become smaller.
func packed(content []byte) []byte {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil
	}
	if _, err := w.Write(content); err != nil {
		return nil
	}
	if err := w.Close(); err != nil || b.Len() >= len(content) {
		return nil
	}
	return b.Bytes()
}

func mediaType(name string) string {
	ext := path.Ext(name)
	if known, ok := mediaTypes[ext]; ok {
		return known
	}
	if known := mime.TypeByExtension(ext); known != "" {
		return known
	}
	return "application/octet-stream"
}
