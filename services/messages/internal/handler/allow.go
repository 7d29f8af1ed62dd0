package handler

import (
	"slices"
	"strings"

	"github.com/gin-gonic/gin"
)

// refuseMethod answers a request of which gin says that its address takes other
// methods. Which, gin does not know to the last: it looks through the routes of
// one method with what it noted of another's.
func (h *Handler) refuseMethod(routes gin.RoutesInfo) gin.HandlerFunc {
	return func(c *gin.Context) {
		allowed := methodsOf(routes, c.Request.URL.Path)
		if len(allowed) == 0 {
			c.Writer.Header().Del("Allow")
			h.fail(c, errNotFound)
			return
		}
		c.Header("Allow", strings.Join(allowed, ", "))
		h.fail(c, errMethod)
	}
}

// methodsOf returns the methods that an address takes, in order.
func methodsOf(routes gin.RoutesInfo, path string) []string {
	var methods []string
	for _, route := range routes {
		if matches(route.Path, path) {
			methods = append(methods, route.Method)
		}
	}
	slices.Sort(methods)
	return slices.Compact(methods)
}

// matches reports whether a path is one of a route's, such as
// "/chat/:room/messages" or "/assets/:digest/*name".
func matches(route, path string) bool {
	want, got := strings.Split(route, "/"), strings.Split(path, "/")
	for i, part := range want {
		switch {
		case i >= len(got):
			return false
		case strings.HasPrefix(part, "*"):
			return true
		case strings.HasPrefix(part, ":"):
			if got[i] == "" {
				return false
			}
		case part != got[i]:
			return false
		}
	}
	return len(want) == len(got)
}
