package markup

import (
	"bytes"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// code writes a fenced block of code, in colours if its language is known.
func (w *writer) code(n *ast.FencedCodeBlock) {
	language, code := w.fenced(n)
	if strings.TrimSpace(code) == "" {
		return
	}
	w.visible = true
	attributes := ""
	if language != nil {
		attributes = ` class="language-` + language.name + `"`
	}
	w.element("pre", "", func() {
		w.element("code", attributes, func() {
			if coloured, ok := language.highlight(code, MaxHTML-len(w.html), &w.coloured); ok {
				w.html = append(w.html, coloured...)
			} else {
				w.plain(code)
			}
		})
	})
}

// fenced returns the code in a fence, and its language if that is known. As in
// Slack, code may begin right after the fence, and the fence that ends it may
// end a line.
func (w *writer) fenced(n *ast.FencedCodeBlock) (*language, string) {
	var code []byte
	lines := n.Lines()
	for i := range lines.Len() {
		line := lines.At(i)
		code = append(code, line.Value(w.source)...)
	}
	code = bytes.TrimSuffix(code, []byte("\n"))
	if lines.Len() > 0 && lines.At(lines.Len()-1).Stop == len(w.source) { // the fence is open
		code = bytes.TrimSuffix(code, []byte("```"))
	}
	if n.Info == nil {
		return nil, string(code)
	}
	info := string(n.Info.Segment.Value(w.source))
	name, rest, more := strings.Cut(info, " ")
	if found := languages[strings.ToLower(name)]; found != nil || !more && isLabel(name) || strings.HasPrefix(rest, "{") {
		return found, string(code)
	}
	return nil, info + "\n" + string(code)
}

// isLabel reports whether name looks like that of a language.
func isLabel(name string) bool {
	for i := range len(name) {
		if !isAlphanumeric(name[i]) && strings.IndexByte("+#._-", name[i]) < 0 {
			return false
		}
	}
	return len(name) <= 20
}
