package markup

import (
	"os"
	"strings"
	"testing"
)

const (
	plainText = "I have looked at the deploy again: all three replicas came up, the queue was empty after 4 s (it had 312), so we can go on tomorrow at 9. Thanks! 🎉"
	richText  = "**Deploy** of `stream` is *done*, see https://ci.example.org/runs/812_4 and [the notes](https://docs.example.org/notes).\n> is it safe?\nYes:\n- all 3 replicas\n- queue empty"
)

func BenchmarkRender(b *testing.B) {
	source, err := os.ReadFile("writer.go")
	if err != nil {
		b.Fatal(err)
	}
	code := string(source[:2000])
	for name, body := range map[string]string{
		"plain": plainText, "rich": richText, "code": "```go\n" + code + "\n```", "text of 4000": strings.Repeat("some *text* and more. ", 182),
	} {
		b.Run(name, func(b *testing.B) {
			Render(body, nil)
			b.ReportAllocs()
			for b.Loop() {
				Render(body, nil)
			}
		})
	}
}

func BenchmarkSafe(b *testing.B) {
	html := Render(richText, nil)
	for b.Loop() {
		if !Safe(html) {
			b.Fatal("not safe")
		}
	}
}

func BenchmarkMentions(b *testing.B) {
	for name, body := range map[string]string{"none": plainText, "plain": plainText + " @bob", "rich": richText + " @bob"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Mentions(body)
			}
		})
	}
}
