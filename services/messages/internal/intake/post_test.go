package intake

import (
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"parley/core/chat"
)

func TestLongPostBecomesSeveral(t *testing.T) {
	t.Parallel()
	words := strings.TrimSpace(strings.Repeat("wörd ", 2500))
	p := Post{Key: "k", Body: words, PinnedAt: time.Now(), Reactions: []chat.Reaction{{Emoji: "👍", People: []string{"ada"}}}}
	parts := p.parts()
	var bodies []string
	for i, part := range parts {
		if n := utf8.RuneCountInString(part.Body); n > chat.MaxBody || n < chat.MaxBody/2 && i < len(parts)-1 {
			t.Errorf("part %d has %d characters", i, n)
		}
		bodies = append(bodies, part.Body)
		if first := i == 0; first != (part.Key == "k") || first != (part.Reactions != nil) || first == part.PinnedAt.IsZero() {
			t.Errorf("part %d: %+v", i, part)
		}
	}
	if strings.Join(bodies, " ") != words || parts[3].Key != "k/4" {
		t.Error("something was lost between the parts")
	}
	if parts := (Post{Body: strings.Repeat("x", 2*chat.MaxBody+1)}).parts(); len(parts) != 3 || len(parts[0].Body) != chat.MaxBody {
		t.Errorf("one long word: %d parts", len(parts))
	}
}

func TestSettleReactions(t *testing.T) {
	t.Parallel()
	got := settleReactions([]chat.Reaction{
		{Emoji: "❤", People: []string{"ada"}}, {Emoji: "no", People: []string{"ada"}}, {Emoji: "👍", People: nil},
		{Emoji: "❤\ufe0f", People: []string{"ada", "bob"}},
	})
	if want := []chat.Reaction{{Emoji: "❤\ufe0f", People: []string{"ada", "bob"}}}; !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestEmojify(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a :tada: b": "a 🎉 b", ":tada::tada:": "🎉🎉", "12:30:45": "12:30:45", ":wave_medium_skin_tone:": "👋🏽", ":nobody:": ":nobody:",
	} {
		if got := Emojify(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}
