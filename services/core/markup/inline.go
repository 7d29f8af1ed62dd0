package markup

import (
	"github.com/yuin/goldmark/ast"
	extension "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// inlines writes the text of parent, and what is in it.
func (w *writer) inlines(parent ast.Node) {
	for n := parent.FirstChild(); n != nil && !w.tooMuch(); {
		first, ok := n.(*ast.Text)
		if !ok {
			w.inline(n)
			n = n.NextSibling()
			continue
		}
		segment, next := wholeText(first)
		w.text(segment.Start, segment.Stop)
		if last := lastBefore(next, parent); last.SoftLineBreak() || last.HardLineBreak() {
			w.html = append(w.html, "<br>"...)
		}
		n = next
	}
}

// wholeText returns the text that begins with first, and what comes after it.
// The parser cuts text at every character that might have been markup.
func wholeText(first *ast.Text) (whole text.Segment, next ast.Node) {
	whole = first.Segment
	last := first
	for {
		next = last.NextSibling()
		more, ok := next.(*ast.Text)
		if !ok || last.SoftLineBreak() || last.HardLineBreak() || more.Segment.Start != whole.Stop {
			return whole, next
		}
		whole.Stop, last = more.Segment.Stop, more
	}
}

// lastBefore returns the text before next, or the last of parent.
func lastBefore(next, parent ast.Node) *ast.Text {
	if next == nil {
		return parent.LastChild().(*ast.Text)
	}
	return next.PreviousSibling().(*ast.Text)
}

func (w *writer) inline(n ast.Node) {
	switch n := n.(type) {
	case *bare:
		address := string(n.segment.Value(w.source))
		target, _ := href(address)
		w.link(target, func() { w.plain(address) })
	case *ast.AutoLink:
		w.autoLink(n)
	case *ast.Link:
		w.target(n.Destination, n, "")
	case *ast.Image:
		w.target(n.Destination, n, "!")
	case *ast.CodeSpan:
		w.rich = true
		w.element("code", "", func() { w.codeSpan(n) })
	case *ast.Emphasis:
		w.rich = true
		w.element([]string{"em", "strong"}[n.Level-1], "", func() { w.inlines(n) })
	case *extension.Strikethrough:
		w.rich = true
		w.element("del", "", func() { w.inlines(n) })
	case *extension.TaskCheckBox:
		if n.IsChecked {
			w.plain("☑ ")
		} else {
			w.plain("☐ ")
		}
	}
}

func (w *writer) codeSpan(n ast.Node) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			w.plain(string(t.Segment.Value(w.source)))
		}
	}
}

// autoLink writes an address in angle brackets.
func (w *writer) autoLink(n *ast.AutoLink) {
	label, address := string(n.Label(w.source)), string(n.URL(w.source))
	if n.AutoLinkType == ast.AutoLinkEmail {
		address = "mailto:" + label
	}
	target, ok := href(address)
	if !ok {
		w.plain("<" + label + ">")
		return
	}
	w.rich = true
	w.link(target, func() { w.plain(label) })
}

// target writes a link or, for there are no pictures, a link to a picture. It
// stays as it was typed if it leads to where no link may.
func (w *writer) target(to []byte, n ast.Node, mark string) {
	address := destination(to)
	target, ok := href(address)
	if !ok {
		w.plain(mark + "[")
		w.inlines(n)
		w.plain("](" + string(to) + ")")
		return
	}
	w.rich = true
	w.link(target, func() {
		if w.inlines(n); n.FirstChild() == nil {
			w.plain(address)
		}
	})
}

// destination returns where a link leads: what its text means.
func destination(typed []byte) string { return string(util.UnescapePunctuations(typed)) }

// link writes a link. There are no links in links.
func (w *writer) link(to string, inside func()) {
	if w.linked {
		inside()
		return
	}
	w.linked = true
	w.element("a", ` href="`+escape(to)+linkRest, inside)
	w.linked = false
}

// linkRest are the attributes that each link has.
const linkRest = `" target="_blank" rel="noopener noreferrer"`
