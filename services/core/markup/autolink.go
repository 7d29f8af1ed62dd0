package markup

import (
	"bytes"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// bare is an address that stands in the text as it is.
type bare struct {
	ast.BaseInline
	segment text.Segment
}

var kindBare = ast.NewNodeKind("BareAddress")

// Kind implements [ast.Node].
func (*bare) Kind() ast.NodeKind { return kindBare }

// Dump implements [ast.Node].
func (b *bare) Dump(source []byte, level int) {
	ast.DumpHelper(b, source, level, map[string]string{"Address": string(b.segment.Value(source))}, nil)
}

// addresses finds bare addresses before emphasis is looked for: they are full
// of underscores. It looks at the colon, since anything may stand before the
// scheme, and takes the scheme back from the text that was read already.
type addresses struct{}

// Trigger implements [parser.InlineParser].
func (addresses) Trigger() []byte { return []byte{':'} }

// Parse implements [parser.InlineParser].
func (addresses) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	line, segment := block.PeekLine()
	before, ok := parent.LastChild().(*ast.Text)
	if !ok || !bytes.HasPrefix(line, []byte("://")) || before.Segment.Stop != segment.Start {
		return nil
	}
	source := string(block.Source()[before.Segment.Start:segment.Stop])
	colon := segment.Start - before.Segment.Start
	start, end, ok := address(source, colon)
	if !ok {
		return nil
	}
	if pc.IsInLinkLabel() {
		end = labelEnd(source, start, end)
		if _, ok := href(source[start:end]); !ok {
			return nil
		}
	}
	found := text.NewSegment(before.Segment.Start+start, before.Segment.Start+end)
	if before.Segment.Stop = found.Start; before.Segment.IsEmpty() {
		parent.RemoveChild(parent, before)
	}
	block.Advance(end - colon)
	return &bare{segment: found}
}

// labelEnd returns where the address s[start:end] ends if the first bracket
// that it does not open closes the label of a link.
func labelEnd(s string, start, end int) int {
	depth := 0
	for i := start; i < end; i++ {
		switch s[i] {
		case '[':
			depth++
		case ']':
			if depth--; depth < 0 {
				return start + len(strings.TrimRight(s[start:i], ".,;:!?'*_~"))
			}
		}
	}
	return end
}
