package handler

import (
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"

	"github.com/gin-gonic/gin"
)

// atRoot are the assets that browsers and robots look for at fixed addresses.
var atRoot = []string{"favicon.ico", "robots.txt", "manifest.webmanifest", "apple-touch-icon.png"}

// mediaTypes are those that not every machine knows.
var mediaTypes = map[string]string{
	".webmanifest": "application/manifest+json",
	".woff2":       "font/woff2",
	".ico":         "image/x-icon",
}

func (h *Handler) assetRoutes(e *gin.Engine, read []string) {
	e.Match(read, "/assets/:digest/*name", func(c *gin.Context) {
		h.asset(c, strings.TrimPrefix(c.Param("name"), "/"), c.Param("digest") == h.Site.Digest())
	})
	for _, name := range atRoot {
		if isFile(h.Site.Static(), name) {
			e.Match(read, "/"+name, func(c *gin.Context) { h.asset(c, name, false) })
		}
	}
}

// asset answers with a file. While replicas of two releases run, a page of one
// may ask the other for its files: it gets those there are, but not to keep.
func (h *Handler) asset(c *gin.Context, name string, immutable bool) {
	if !isFile(h.Site.Static(), name) {
		h.fail(c, errNotFound)
		return
	}
	header := c.Writer.Header()
	if immutable {
		header.Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		header.Set("Cache-Control", "no-cache")
	}
	header.Set("ETag", `"`+h.Site.Digest()+`"`)
	header.Set("Content-Type", mediaType(name))
	http.ServeFileFS(c.Writer, c.Request, h.Site.Static(), name)
}

func isFile(tree fs.FS, name string) bool {
	info, err := fs.Stat(tree, name)
	return err == nil && info.Mode().IsRegular()
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
