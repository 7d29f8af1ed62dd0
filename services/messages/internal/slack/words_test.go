package slack

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestMarkdown(t *testing.T) {
	t.Parallel()
	w := words{people: map[string]string{"U1": "ada"}, rooms: map[string]string{"C1": "launch"}}
	for text, want := range map[string]string{
		"plain":                         "plain",
		"*bold* and *bold too*, *yes*":  "**bold** and **bold too**, **yes**",
		"*a* *b*":                       "**a** **b**",
		"2 * 3 * 4, a*b*c, * no *":      "2 * 3 * 4, a*b*c, * no *",
		"~gone~ *~both~*":               "~~gone~~ **~~both~~**",
		"_it_":                          "_it_",
		"`*code*` *bold*":               "`*code*` **bold**",
		"```*a* &amp;```":               "```\n*a* &\n```",
		"```\na\n```":                   "```\na\n```",
		"so: ```a``` and\n```b```":      "so: \n```\na\n```\n and\n```\nb\n```",
		"<|x> <> <@> <!> <#|y> <||>":    "<|x> <> @  #y <||>",
		"&gt; quoted &amp;lt;":          "> quoted &lt;",
		"• one\n• two":                  "- one\n- two",
		"# no heading":                  `\# no heading`,
		"<@U1> <@U1|x> <@U7> <@U7|eve>": "@ada @ada @u7 @eve",
		"<#C1|old> <#C9|other>":         "#launch #other",
		"<!here> <!channel> <!everyone> <!subteam^S1|@crew>":        "@here @room @room @crew",
		"<!date^1392734382^{date}|Feb 18>":                          "Feb 18",
		"<https://a.org> <https://a.org|https://a.org>":             "https://a.org https://a.org",
		"<https://a.org/x_(y)?a=1&amp;b=2|the [page]>":              `[the \[page\]](https://a.org/x_%28y%29?a=1&b=2)`,
		"<mailto:a@b.org|a@b.org> <mailto:a@b.org|mail> <tel:+1|1>": "a@b.org mail 1",
		"`<https://a.org|x>`":                                       "`https://a.org`",
		":tada: :wave::skin-tone-4: 12:30:45 :nope: :+1::+1:":       "🎉 👋🏽 12:30:45 :nope: 👍👍",
		"": "",
	} {
		if got := w.markdown(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

func TestParseTS(t *testing.T) {
	t.Parallel()
	for ts, want := range map[string]string{"1700000002.000200": "2023-11-14T22:13:22.0002Z", "1700000002": "2023-11-14T22:13:22Z"} {
		if at := parseTS(ts); at.Format("2006-01-02T15:04:05.999999Z") != want {
			t.Errorf("%s: %v", ts, at)
		}
	}
	for _, ts := range []string{"", "x", "1.x", "a.1", "-1.000000", "1.0000001", "9999999999999.000000"} {
		if at := parseTS(ts); !at.IsZero() {
			t.Errorf("%q is taken for %s", ts, at)
		}
	}
}

// Whatever the text, it becomes one, and nothing bold that had no mark for it.
func FuzzMarkdown(f *testing.F) {
	for _, seed := range []string{"<|x> <@> <!> <#|y>", "```a```b`c`", "*a* ~b~ :+1::+1:", "<https://a.org|[x]>", "`<@U1|*x*>`", "&lt;@U1&gt;"} {
		f.Add(seed)
	}
	w := words{people: map[string]string{"U1": "ada"}, rooms: map[string]string{"C1": "launch"}}
	f.Fuzz(func(t *testing.T, text string) {
		got := w.markdown(text)
		if !strings.Contains(text, "*") && strings.Contains(got, "**") || utf8.ValidString(text) && !utf8.ValidString(got) {
			t.Errorf("%q becomes %q", text, got)
		}
	})
}
