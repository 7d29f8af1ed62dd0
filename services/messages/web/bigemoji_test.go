package web

import (
	"encoding/json"
	"os"
	"testing"
)

func TestIsBigEmoji(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("test/bigemoji.json")
	if err != nil {
		t.Fatal(err)
	}
	var bodies struct{ Big, Small []string }
	if err := json.Unmarshal(text, &bodies); err != nil {
		t.Fatal(err)
	}
	for want, all := range map[bool][]string{true: bodies.Big, false: bodies.Small} {
		for _, body := range all {
			if isBigEmoji(body) != want {
				t.Errorf("isBigEmoji(%q) = %v", body, !want)
			}
		}
	}
}

func FuzzIsBigEmoji(f *testing.F) {
	f.Add("👍 👍")
	f.Fuzz(func(t *testing.T, body string) {
		if isBigEmoji(body) && (isBigEmoji(body+"x") || !isBigEmoji(" "+body)) {
			t.Errorf("%q", body)
		}
	})
}
