package markup

import (
	"html"
	"os"
	"regexp"
	"strings"
	"testing"
)

var tags = regexp.MustCompile(`<[^>]*>`)

// Every language colours something of what it is written in, and leaves every
// letter where it was.
func TestLanguages(t *testing.T) {
	t.Parallel()
	samples := map[string]string{
		"bash": "if [ -f x ]; then\n  echo \"$y\" # z\nfi", "c": "#include <x.h>\nint f(void) { return 0; } // x", "console": "$ ls -l\na  b", "cpp": "class A { public: int f(); };",
		"csharp": "public class A { string b = \"c\"; }", "css": "a:hover { color: #fff; }", "dart": "void main() { print('x'); }", "diff": "@@ -1 +1 @@\n-a\n+b\n c",
		"docker": "FROM alpine\nRUN apk add x && \\\n    y\nCMD [\"z\"]", "elixir": "def f(x), do: \"#{x}\"", "go": "func f() string { return `x` }", "graphql": "query { a(b: 1) { c } }",
		"hcl": "resource \"a\" \"b\" {\n  c = 1\n}", "html": "<p class=\"a\">b</p><script>var c = 1</script><style>d { e: f }</style>", "ini": "[a]\nb = c", "java": "public class A { int b = 1; }",
		"javascript": "const a = (b) => `c${b}`;", "json": "{\"a\": [1, true, null]}", "jsx": "const a = <B c=\"d\">{e}</B>;", "kotlin": "fun f(x: Int) = \"a$x\"", "lua": "local a = 'b' -- c",
		"makefile": "a: b\n\techo $@", "nginx": "location / { return 200; }", "php": "<?php\necho \"a\";", "powershell": "Get-Item $a | Where-Object { $_.b }", "protobuf": "message A { string b = 1; }",
		"python": "def f(x):\n    return f\"a{x}\"  # b", "ruby": "def f(x) = \"a#{x}\"", "rust": "fn main() { println!(\"a\"); }", "scala": "def f(x: Int): String = s\"a$x\"",
		"sql": "SELECT a FROM b WHERE c = 'd' -- e", "swift": "func f() -> String { \"a\" }", "toml": "[a]\nb = \"c\"", "typescript": "const a: string = 'b';", "xml": "<a b=\"c\">d</a>", "yaml": "a:\n  - b: \"c\" # d",
	}
	files, err := os.ReadDir("languages")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name, isRules := strings.CutSuffix(file.Name(), ".xml")
		if !isRules {
			continue
		}
		code := samples[name]
		if languages[name] == nil || code == "" {
			t.Errorf("%s: no language or no sample", name)
			continue
		}
		got := Render("```"+name+"\n"+code+"\n```", nil)
		if text := html.UnescapeString(tags.ReplaceAllString(got, "")); text != code {
			t.Errorf("%s: the text is %q, want %q", name, text, code)
		}
		if !strings.Contains(got, `class="language-`+name+`"`) || !strings.Contains(got, "<span class=") {
			t.Errorf("%s has no colours: %s", name, got)
		}
	}
}

// What cannot be coloured in time or room is shown without colours.
func TestCodeWithoutColours(t *testing.T) {
	t.Parallel()
	spent := colourTime
	if _, ok := languages["go"].highlight("func f() {}", MaxHTML, &spent); ok {
		t.Error("code is coloured though the time is up")
	}
	spent = 0
	if _, ok := languages["go"].highlight("func f() {}", 10, &spent); ok {
		t.Error("code is coloured though there is no room")
	}
	if got, ok := languages["go"].highlight("func f() {}", MaxHTML, &spent); !ok || spent <= 0 {
		t.Errorf("%s, %v after %v", got, ok, spent)
	}
}
