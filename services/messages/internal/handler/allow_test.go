package handler

import (
	"slices"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
)

func TestMethodsOfAnAddress(t *testing.T) {
	t.Parallel()
	routes := gin.RoutesInfo{
		{Method: "POST", Path: "/chat/:room/messages"},
		{Method: "GET", Path: "/chat/:room/messages"},
		{Method: "GET", Path: "/chat/:room/:id"},
		{Method: "DELETE", Path: "/chat/:room/messages/:id"},
		{Method: "GET", Path: "/assets/:digest/*name"},
		{Method: "GET", Path: "/"},
	}
	for path, want := range map[string]string{
		"/chat/general/messages":   "GET POST",
		"/chat/general/messages/1": "DELETE",
		"/chat/general/1":          "GET",
		"/chat//messages":          "",
		"/chat/general":            "",
		"/assets/x/js/app.js":      "GET",
		"/assets/x":                "",
		"/":                        "GET",
		"/nothing":                 "",
	} {
		if got := methodsOf(routes, path); !slices.Equal(got, strings.Fields(want)) {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}
