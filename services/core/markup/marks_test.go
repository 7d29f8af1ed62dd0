package markup

import (
	"strings"
	"testing"

	"parley/core/bidi"
)

// An override makes exe.png of gnp.exe wherever it stands.
func TestRenderShowsWhatTurnsText(t *testing.T) {
	t.Parallel()
	const (
		rest = `" target="_blank" rel="noopener noreferrer">`
		rlo  = `<span class="mark">U+202E</span>`
	)
	for _, c := range []struct{ body, want string }{
		{"*see* \u202egnp.exe", "<p><em>see</em> " + rlo + "gnp.exe</p>"},
		{"**\u202egnp.exe\u202c**", "<p><strong>" + rlo + `gnp.exe<span class="mark">U+202C</span></strong></p>`},
		{"`\u202egnp.exe`", "<p><code>" + rlo + "gnp.exe</code></p>"},
		{"```\n\u202egnp.exe\n```", "<pre><code>" + rlo + "gnp.exe</code></pre>"},
		{"```go\n// \u202egnp.exe\n```", `<pre><code class="language-go"><span class="c">// ` + rlo + "gnp.exe</span></code></pre>"},
		{"[\u202egnp.exe](https://x.example)", `<p><a href="https://x.example` + rest + rlo + "gnp.exe</a></p>"},
		{"*see* https://x.example/\u202egnp.exe", `<p><em>see</em> <a href="https://x.example/` + rest + "https://x.example/</a>" + rlo + "gnp.exe</p>"},
		{"# \u202egnp.exe", "<h3>" + rlo + "gnp.exe</h3>"},
		{"| \u202egnp.exe |\n|---|", `<div class="table" tabindex="0"><table><thead><tr><th>` + rlo + "gnp.exe</th></tr></thead></table></div>"},
		// What ends in its line is how some languages are written
		{"\u2067*שלום*\u2069 ok", "<p>\u2067<em>שלום</em>\u2069 ok</p>"},
		{"\u202b*שלום* `x`\u202c ok", "<p>\u202b<em>שלום</em> <code>x</code>\u202c ok</p>"},
		// What doesn't, not: in its line, cell, code or link
		{"\u2067*one*\ntwo\u2069", `<p><span class="mark">U+2067</span><em>one</em><br>two<span class="mark">U+2069</span></p>`},
		{"- \u2067a\n- b\u2069", `<ul><li><span class="mark">U+2067</span>a</li><li>b<span class="mark">U+2069</span></li></ul>`},
		{"\u2067 `a\u2069`", `<p><span class="mark">U+2067</span> <code>a<span class="mark">U+2069</span></code></p>`},
		{"[a\u2067](https://x.example) b\u2069", `<p><a href="https://x.example` + rest + `a<span class="mark">U+2067</span></a> b<span class="mark">U+2069</span></p>`},
	} {
		if got := Render(c.body, nil); got != c.want {
			t.Errorf("Render(%q)\n got %q\nwant %q", c.body, got, c.want)
		}
	}
}

// However much is to be shown, what is made is safe.
func TestMarksAreBounded(t *testing.T) {
	t.Parallel()
	for _, body := range []string{strings.Repeat("\u202e", 3998) + "*a*", strings.Repeat("*\u202e*", 1300), strings.Repeat(">", 40) + strings.Repeat("\u202e*a*", 20)} {
		if html := Render(body, nil); !Safe(html) || strings.Contains(html, "\u202e") {
			t.Errorf("Render(%.20q…) is %.200q", body, html)
		}
	}
}

// No override is left, and nothing is lost but what is named.
func FuzzMarks(f *testing.F) {
	for _, seed := range []string{"*gnp\u202egnp.exe*", "[\u2067a](https://x.example)\u2069", "`\u202b`\u202c", "> \u2066\n\u2069"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		html := Render(body, nil)
		if strings.ContainsAny(html, "\u202d\u202e") {
			t.Errorf("Render(%q) leaves an override: %q", body, html)
		}
		again := withMarks([]byte(html))
		if string(again) != html && bidi.Has(html) {
			t.Errorf("%q is not shown as a whole at once, but as %q", html, again)
		}
	})
}
