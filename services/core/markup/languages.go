package markup

import (
	"embed"
	"encoding/xml"
	"fmt"
	"strings"
	"sync"

	"github.com/alecthomas/chroma/v2"
)

//go:embed languages/*.xml
var rules embed.FS

// language is one whose code can be coloured.
type language struct {
	name  string   // of its file
	uses  []string // the languages that its code may have inside
	ready func() (chroma.Lexer, error)
}

// languages are all of them by what people call them.
var languages = byName(
	"bash sh shell zsh ksh", "c h", "console shell-session sh-session terminal", "cpp c++ cc cxx hpp", "csharp c# cs",
	"css", "dart", "diff patch", "docker dockerfile containerfile", "elixir ex exs", "go golang", "graphql gql",
	"hcl terraform tf", "html htm svg", "ini cfg conf properties", "java", "javascript js mjs cjs node",
	"json jsonl json5", "jsx react", "kotlin kt kts", "lua", "makefile make mk", "nginx", "php", "powershell ps1 pwsh",
	"protobuf proto", "python py python3 py3", "ruby rb", "rust rs", "scala", "sql postgres postgresql psql mysql sqlite",
	"swift", "toml", "typescript ts tsx", "xml", "yaml yml",
)

// inside are the languages that others have inside.
var inside = map[string][]string{
	"console": {"bash"}, "docker": {"bash", "json"}, "html": {"css", "javascript"}, "makefile": {"bash"},
}

// registry is where lexers find those of the languages inside.
var registry = struct {
	sync.Mutex
	*chroma.LexerRegistry
}{LexerRegistry: chroma.NewLexerRegistry()}

func byName(lines ...string) map[string]*language {
	all := map[string]*language{}
	for _, line := range lines {
		names := strings.Fields(line)
		l := &language{name: names[0], uses: inside[names[0]]}
		l.ready = sync.OnceValues(l.load)
		for _, name := range names {
			all[name] = l
		}
	}
	return all
}

// lexer returns the language's lexer, which is made when it is first needed.
func (l *language) lexer() (chroma.Lexer, error) {
	for _, name := range l.uses {
		if _, err := languages[name].ready(); err != nil {
			return nil, err
		}
	}
	return l.ready()
}

func (l *language) load() (chroma.Lexer, error) {
	text, err := rules.ReadFile("languages/" + l.name + ".xml")
	if err != nil {
		return nil, fmt.Errorf("read rules: %w", err)
	}
	var file struct {
		Config chroma.Config `xml:"config"`
		Rules  chroma.Rules  `xml:"rules"`
	}
	if err := xml.Unmarshal(text, &file); err != nil {
		return nil, fmt.Errorf("read rules of %s: %w", l.name, err)
	}
	watch(file.Rules)
	lexer, err := chroma.NewLexer(&file.Config, func() chroma.Rules { return file.Rules })
	if err != nil {
		return nil, fmt.Errorf("make lexer of %s: %w", l.name, err)
	}
	registry.Lock()
	registry.Register(lexer)
	registry.Unlock()
	return lexer, hurry(lexer)
}
