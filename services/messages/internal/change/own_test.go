package change

import (
	"testing"

	"parley/core/chat"
)

// A post far above what its author has read is stored as read, before it is
// acknowledged; one that is near is not worth it.
func TestFarPostsAreStoredAsRead(t *testing.T) {
	t.Parallel()
	pool := database(t)
	c, p := start(t, pool)
	post := func(username string) {
		t.Helper()
		if _, err := c.Post(t.Context(), Post{Room: "general", Username: username, Body: "hi"}); err != nil {
			t.Fatal(err)
		}
	}
	raise := func(by chat.Position) {
		t.Helper()
		if _, err := pool.Exec(t.Context(), `UPDATE rooms SET head = head + $1 WHERE name = 'general'`, by); err != nil {
			t.Fatal(err)
		}
	}
	expect := func(what, want string) {
		t.Helper()
		if got := p.memberships("@ada"); got != want {
			t.Errorf("%s: told %s, want %s", what, got, want)
		}
	}
	raise(MaxLag - 1)
	post("ada")
	expect("near", "[]")
	post("ada")
	expect("far", "[2:general:251]")
	post("bob")
	post("ada")
	expect("near again", "[2:general:251]")

	if _, err := pool.Exec(t.Context(), `UPDATE memberships SET read = 1, reopened = 253 WHERE username = 'ada'`); err != nil {
		t.Fatal(err)
	}
	own := &Read{Room: "general", Username: "ada", Upto: 253, own: true}
	if _, err := c.submit(t.Context(), own); err != nil {
		t.Fatal(err)
	}
	post("ada")
	expect("marked unread since", "[2:general:251]")
	raise(MaxLag)
	post("ada")
	expect("far above the mark", "[2:general:251 3:general:505]")
}
