package markup

import (
	"strings"

	"github.com/yuin/goldmark/ast"
)

// Links reports whether body has an http or https link outside of code.
func Links(body string) (found bool) {
	if !strings.Contains(body, "://") || !readable(body) {
		return false
	}
	if !hasMarkup(body) {
		return hasAddress(body)
	}
	defer func() {
		if recover() != nil { // as in Render
			found = false
		}
	}()
	source := []byte(unixLines(body))
	return hasLink(parse(source), source)
}

func hasAddress(body string) bool {
	for i := 0; i < len(body); i++ {
		at := strings.Index(body[i:], "://")
		if at < 0 {
			return false
		}
		i += at
		if _, _, ok := address(body, i); ok {
			return true
		}
	}
	return false
}

func hasLink(node ast.Node, source []byte) bool {
	var target string
	switch n := node.(type) {
	case *bare:
		return true
	case *ast.Link:
		target, _ = href(destination(n.Destination))
	case *ast.Image:
		target, _ = href(destination(n.Destination))
	case *ast.AutoLink:
		target, _ = href(string(n.URL(source)))
	}
	if strings.HasPrefix(target, "http") {
		return true
	}
	for c := node.FirstChild(); c != nil; c = c.NextSibling() {
		if hasLink(c, source) {
			return true
		}
	}
	return false
}
