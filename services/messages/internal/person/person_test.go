package person

import (
	"errors"
	"strings"
	"testing"
	"time"

	"parley/core/chat"
)

// cleanName is what becomes of a display name.
func cleanName(name string) (string, error) {
	patch := Patch{DisplayName: &name}
	err := patch.clean(time.Now())
	return name, err
}

func TestDisplayName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"": "", "  ": "", " Ada Lovelace\t": "Ada Lovelace", "Éva": "Éva", "エイダ": "エイダ", "👩‍💻 Ada": "👩‍💻 Ada", "אדה": "אדה",
		"\u200b": "", "\u3164 \u2800": "",
		strings.Repeat("é", 80): strings.Repeat("é", 80),
	} {
		if got, err := cleanName(name); got != want || err != nil {
			t.Errorf("%q: %q, %v; want %q", name, got, err, want)
		}
	}
	for _, name := range []string{strings.Repeat("é", 81), "a\x00b", "a\nb", "a\u2028b", "a\u202eb", "a\u2066b", "\xff", "a\x1bb"} {
		if got, err := cleanName(name); !errors.Is(err, ErrDisplayNameInvalid) {
			t.Errorf("%q: %q, %v", name, got, err)
		}
	}
}

func FuzzDisplayName(f *testing.F) {
	f.Add(" Ada ")
	f.Add("a\u202eb")
	f.Fuzz(func(t *testing.T, name string) {
		clean, err := cleanName(name)
		if err != nil {
			return
		}
		if again, err := cleanName(clean); err != nil || again != clean {
			t.Errorf("%q: %q, and again %q, %v", name, clean, again, err)
		}
		if !storable(clean) {
			t.Errorf("%q can't be stored", clean)
		}
	})
}

func TestRanks(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		actor, target chat.Role
		may           bool
	}{
		{chat.Owner, chat.Owner, true},
		{chat.Owner, chat.Guest, true},
		{chat.Admin, chat.Owner, false},
		{chat.Admin, chat.Admin, true},
		{chat.Admin, chat.Guest, true},
		{chat.Member, chat.Guest, false},
		{"", chat.Guest, false},
	} {
		if got := (ranks{actor: row.actor, target: row.target}).mayChange(); got != row.may {
			t.Errorf("%q changes %q: %v, want %v", row.actor, row.target, got, row.may)
		}
	}
}
