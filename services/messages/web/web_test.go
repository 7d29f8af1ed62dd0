package web

import (
	"io"
	"strings"
	"testing"
	"testing/fstest"

	"parley/core/chat"
	"parley/core/session"
	"parley/messages/internal/room"
)

func TestEveryPageRenders(t *testing.T) {
	t.Parallel()
	site, err := New()
	if err != nil {
		t.Fatal(err)
	}
	odd := `<b title="x">&amp;'</b>`
	rooms := []room.Room{{Name: "general", Head: 2}, {Name: "random"}}
	for name, pages := range map[string][]any{
		"login.html": {Login{Mode: ModeLogin}, Login{Mode: ModeRegister}, Login{Mode: ModeLogin, Username: odd, Next: "/chat", Error: odd}},
		"rooms.html": {Rooms{Username: "ada"}, Rooms{Username: "ada", Rooms: rooms, Name: odd, Error: odd}},
		"room.html": {
			Room{Username: "ada", Room: "general"},
			Room{
				Username: "ada", Room: "general", Head: 2, More: true, Rooms: rooms, Error: odd, Draft: odd,
				Messages: []chat.Message{{ID: 1, Revision: 1, Room: "general", Username: "bob", Body: odd}},
			},
		},
		"account.html": {
			Account{Username: "ada"},
			Account{Username: "ada", Current: "1", Changed: true, Error: odd, Sessions: []session.Session{{ID: "1", UserAgent: odd}, {ID: odd, UserAgent: "curl/8"}}},
		},
		"error.html": {Error{Status: 404, Title: "Not Found", Message: odd}, Error{Status: 503, Username: "ada"}},
	} {
		for _, data := range pages {
			var page strings.Builder
			if err := site.Render(&page, name, data); err != nil {
				t.Error(err)
			}
			if strings.Contains(page.String(), "<b title=") {
				t.Errorf("%s takes text for markup", name)
			}
		}
	}
	if err := site.Render(io.Discard, "nothing.html", nil); err == nil {
		t.Error("a page that isn't there renders")
	}
}

func TestDigestNamesTheContent(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for what, tree := range map[string]fstest.MapFS{
		"one file":        {"a.js": {Data: []byte("x")}},
		"other content":   {"a.js": {Data: []byte("y")}},
		"other name":      {"b.js": {Data: []byte("x")}},
		"content as name": {"a.jsx": {Data: nil}},
		"in a folder":     {"a/a.js": {Data: []byte("x")}},
		"two files":       {"a.js": {Data: []byte("x")}, "b.js": {Data: nil}},
	} {
		digest, err := digestOf(tree)
		if err != nil || len(digest) != digestLength {
			t.Errorf("%s: %q, %v", what, digest, err)
		}
		if other, again := seen[digest]; again {
			t.Errorf("%s and %s have one digest", what, other)
		}
		seen[digest] = what
	}
}
