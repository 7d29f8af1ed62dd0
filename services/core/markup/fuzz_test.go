package markup

import (
	"html"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"parley/core/chat"
)

func FuzzRender(f *testing.F) {
	for _, body := range []string{
		"*a* **b** ~~c~~ `d`", "> a\n>> b\nc", "- a\n  1. b\n\n     c", "| a | b |\n|--:|:-:|\n| `\\|` | [c](https://x.example) |",
		"```go\nfunc f() { return `x` }\n```", "```html\n<script>var a = \"b\";</script><style>a{}</style>\n```", "~~~\nopen", "![a](https://x.example/b.png) <https://c.example>",
		"# @bob\n@room [@here](mailto:a@b.example)", "https://x.example/a_b_(c)_d, [x](javascript:alert(1)) \\*", "- [ ] a\n- [x] b", plainText, richText,
	} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		if utf8.RuneCountInString(body) > chat.MaxBody {
			return
		}
		mentions := Mentions(body)
		html := Render(body, mentions)
		if !Safe(html) {
			t.Fatalf("Render(%q) is not safe: %s", body, html)
		}
		if !readable(body) {
			return
		}
		// Not by way of the guards: nothing panics, and nothing that is made is
		// unsafe but for its size.
		if made := render(body, mentions); hasMarkup(body) && made != html && len(made) <= MaxHTML {
			t.Fatalf("render(%q) is %s, and Render has %s", body, made, html)
		}
		for _, part := range strings.Split(html, `data-mention="`)[1:] {
			if name, _, _ := strings.Cut(part, `"`); !slices.Contains(mentions, name) {
				t.Fatalf("%q mentions %s, and not %q", body, name, mentions)
			}
		}
		if strings.Contains(html, `<a href="http`) && !Links(body) {
			t.Fatalf("Links(%q) finds none in %s", body, html)
		}
	})
}

// What is taken for plain at a glance is so.
func FuzzPlain(f *testing.F) {
	f.Add(plainText)
	f.Add("1.5 <a [b] \\ :-) a-b\n2020 x")
	f.Fuzz(func(t *testing.T, body string) {
		// A backslash that nothing else in the text asks for stays.
		if hasMarkup(body) || !readable(body) || strings.Contains(body, `\`) {
			return
		}
		if html := render(body, nil); html != "" {
			t.Fatalf("%q is taken for plain, and is %s", body, html)
		}
	})
}

// Whatever the code is, it is shown as it is, and colouring it ends in time.
func FuzzCode(f *testing.F) {
	names := slices.Sorted(maps.Keys(languages))
	for i, code := range []string{"func f() {}", "<a b='c'>${d}<!--", "x = \"\\\"\" # y\n", "@@ -1 +1 @@\n-a", "if [ $x = `y` ]; then"} {
		f.Add(uint8(i*17), code)
	}
	f.Fuzz(func(t *testing.T, n uint8, code string) {
		name := names[int(n)%len(names)]
		if !utf8.ValidString(code) || strings.ContainsAny(code, "\r\x00") || utf8.RuneCountInString(code) > chat.MaxBody {
			return
		}
		var spent time.Duration
		coloured, ok := languages[name].highlight(code, MaxHTML, &spent)
		if !ok && code == "" {
			t.Fatalf("%s: nothing takes too long", name)
		}
		if text := html.UnescapeString(tags.ReplaceAllString(string(coloured), "")); ok && (text != code || !Safe(string(coloured))) {
			t.Fatalf("%s: %q becomes %q", name, code, coloured)
		}
		if spent > 5*longest*slowdown { // the fuzzer's own counting makes it slow
			t.Fatalf("%s: %q takes %v", name, code, spent)
		}
	})
}
