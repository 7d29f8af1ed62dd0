package markup

import (
	"bytes"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// maxCells is the size of the largest table. A row has as many cells as the
// head, however short its line is, so that few characters could make many.
const maxCells = 1500

// smallTables leaves paragraphs alone that would become larger tables.
type smallTables struct{ parser.ParagraphTransformer }

// Transform implements [parser.ParagraphTransformer].
func (s smallTables) Transform(node *ast.Paragraph, reader text.Reader, pc parser.Context) {
	lines, columns := node.Lines(), 0
	for i := range lines.Len() {
		line := lines.At(i)
		columns = max(columns, 1+bytes.Count(line.Value(reader.Source()), []byte{'|'}))
	}
	if columns*lines.Len() <= maxCells {
		s.ParagraphTransformer.Transform(node, reader, pc)
	}
}
