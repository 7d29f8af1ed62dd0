package web

import (
	"strings"
	"testing"

	"parley/core/chat"
	"parley/core/wire"
)

// What people wrote ends no element, no attribute and no script.
func TestWhatPeopleWroteIsEscaped(t *testing.T) {
	t.Parallel()
	site, err := New()
	if err != nil {
		t.Fatal(err)
	}
	const evil = `</script><script>"'&`
	log := string(site.Log(Room{Messages: []chat.Message{
		{ID: 1, Room: "tea", Username: evil, Body: evil, PinnedBy: evil, Reactions: []chat.Reaction{{Emoji: evil}}},
		{ID: 2, Room: evil, Username: "bob", Body: "see https://example.org/?a=1&b='2' too", ReplyTo: 1},
	}, Named: map[string]Person{"bob": {Username: "bob", DisplayName: evil, Look: wire.Look{StatusText: evil, Avatar: evil}}}}))
	if strings.Count(log, "<script") != 2 || strings.Count(log, "</script>") != 2 {
		t.Errorf("a script begins or ends in what was said: %s", log)
	}
	for _, want := range []string{
		`<span class="author" dir="auto">&lt;/script&gt;&lt;script&gt;&#34;&#39;&amp;</span>`,
		`<span class="author" dir="auto">&lt;/script&gt;&lt;script&gt;&#34;&#39;&amp; <span class="author-handle">@bob</span></span>`,
		`<img src="/people/bob/avatar/&lt;/script&gt;&lt;script&gt;&#34;&#39;&amp;" alt=""`,
		`data-username="&lt;/script&gt;&lt;script&gt;&#34;&#39;&amp;"`,
		`<a href="https://example.org/?a=1&amp;b=&#39;2" target="_blank" rel="noopener noreferrer">https://example.org/?a=1&amp;b=&#39;2</a>&#39; too`,
		`<span class="quote-text" dir="auto">&lt;/script&gt;&lt;script&gt;&#34;&#39;&amp;</span>`,
	} {
		if !strings.Contains(log, want) {
			t.Errorf("no %s in %s", want, log)
		}
	}
}
