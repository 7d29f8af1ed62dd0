package markup

import (
	"strings"
	"testing"
)

func TestSafe(t *testing.T) {
	t.Parallel()
	const link = `<a href="https://x.example" target="_blank" rel="noopener noreferrer">`
	for _, html := range []string{
		"", "text &amp; more", "<p>a<br>b</p>", link + "x</a>", `<ol start="3"><li>a</li></ol>`, `<pre><code class="language-go"><span class="k">x</span></code></pre>`,
		`<span class="mention" data-mention="@room">@room</span>`, `gnp<span class="mark">U+202E</span>`, `<div class="table" tabindex="0"><table><tbody><tr><td class="right">1</td></tr></tbody></table></div>`,
	} {
		if !Safe(html) {
			t.Errorf("%s is taken for unsafe", html)
		}
	}
	for _, html := range []string{
		"<script>x</script>", "<SCRIPT>x", "<style>x</style>", "<iframe></iframe>", "<form></form>", "<input>", "<button>x</button>", "<img src=x>",
		`<img src="https://x.example/a.png">`, "<svg></svg>", "<math></math>", "<object></object>", "<embed>", "<base>", "<meta>", "<link>", "<template></template>",
		"<video></video>", "<textarea></textarea>", "<title>x</title>", "<plaintext>", "<noscript></noscript>", "<!-- x -->", "<!doctype html>", "<?x?>", "<![CDATA[x]]>",
		`<p onclick="x">a</p>`, `<p style="x">a</p>`, `<p id="x">a</p>`, `<p class="x">a</p>`, `<p title="x">a</p>`, `<p data-x="y">a</p>`, `<p name="x">a</p>`, `<p hidden="">a</p>`,
		`<a href="javascript:alert(1)" target="_blank" rel="noopener noreferrer">x</a>`, `<a href="data:text/html,x" target="_blank" rel="noopener noreferrer">x</a>`,
		`<a href="/x" target="_blank" rel="noopener noreferrer">x</a>`, `<a href="//x" target="_blank" rel="noopener noreferrer">x</a>`,
		`<a href="jav&#09;ascript:x" target="_blank" rel="noopener noreferrer">x</a>`, `<a href="ftp://x" target="_blank" rel="noopener noreferrer">x</a>`,
		`<a href="https://x.example">x</a>`, `<a href="https://x.example" target="_blank">x</a>`, `<a href="https://x.example" target="_top" rel="noopener noreferrer">x</a>`,
		`<a target="_blank" rel="noopener noreferrer">x</a>`, `<a href="https://x.example" target="_blank" rel="opener">x</a>`, "<a>x</a>",
		`<span class="avatar">x</span>`, `<span class="mention k">x</span>`, `<span class="mark k">x</span>`, `<span class="mention" data-mention="A B">x</span>`,
		`<div class="table" tabindex="1">x</div>`, `<div class="dialog">x</div>`, `<code class="language-">x</code>`, `<ol start="-1"></ol>`, `<li class="x">a</li>`, `<td style="x"></td>`,
		"<p>a", "a</p>", "</div>", "<p><em>a</p></em>", "<h1>a</h1>", "<h2>a</h2>", "<P>a</P>", "<p >a</p>", "<p/>", "<br/>", "</br>", "<", "a < b", "a & b", "a > b", `"`, "<p", "a\x00", "\xff", "a\rb",
		link + link + "x</a></a>", strings.Repeat("<em>", 60) + "x" + strings.Repeat("</em>", 60), strings.Repeat("a", MaxHTML+1),
	} {
		if Safe(html) {
			t.Errorf("%.200s is taken for safe", html)
		}
	}
}

func FuzzSafe(f *testing.F) {
	f.Add("<p>a <em>b</em></p>")
	f.Add(`<a href="https://x.example" target="_blank" rel="noopener noreferrer">x</a>`)
	f.Add("<script>")
	f.Fuzz(func(t *testing.T, html string) {
		if !Safe(html) {
			return
		}
		lower := strings.ToLower(html)
		for _, bad := range []string{"<script", "<style", "<iframe", "<form", "<img", "<svg", "<input", " on", " style=", " id=", `="javascript`, `="data`} {
			if at := strings.Index(lower, bad); at >= 0 && inTag(html, at+1) {
				t.Fatalf("%q is taken for safe", html)
			}
		}
	})
}

// inTag reports whether html[at] is in a tag and not in text or a value.
func inTag(html string, at int) bool {
	open := strings.LastIndexByte(html[:at], '<')
	return open >= 0 && strings.IndexByte(html[open:at], '>') < 0 && strings.Count(html[open:at], `"`)%2 == 0
}
