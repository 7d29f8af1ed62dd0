package handler

import (
	"bytes"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
)

// atRoot are the assets that browsers and robots look for at fixed addresses.
var atRoot = []string{"favicon.ico", "robots.txt", "manifest.webmanifest", "apple-touch-icon.png", "icon-192.png", "icon-512.png", "icon-maskable.png"}

func (h *Handler) assetRoutes(e *gin.Engine, read []string) {
	e.Match(read, "/assets/:digest/*name", func(c *gin.Context) {
		h.asset(c, strings.TrimPrefix(c.Param("name"), "/"), c.Param("digest") == h.Site.Digest())
	})
	for _, name := range atRoot {
		if _, ok := h.Site.File(name); ok {
			e.Match(read, "/"+name, func(c *gin.Context) { h.asset(c, name, false) })
		}
	}
}

// asset answers with a file. While replicas of two releases run, a page of one
// may ask the other for its files: it gets those there are, but not to keep.
func (h *Handler) asset(c *gin.Context, name string, immutable bool) {
	file, ok := h.Site.File(name)
	if !ok {
		h.fail(c, errNotFound)
		return
	}
	header := c.Writer.Header()
	if immutable {
		header.Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		header.Set("Cache-Control", "no-cache")
	}
	content, tag := file.Content, h.Site.Digest()
	if file.Packed != nil {
		header.Set("Vary", "Accept-Encoding")
		if acceptsGzip(c.Request) {
			content, tag = file.Packed, tag+"-gzip"
			header.Set("Content-Encoding", "gzip")
		}
	}
	header.Set("ETag", `"`+tag+`"`)
	header.Set("Content-Type", file.Type)
	http.ServeContent(c.Writer, c.Request, name, time.Time{}, bytes.NewReader(content))
}

// acceptsGzip reports whether the client says so in as many words. One that
// says it in a rarer way gets more bytes.
func acceptsGzip(r *http.Request) bool {
	for accepted := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		if strings.TrimSpace(accepted) == "gzip" {
			return true
		}
	}
	return false
}
