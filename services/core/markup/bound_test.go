package markup

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
)

// longest is what a message of 4,000 characters may take of a processor. The
// race detector makes it several times as long.
const longest = 20 * time.Millisecond

// hard are texts that parsers are slow at, or that become large.
func hard() map[string]string {
	to := func(s string) string { return strings.Repeat(s, 1+4000/len([]rune(s))) }
	texts := map[string]string{}
	for _, s := range []string{
		">", "> ", "- ", "* ", "+ ", "1. ", "> - ", "*", "**", "_", "~", "`", "[", "]", "![", "[]", "[](", "[a](", "[a](b", "[a](<b", `[a]("`, `[a](b "`,
		"[a](b)", "[[a](b)](c)", "*a ", "a* ", "*a_ ", "**a *b ", "*a **b _c ~~d ", "a*b_c~", "*a _b ~c ", "`a", "`` ` ", "```", "```\n", "~~~\n", "<", "<a", "<a:", "<a@b.c>", "<http://a>",
		"|", "|-", "|a", "\\", "\\*", "\\|`", "&", "&#", `"`, "@", "@a ", "@ab.", "@bob ", "\n", "\n\n*a*", "a\n", "# a\n", "---\n", "-\n", "- a\n", "> a\n>\n", " - a\n", "\t- a\n", "1. a\n", "10) a\n",
		"http://", "http://a", "http://? ", "http://a.b/(", "https://a ", "://", ":", "http://a)", "[http://a", "é", "😀", "\u202e", "𝔸*",
	} {
		texts[s] = to(s)
		texts["*x* "+s] = "*x* " + to(s)
		texts[s+" in quotes"] = strings.TrimSuffix(strings.ReplaceAll("> "+to(s), "\n", "\n> "), "> ")
	}
	for _, name := range []string{"html", "css", "php"} {
		texts["fences of "+name] = to("```" + name + "\n<a href=\"b\">{c:d}\n```\n")
	}
	for depth := 0; depth < 2000; depth += 250 {
		texts[fmt.Sprint("quotes ", depth)] = strings.Repeat(">", depth) + strings.Repeat("\n>", (4000-depth)/2) + "a"
		texts[fmt.Sprint("lists ", depth)] = strings.Repeat("- ", depth) + strings.Repeat("\n", 4000-2*depth) + "a"
		texts[fmt.Sprint("emphasis ", depth)] = strings.Repeat("*a ", depth) + strings.Repeat("b_ ", 1333-min(depth, 1333))
		texts[fmt.Sprint("brackets ", depth)] = strings.Repeat("[", depth) + "a" + strings.Repeat("](b)", (4000-depth)/4)
	}
	for columns := 1; columns < 1000; columns *= 2 {
		texts[fmt.Sprint("table ", columns)] = strings.Repeat("|a", columns) + "\n" + strings.Repeat("|-", columns) + strings.Repeat("\n|", (4000-4*columns)/2)
	}
	texts["stairs"] = "- a"
	for i := 1; len(texts["stairs"]) < 4000; i++ {
		texts["stairs"] += "\n" + strings.Repeat(" ", 2*i) + "- a"
	}
	return texts
}

// hardCode are texts that lexers are slow at.
func hardCode() map[string]string {
	texts := map[string]string{}
	for name, l := range languages {
		if name != l.name {
			continue
		}
		for _, s := range []string{
			"a", "a ", " ", "\t", "\n", "0", "0.", "\"", "'", "`", "\\", "\\\"", "\"\\", "/", "/*", "*/", "//", "<", "<a", "<a ", "<a b=", "</", "<!--", "<!", "<?", "<?php ", "{", "{{", "}", "(", "((a", ")", "[", "[[",
			"$", "${", "$(", "#", "#{", "#a\n", "@", "@a", "%", "%{", "&", "&a;", "=", "==", "<<", "<<a", "<<A\n", "-", "--", "- ", "-\n", "+a\n", ":", "a:", "a: ", "a:\n ", "a::", "a.", "a,", "a(", "a<", "a<b", "a = ",
			"|", "||", "!", "~", "^", ";", "?", "class a", "def a(", "func a(", "function ", "if ", "do ", "begin ", "é", "A1_", "select ", "r\"", "r#\"", "\"\"\"", "'''", "f\"{", "\"#{", "a\\\n", "\r", "...", "=>", "=> {", "<a>{", "import a.", "using a.", "public a b(",
			"a b c(", "int a", "*a ", "a *b(", "a-b", "a_b", "*", "**", "1e", "0x", "~r/", "%w(", "%q<", "s(", "m/", "=~ /", "qq{", "@@", "a\n  b: ", "? ", "| \n", "---\n", "@@ -1 @@\n", "$a=", "$a[", "$$",
		} {
			texts[name+" "+s] = "```" + name + "\n" + strings.Repeat(s, (3900-len(name))/len([]rune(s))) + "\n```"
		}
	}
	return texts
}

func slowest(t *testing.T, texts map[string]string, bound time.Duration) {
	t.Helper()
	name, most := "", time.Duration(0)
	for text, body := range texts {
		var html string
		took := work(bound, func() { html = Render(body, []string{"bob"}) })
		if len(html) > MaxHTML {
			t.Errorf("%q becomes %d bytes", text, len(html))
		}
		if took > most {
			name, most = text, took
		}
		if took > bound {
			t.Errorf("%q takes %v", text, took)
		}
	}
	t.Logf("of %d texts the slowest is %q: %v", len(texts), name, most)
}

// work returns what f takes of a processor: the least of a few times, for
// collecting garbage counts too.
func work(bound time.Duration, f func()) (least time.Duration) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	least = bound
	for try := 0; try < 4 && least > bound/2; try++ {
		began := worked()
		f()
		if took := worked() - began; try == 0 || took < least {
			least = took
		}
	}
	return least
}

func TestHardTextsAreQuick(t *testing.T) { slowest(t, hard(), longest*slowdown) }

func TestHardCodeIsQuick(t *testing.T) {
	for name, l := range languages {
		if _, err := l.lexer(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	// All of them take a minute. Each run takes some, the next one others.
	texts, some := hardCode(), map[string]string{}
	for name, body := range texts { // in random order
		if some[name] = body; len(some) == 100 {
			break
		}
	}
	slowest(t, some, longest*slowdown)
}

func TestHardTextsHaveMentionsAndLinksQuickly(t *testing.T) {
	for text, body := range hard() {
		took := work(longest*slowdown, func() { Mentions(body + " @bob") })
		took = max(took, work(longest*slowdown, func() { Links(body + " ://") }))
		if took > longest*slowdown {
			t.Errorf("%q takes %v", text, took)
		}
	}
}
