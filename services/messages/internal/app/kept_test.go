package app

import (
	"net/http"
	"strings"
	"testing"
)

// TestKeptAnswersHold has things change, and after each change compares what is
// answered again and again with what a session gets that is new: nothing is kept
// for that.
func TestKeptAnswersHold(t *testing.T) {
	t.Parallel()
	c := newCast(t, func(cfg *Config) { cfg.RateLimitLogin = 0 })
	walk(t,
		step{c.ada, pst, "/chat", fields{"name": "launch", "kind": "private"}, 201, ""},
		step{c.ada, put, "/chat/launch/members/bob", nil, 204, ""},
		step{c.bob, pst, "/chat/launch/messages", fields{"body": "first"}, 201, ""},
	)
	for what, change := range map[string]step{
		"a post":                    {c.bob, pst, roomHistory, fields{"body": "second"}, 201, ""},
		"a post elsewhere":          {c.bob, pst, "/chat/general/messages", fields{"body": "psst"}, 201, ""},
		"an edit":                   {c.bob, patch, roomHistory + "/1", fields{"body": "changed"}, 200, ""},
		"a reaction":                {c.bob, put, roomHistory + "/1/reactions/%F0%9F%91%8D", nil, 200, ""},
		"a title":                   {c.ada, patch, roomPage, fields{"title": "The launch"}, 200, ""},
		"a topic of another room":   {c.owner, patch, "/chat/general", fields{"topic": "All of us"}, 200, ""},
		"a read position":           {c.ada, put, roomPage + "/read", fields{"id": 1}, 204, ""},
		"a level of notification":   {c.ada, put, roomPage + "/notify", fields{"level": "none"}, 204, ""},
		"a room of one's own":       {c.ada, pst, "/chat", fields{"name": "tea"}, 201, ""},
		"one's name":                {c.ada, patch, "/me", fields{"display_name": "Ada L."}, 200, ""},
		"a conversation with owner": {c.owner, pst, "/direct", fields{"people": []string{"ada"}}, 201, ""},
	} {
		c.keptAfter(t, what, change)
	}
	walk(t, step{c.owner, pst, "/people/bob/ban", nil, 204, ""})
	if a := c.bob.get(roomHistory); a.status != http.StatusUnauthorized {
		t.Errorf("who is banned is answered %d", a.status)
	}
	walk(t, step{c.ada, pst, roomPage + "/leave", nil, 204, ""})
	for _, path := range []string{roomPage, roomHistory} {
		if a := c.ada.get(path); a.status != http.StatusNotFound || a.code() != "room_not_found" {
			t.Errorf("%s after leaving: %d %s", path, a.status, a.code())
		}
	}
	c.ada.get("/chat/general/messages")
	c.ada.get("/chat/general/messages")
	old := *c.ada
	c.ada.post("/logout", nil)
	if a := old.get("/chat/general/messages"); a.status != http.StatusUnauthorized {
		t.Errorf("after signing out: %d", a.status)
	}
}

const roomPage, roomHistory = "/chat/launch", "/chat/launch/messages"

// keptAfter has answers kept, makes a change, and compares.
func (c *cast) keptAfter(t *testing.T, what string, change step) {
	t.Helper()
	before := c.ada.asked(2)
	walk(t, change)
	want := c.again("another").asked(1)
	for path, got := range c.ada.asked(2) {
		if got != want[path] {
			t.Errorf("after %s %s is not what it is for a new session\n%s\n\n%s", what, path, got, want[path])
		}
	}
	if want[roomPage] == before[roomPage] {
		t.Errorf("%s has not changed the page", what)
	}
}

// asked asks for what may be kept, so many times, and returns the last answers.
// A session is known from its second time on; before that nothing is kept for it.
func (c *client) asked(times int) map[string]string {
	c.t.Helper()
	answers := map[string]string{}
	for range times {
		for _, path := range []string{roomPage, roomHistory} {
			a := c.get(path, "Accept", "text/html")
			if a.status != 200 {
				c.t.Fatalf("%s: %d %s", path, a.status, a.body)
			}
			answers[path] = a.body
		}
	}
	return answers
}

func TestETags(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada := b.register("ada")
	for range 3 { // not kept, being kept, kept
		for _, path := range []string{"/chat/general", "/chat/general/messages"} {
			a := ada.get(path)
			tag := a.header.Get("ETag")
			if a.status != 200 || tag == "" {
				t.Fatalf("%s: %d, ETag %q", path, a.status, tag)
			}
			again := ada.get(path, "If-None-Match", `"x", W/`+tag)
			if again.status != http.StatusNotModified || again.body != "" || again.header.Get("ETag") != tag {
				t.Errorf("%s again: %d, ETag %q, %d bytes", path, again.status, again.header.Get("ETag"), len(again.body))
			}
			if a := ada.get(path, "If-None-Match", strings.ToUpper(tag)+"x"); a.status != 200 {
				t.Errorf("%s with another tag: %d", path, a.status)
			}
		}
	}
	if a := b.register("bob").get("/chat/launch"); a.header.Get("ETag") != "" {
		t.Error("an error has an ETag")
	}
}
