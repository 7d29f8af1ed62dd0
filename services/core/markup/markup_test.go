package markup

import (
	"strings"
	"testing"
)

func TestRender(t *testing.T) {
	t.Parallel()
	const rest = `" target="_blank" rel="noopener noreferrer">`
	for _, c := range []struct{ body, want string }{
		// Words
		{"*a* _b_ **c** __d__ ~~e~~ ~f~", "<p><em>a</em> <em>b</em> <strong>c</strong> <strong>d</strong> <del>e</del> <del>f</del></p>"},
		{"***both***", "<p><em><strong>both</strong></em></p>"},
		{"two  spaces *and*\ntwo lines", "<p>two  spaces <em>and</em><br>two lines</p>"},
		{"*one*\n\n\ntwo", "<p><em>one</em></p><p>two</p>"},
		{"*ends*\r\nin CRLF", "<p><em>ends</em><br>in CRLF</p>"},
		{`\*not\* *so* \_`, "<p>*not* <em>so</em> _</p>"},
		{"*`a * b`* ``c`d``", "<p><em><code>a * b</code></em> <code>c`d</code></p>"},
		{"`<b>&amp;`", "<p><code>&lt;b&gt;&amp;amp;</code></p>"},
		// HTML and entities are text
		{"<b>*bold*</b> &copy; \"'", "<p>&lt;b&gt;<em>bold</em>&lt;/b&gt; &amp;copy; &#34;&#39;</p>"},
		{"<script>alert(1)</script> *x*", "<p>&lt;script&gt;alert(1)&lt;/script&gt; <em>x</em></p>"},
		// Blocks
		{"# One\n## Two\n###### Six", "<h3>One</h3><h4>Two</h4><h5>Six</h5>"},
		{"*text*\n---\nmore", "<p><em>text</em></p><hr><p>more</p>"},
		{"> a\n> b\nanswer", "<blockquote><p>a<br>b</p></blockquote><p>answer</p>"},
		{">> a\n> b", "<blockquote><blockquote><p>a</p></blockquote><p>b</p></blockquote>"},
		{"> - a\nanswer", "<blockquote><ul><li>a</li></ul></blockquote><p>answer</p>"},
		{"shop:\n- milk\n  - fat\n- eggs\nthanks", "<p>shop:</p><ul><li>milk<ul><li>fat</li></ul></li><li>eggs</li></ul><p>thanks</p>"},
		{"- a\n    - b\n        - c", "<ul><li>a<ul><li>b<ul><li>c</li></ul></li></ul></li></ul>"},
		{"- a\n\n- b", "<ul><li><p>a</p></li><li><p>b</p></li></ul>"},
		{"3. c\n4. d", `<ol start="3"><li>c</li><li>d</li></ol>`},
		{"- [ ] to do\n- [x] *done*", `<ul><li class="task">☐ to do</li><li class="task">☑ <em>done</em></li></ul>`},
		{"*a*\n\n    indented", "<p><em>a</em></p><p>indented</p>"},
		{"[a]: https://x.example *b*", `<p>[a]: <a href="https://x.example` + rest + `https://x.example</a> <em>b</em></p>`},
		// Tables
		{"| a | b | c |\n|---|:-:|--:|\n| 1 | *2* | 3 |\n| 4 |",
			`<div class="table" tabindex="0"><table><thead><tr><th>a</th><th class="center">b</th><th class="right">c</th></tr></thead>` +
				`<tbody><tr><td>1</td><td class="center"><em>2</em></td><td class="right">3</td></tr>` +
				`<tr><td>4</td><td></td><td></td></tr></tbody></table></div>`},
		// Code
		{"```\na  b\n\n<c>\n```", "<pre><code>a  b\n\n&lt;c&gt;</code></pre>"},
		{"```go\nfunc f() {}\n```", `<pre><code class="language-go"><span class="k">func</span> <span class="nf">f</span>() {}</code></pre>`},
		{"```golang\nx\n```", `<pre><code class="language-go">x</code></pre>`},
		{"~~~nolanguage\nx\n~~~", "<pre><code>x</code></pre>"},
		{"```\nopen", "<pre><code>open</code></pre>"},
		{"```f(1, 2)\ng()```", "<pre><code>f(1, 2)\ng()</code></pre>"},
		{"```diff\n-a\n+b\n c\n```", `<pre><code class="language-diff"><span class="gd">-a` + "\n" + `</span><span class="gi">+b` + "\n" + `</span> c</code></pre>`},
		// Links
		{"*see* https://x.example/a_b_c?d=1&e=2.", `<p><em>see</em> <a href="https://x.example/a_b_c?d=1&amp;e=2` + rest + `https://x.example/a_b_c?d=1&amp;e=2</a>.</p>`},
		{"**https://x.example**", `<p><strong><a href="https://x.example` + rest + `https://x.example</a></strong></p>`},
		{`*a*"http://x.example"`, `<p><em>a</em>&#34;<a href="http://x.example` + rest + `http://x.example</a>&#34;</p>`},
		{"[t *e*](https://x.example/ä)", `<p><a href="https://x.example/%C3%A4` + rest + `t <em>e</em></a></p>`},
		{"[https://a.example](https://b.example)", `<p><a href="https://b.example` + rest + `https://a.example</a></p>`},
		{"[see https://a.example]. *b*", `<p>[see <a href="https://a.example` + rest + `https://a.example</a>]. <em>b</em></p>`},
		{"![cat](https://x.example/c.png)", `<p><a href="https://x.example/c.png` + rest + `cat</a></p>`},
		{"[](https://x.example)", `<p><a href="https://x.example` + rest + `https://x.example</a></p>`},
		{"[![i](https://i.example)](https://x.example)", `<p><a href="https://x.example` + rest + `i</a></p>`},
		{"<https://x.example> <me@x.example>", `<p><a href="https://x.example` + rest + `https://x.example</a> <a href="mailto:me@x.example` + rest + `me@x.example</a></p>`},
		{"*a* [b](javascript:alert(1)) <javascript:alert(1)>", "<p><em>a</em> [b](javascript:alert(1)) &lt;javascript:alert(1)&gt;</p>"},
		{"*a* [b](/chat) [c](data:text/html,x) ![d](file:///etc)", "<p><em>a</em> [b](/chat) [c](data:text/html,x) ![d](file:///etc)</p>"},
		{"[m](mailto:a@b.example)", `<p><a href="mailto:a@b.example` + rest + `m</a></p>`},
	} {
		if got := Render(c.body, nil); got != c.want {
			t.Errorf("Render(%q)\n got %s\nwant %s", c.body, got, c.want)
		}
	}
}

func TestRenderLeavesPlainTextAlone(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		"", "hi", "two\nlines\n\nand more", "snake_case and 2 * 3 ~ 6", "a - b", "1.5 of 10", "2026 was good", "`", "* * *", "---",
		"-", "1.", "+", ">", "#", "# ", "#general", "```", "```\n```", "> >", "https://x.example/a_b_c", "see (https://x.example/*a*), ok?",
		"a <b> c", "AT&T &amp; &copy;", `C:\dir \\server`, "a [b] (c)", "[x]", "x | y", ":-)", ":--:", "=====", "text\n===", "@bob", "me@x.example",
		"[a](b)", "😀", "a\r\nb", "a\x00*b*", "*\xff*",
	} {
		if got := Render(body, nil); got != "" {
			t.Errorf("Render(%.200q) = %.500s, want nothing", body, got)
		}
	}
}

func TestALoneMarkerIsNoMarkup(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]bool{
		"snake_case": false, "3 * 4, ~5 GB |": false, "a `": false, "_x": false,
		"* item": true, "_x_": true, "a * b\nc*": true, `5 \* 3`: true,
	} {
		if got := hasMarkup(body); got != want {
			t.Errorf("hasMarkup(%q) = %v", body, got)
		}
	}
}

func TestRenderMarksMentions(t *testing.T) {
	t.Parallel()
	valid := []string{"bob", "bob_", "a.b", Room}
	bob := func(text string) string { return `<span class="mention" data-mention="bob">` + text + `</span>` }
	for _, c := range []struct{ body, want string }{
		{"hi @bob", "<p>hi " + bob("@bob") + "</p>"},
		{"@Bob, @nobody", "<p>" + bob("@Bob") + ", @nobody</p>"},
		{"@bob.", "<p>" + bob("@bob") + ".</p>"},
		{"@bob_ @a.b.", `<p><span class="mention" data-mention="bob_">@bob_</span> <span class="mention" data-mention="a.b">@a.b</span>.</p>`},
		{"_@bob_ **@bob**", "<p><em>" + bob("@bob") + "</em> <strong>" + bob("@bob") + "</strong></p>"},
		{"`@bob` *x*", "<p><code>@bob</code> <em>x</em></p>"},
		{"[@bob](https://x.example)", `<p><a href="https://x.example" target="_blank" rel="noopener noreferrer">` + bob("@bob") + "</a></p>"},
		{"@room!", `<p><span class="mention" data-mention="@room">@room</span>!</p>`},
		{"@here", ""},
		{`\@bob`, "<p>@bob</p>"},
		{"x@bob.example @bob.example", ""},
		{"https://x.example/@bob", ""},
	} {
		if got := Render(c.body, valid); got != c.want {
			t.Errorf("Render(%q)\n got %s\nwant %s", c.body, got, c.want)
		}
	}
}

func TestMentions(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		"":                                    "",
		"hi":                                  "",
		"@bob @Ada\n(@c-d) @bob":              "bob ada c-d",
		"@bob.":                               "bob bob.",
		"@bob's, @ada: @room. @here!":         "bob ada @room room. @here",
		"@ROOM":                               "@room",
		"a@bob.com, a.@bob, x/@bob @@bob":     "",
		"first_@bob.com @bob@x.example":       "",
		"@x @.bob @-bob @":                    "",
		"@" + strings.Repeat("x", 33):         "",
		"é@bob @bobé":                         "",
		"你好@bob你好":                            "bob",
		"**@bob** _@ada_ ~~@eve~~":            "bob ada eve",
		"`@bob` @ada `` @eve ``":              "ada",
		"```\n@bob\n```\n@ada":                "ada",
		"~~~\n@bob\n~~~":                      "",
		"`open @bob":                          "bob",
		"https://x.example/?to=@bob @ada":     "ada",
		"[@bob](https://x.example/@ada) @eve": "bob eve",
		"> @bob\n- @ada\n# @eve":              "bob ada eve",
		`\@bob`:                               "",
	} {
		if got := strings.Join(Mentions(body), " "); got != want {
			t.Errorf("Mentions(%q) = %q, want %q", body, got, want)
		}
	}
	many := ""
	for _, c := range "abcdefghijklmnopqrstuvwxyz" {
		many += "@x" + string(c) + " @y" + string(c) + " @z" + string(c) + " "
	}
	if got := Mentions(many); len(got) != 50 {
		t.Errorf("of 78 names Mentions returns %d, want 50", len(got))
	}
}

func TestLinks(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]bool{
		"": false, "no": false, "https://": false, "ftp://x.example": false, "mailto:a@b.example": false, "javascript://x": false,
		"https://x.example": true, "see HTTP://X": true, "xhttps://x": false, "*a* (http://x)": true,
		"`https://x.example`": false, "```\nhttps://x.example\n```": false, "`a` https://x.example": true,
		"[a](https://x.example)": true, "[a](/b)": false, "![a](http://x.example)": true, "<https://x.example>": true,
		"- https://x.example": true, "a|b\n-|-\nc|https://x.example": true, "<a@b.example> ftp://x": false,
	} {
		if got := Links(body); got != want {
			t.Errorf("Links(%q) = %v", body, got)
		}
	}
}
