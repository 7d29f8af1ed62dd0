package handler

import (
	"net/http"
	"net/url"
	"strings"
)

// wantsPage reports whether the client shows what it gets: a browser that
// navigates, or sends a form.
func wantsPage(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept"), "text/html")
}

// isRead reports whether the request changes nothing.
func isRead(r *http.Request) bool {
	return r.Method == http.MethodGet || r.Method == http.MethodHead
}

// localPath returns next if it is a path on this site, else "/chat". Browsers
// take // and /\ for the beginning of another site's address, and drop tabs
// and line breaks before they look.
func localPath(next string) string {
	const fallback = "/chat"
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") {
		return fallback
	}
	for i := range len(next) {
		if c := next[i]; c <= ' ' || c == '\\' || c >= 0x7f {
			return fallback
		}
	}
	u, err := url.Parse(next)
	if err != nil || u.IsAbs() || u.Host != "" {
		return fallback
	}
	return next
}
