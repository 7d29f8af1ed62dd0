package markup

import (
	"runtime"
	"strings"
	"time"

	"github.com/alecthomas/chroma/v2"
)

// highlight returns code with its words in spans; ok is false if that can't be
// done, takes too long or takes more than room bytes, or if l is nil. It adds
// to spent what it takes of a processor: all code of a message together has
// [colourTime].
func (l *language) highlight(code string, room int, spent *time.Duration) (html []byte, ok bool) {
	if l == nil {
		return nil, false
	}
	lexer, err := l.lexer()
	if err != nil {
		return nil, false
	}
	runtime.LockOSThread() // whose work is measured
	defer runtime.UnlockOSThread()
	defer func() {
		if recover() != nil { // so chroma tells errors, errSlow too
			ok = false
		}
	}()
	began := worked()
	defer func() { *spent += worked() - began }()
	end := began + colourTime - *spent
	next, err := lexer.Tokenise(nil, code)
	if err != nil {
		return nil, false
	}
	s := spans{}
	left := code
	for token := next(); token != chroma.EOF; token = next() {
		text := token.Value[:min(len(token.Value), len(left))] // a lexer may add a line's end
		rest, same := strings.CutPrefix(left, text)
		s.add(class(token.Type), text)
		if !same || len(s.html) > room || worked() > end { // some lexers mix up what they read
			return nil, false
		}
		left = rest
	}
	s.add("", "")
	return s.html, left == "" && len(s.html) <= room
}

// spans writes text, and spans around what has a class.
type spans struct {
	html  []byte
	class string
	text  []byte // of this class, not written yet
}

func (s *spans) add(class, text string) {
	if class != s.class || text == "" {
		s.flush()
		s.class = class
	}
	s.text = append(s.text, text...)
}

func (s *spans) flush() {
	text := escape(string(s.text))
	s.text = s.text[:0]
	switch {
	case text == "":
	case s.class == "":
		s.html = append(s.html, text...)
	default:
		s.html = append(append(append(s.html, `<span class="`...), s.class...), `">`...)
		s.html = append(append(s.html, text...), `</span>`...)
	}
}

// classes are chroma's short names for kinds of words. Kinds that few could
// tell apart by colour share one.
var classes = []struct {
	from, to chroma.TokenType
	class    string
}{
	{chroma.KeywordType, chroma.KeywordType, "kt"},
	{chroma.Keyword, chroma.KeywordType, "k"},
	{chroma.NameAttribute, chroma.NameAttribute, "na"},
	{chroma.NameProperty, chroma.NameProperty, "na"},
	{chroma.NameClass, chroma.NameClass, "nc"},
	{chroma.NameException, chroma.NameException, "nc"},
	{chroma.NameDecorator, chroma.NameDecorator, "nd"},
	{chroma.NameTag, chroma.NameTag, "nt"},
	{chroma.NameBuiltin, chroma.NameBuiltinPseudo, "nb"},
	{chroma.NameVariable, chroma.NameVariableMagic, "nv"},
	{chroma.NameFunction, chroma.NameFunctionMagic, "nf"},
	{chroma.LiteralString, chroma.LiteralStringSymbol, "s"},
	{chroma.LiteralNumber, chroma.LiteralNumberByte, "m"},
	{chroma.OperatorWord, chroma.OperatorReserved, "k"},
	{chroma.CommentPreproc, chroma.CommentPreprocFile, "cp"},
	{chroma.Comment, chroma.CommentSpecial, "c"},
	{chroma.GenericDeleted, chroma.GenericDeleted, "gd"},
	{chroma.GenericInserted, chroma.GenericInserted, "gi"},
	{chroma.GenericHeading, chroma.GenericHeading, "gh"},
	{chroma.GenericSubheading, chroma.GenericSubheading, "gh"},
	{chroma.GenericPrompt, chroma.GenericPrompt, "gp"},
	{chroma.GenericOutput, chroma.GenericOutput, "go"},
}

func class(t chroma.TokenType) string {
	for _, c := range classes {
		if c.from <= t && t <= c.to {
			return c.class
		}
	}
	return ""
}
