package intake

import (
	"strings"
	"testing"
	"unicode/utf8"

	"parley/core/chat"
	"parley/messages/internal/room"
)

func TestFit(t *testing.T) {
	t.Parallel()
	for wanted, want := range map[string][2]string{
		"ada":                    {"ada", "ada"},
		"Ada.King":               {"ada.king", "ada-king"},
		"Zoë M.":                 {"zoe-m", "zoe-m"},
		"_bob_":                  {"bob", "bob"},
		"a":                      {"user-u1", "a"},
		"Stream":                 {"stream", "room-stream"},
		"dm-1":                   {"dm-1", "room-dm-1"},
		"健二":                     {"user-u1", "room-u1"},
		"":                       {"user-u1", "room-u1"},
		"a@b!c":                  {"a-b-c", "a-b-c"},
		strings.Repeat("x", 200): {strings.Repeat("x", 32), strings.Repeat("x", 100)},
	} {
		if person, place := fitUsername(wanted, "U1"), fitRoom(wanted, "U1"); person != want[0] || place != want[1] {
			t.Errorf("%q becomes %q and %q, want %q", wanted, person, place, want)
		}
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		" a\n b\u202e ": "a b", "\u200b \u3164": "", "\xff\u200bx": "\u200bx", "ééééé é": "ééééé",
	} {
		if got := cut(text, 6); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

func FuzzFit(f *testing.F) {
	f.Add("Zoë M.", "U1")
	f.Fuzz(func(t *testing.T, wanted, id string) {
		if !utf8.ValidString(id) || fit(id, "", 32) == "" {
			id = "u1"
		}
		n := 0
		for name := range numbered(fitUsername(wanted, id), chat.MaxUsername) {
			if !chat.ValidUsername(name) {
				t.Fatalf("%q becomes the username %q", wanted, name)
			}
			if n++; n == 12 {
				break
			}
		}
		n = 0
		for name := range numbered(fitRoom(wanted, id), chat.MaxRoomName) {
			if !chat.ValidRoom(name) || room.Reserved(name) {
				t.Fatalf("%q becomes the room %q", wanted, name)
			}
			if n++; n == 12 {
				break
			}
		}
	})
}
