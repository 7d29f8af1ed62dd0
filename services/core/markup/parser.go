package markup

import (
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// maxBlocks is how many blocks may be open within each other. Each of them
// looks at every line, so what is deeper is text.
const maxBlocks = 24

// markdown is a parser for all: it has no state.
var markdown = parser.NewParser(
	parser.WithBlockParsers(
		util.Prioritized(parser.NewThematicBreakParser(), 200),
		util.Prioritized(shallow{parser.NewListParser()}, 300),
		util.Prioritized(parser.NewListItemParser(), 400),
		util.Prioritized(parser.NewATXHeadingParser(), 600),
		util.Prioritized(parser.NewFencedCodeBlockParser(), 700),
		util.Prioritized(shallow{parser.NewBlockquoteParser()}, 800),
		util.Prioritized(paragraphs{parser.NewParagraphParser()}, 1000),
	),
	parser.WithInlineParsers(
		util.Prioritized(extension.NewTaskCheckBoxParser(), 0),
		util.Prioritized(parser.NewCodeSpanParser(), 100),
		util.Prioritized(parser.NewLinkParser(), 200),
		util.Prioritized(parser.NewAutoLinkParser(), 300),
		util.Prioritized(addresses{}, 400),
		util.Prioritized(parser.NewEmphasisParser(), 500),
		util.Prioritized(extension.NewStrikethroughParser(), 500),
	),
	parser.WithParagraphTransformers(util.Prioritized(smallTables{extension.NewTableParagraphTransformer()}, 200)),
	parser.WithASTTransformers(util.Prioritized(extension.NewTableASTTransformer(), 0)),
)

func parse(source []byte) ast.Node { return markdown.Parse(text.NewReader(source)) }

// shallow opens its blocks only where few are open already.
type shallow struct{ parser.BlockParser }

// Open implements [parser.BlockParser].
func (s shallow) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	if len(pc.OpenedBlocks()) >= maxBlocks {
		return nil, parser.NoChildren
	}
	return s.BlockParser.Open(parent, reader, pc)
}

// paragraphs end with the quote or the list that they are in. In Markdown a
// line of text goes on with the paragraph above, as deep as that may be: an
// answer below a quote would become part of it.
type paragraphs struct{ parser.BlockParser }

// Open implements [parser.BlockParser].
func (p paragraphs) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	last := pc.LastOpenedBlock().Node
	if last != nil && ast.IsParagraph(last) && last.Parent() == parent {
		return nil, parser.NoChildren // this line goes on with it
	}
	return p.BlockParser.Open(parent, reader, pc)
}

// CanInterruptParagraph implements [parser.BlockParser].
func (paragraphs) CanInterruptParagraph() bool { return true }

// CanAcceptIndentedLine implements [parser.BlockParser]. Nothing else takes
// such lines: there is no indented code.
func (paragraphs) CanAcceptIndentedLine() bool { return true }
