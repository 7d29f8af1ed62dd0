package markup

import (
	"strconv"
	"time"

	"github.com/yuin/goldmark/ast"
	extension "github.com/yuin/goldmark/extension/ast"
)

// maxDepth is how deep elements may be within each other. Browsers stop at 512.
const maxDepth = 48

// writer writes the HTML of a message: in the form that the policy leaves as it
// is, and without white space between elements.
type writer struct {
	source   []byte
	mentions []string
	html     []byte
	rich     bool // there is more than plain text
	visible  bool // there is something to see
	depth    int
	deep     bool // deeper than maxDepth
	linked   bool // inside of a link
	coloured time.Duration
}

// tooMuch reports whether it is not worth to go on.
func (w *writer) tooMuch() bool { return w.deep || len(w.html) > MaxHTML }

// element writes a tag, what inside writes, and the end of the element.
func (w *writer) element(tag string, attributes string, inside func()) {
	if w.depth >= maxDepth {
		w.deep = true
	}
	if w.tooMuch() {
		return
	}
	w.depth++
	w.html = append(w.html, '<')
	w.html = append(append(w.html, tag...), attributes...)
	w.html = append(w.html, '>')
	inside()
	w.html = append(w.html, '<', '/')
	w.html = append(append(w.html, tag...), '>')
	w.depth--
}

// blocks writes the children of parent.
func (w *writer) blocks(parent ast.Node) {
	for n := parent.FirstChild(); n != nil && !w.tooMuch(); n = n.NextSibling() {
		w.block(n)
	}
}

func (w *writer) block(n ast.Node) {
	switch n := n.(type) {
	case *ast.Paragraph:
		w.element("p", "", func() { w.inlines(n) })
		return
	case *ast.TextBlock:
		w.inlines(n)
		return
	}
	w.rich = true
	switch n := n.(type) {
	case *ast.Heading: // small ones, below the page's own
		w.element("h"+strconv.Itoa(min(n.Level+2, 5)), "", func() { w.inlines(n) })
	case *ast.ThematicBreak:
		w.html = append(w.html, "<hr>"...)
	case *ast.Blockquote:
		w.element("blockquote", "", func() { w.blocks(n) })
	case *ast.List:
		w.list(n)
	case *ast.FencedCodeBlock:
		w.code(n)
	case *extension.Table:
		w.table(n)
	}
}

func (w *writer) list(n *ast.List) {
	tag, attributes := "ul", ""
	if n.IsOrdered() {
		if tag = "ol"; n.Start != 1 {
			attributes = ` start="` + strconv.Itoa(n.Start) + `"`
		}
	}
	w.element(tag, attributes, func() {
		for item := n.FirstChild(); item != nil; item = item.NextSibling() {
			attributes := ""
			if isTask(item) {
				attributes = ` class="task"`
			}
			w.element("li", attributes, func() { w.blocks(item) })
		}
	})
}

func isTask(item ast.Node) bool {
	first := item.FirstChild()
	return first != nil && first.FirstChild() != nil && first.FirstChild().Kind() == extension.KindTaskCheckBox
}

// table writes a table in a box that scrolls, by keyboard too.
func (w *writer) table(n *extension.Table) {
	w.element("div", ` class="table" tabindex="0"`, func() {
		w.element("table", "", func() {
			head := n.FirstChild()
			w.element("thead", "", func() { w.row("th", head) })
			if head.NextSibling() == nil {
				return
			}
			w.element("tbody", "", func() {
				for row := head.NextSibling(); row != nil; row = row.NextSibling() {
					w.row("td", row)
				}
			})
		})
	})
}

func (w *writer) row(tag string, row ast.Node) {
	w.element("tr", "", func() {
		for c := row.FirstChild(); c != nil && !w.tooMuch(); c = c.NextSibling() {
			attributes := ""
			switch c.(*extension.TableCell).Alignment {
			case extension.AlignCenter:
				attributes = ` class="center"`
			case extension.AlignRight:
				attributes = ` class="right"`
			}
			w.element(tag, attributes, func() { w.inlines(c) })
		}
	})
}
