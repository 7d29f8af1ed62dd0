package app

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

type found struct {
	Messages []struct {
		ID                            int64
		Room, Username, Body, Snippet string
	}
	More bool
	Next string
}

// search returns what a client finds: room/id of each message.
func (c *client) search(q string, more ...string) (refs string, f found) {
	c.t.Helper()
	a := c.get("/search?" + url.Values{"q": {q}}.Encode() + strings.Join(more, ""))
	if a.status != 200 {
		c.t.Fatalf("search %q: %d %s", q, a.status, a.body)
	}
	a.into(c.t, &f)
	var all []string
	for _, m := range f.Messages {
		all = append(all, fmt.Sprintf("%s/%d", m.Room, m.ID))
	}
	return strings.Join(all, " "), f
}

func (c *client) say(room, body string) {
	c.t.Helper()
	if a := c.post("/chat/"+room+"/messages", fields{"body": body}); a.status != 201 {
		c.t.Fatalf("post: %d %s", a.status, a.body)
	}
}

func TestSearch(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada, bob := b.register("ada"), b.register("bob")
	for _, room := range []fields{{"name": "launch"}, {"name": "cabinet", "kind": "private"}} {
		if a := ada.post("/chat", room); a.status != 201 {
			t.Fatalf("make room: %d %s", a.status, a.body)
		}
	}
	expect := func(c *client, q, want string) {
		t.Helper()
		if got, _ := c.search(q); got != want {
			t.Errorf("%s finds %q, want %q", q, got, want)
		}
	}
	ada.say("general", "We deploy <today>")
	ada.say("cabinet", "deploy in secret")
	bob.say("launch", "deployed 中文字 https://example.org/x")
	expect(ada, "deploy", "launch/1 cabinet/1 general/1")
	expect(bob, "deploy", "launch/1 general/1")
	expect(bob, "secret", "")
	expect(bob, "in:cabinet", "")
	expect(ada, "文字", "launch/1")
	expect(ada, "from:bob has:link", "launch/1")
	if _, f := ada.search("deploy", "&room=general"); len(f.Messages) != 1 || f.Messages[0].Snippet != "We <mark>deploy</mark> &lt;today&gt;" || f.More || f.Next != "" {
		t.Errorf("%+v", f)
	}
	if got, _ := ada.search("", "&from=bob"); got != "launch/1" {
		t.Errorf("all by bob: %q", got)
	}

	// What changed is found as it is.
	if a := ada.patch("/chat/general/messages/1", `{"body":"We wait"}`); a.status != 200 {
		t.Fatalf("edit: %d %s", a.status, a.body)
	}
	expect(ada, "deploy", "launch/1 cabinet/1")
	expect(ada, "wait", "general/1")
	if a := bob.do(http.MethodDelete, "/chat/launch/messages/1", "", nil); a.status != 200 {
		t.Fatalf("delete: %d %s", a.status, a.body)
	}
	expect(ada, "deploy", "cabinet/1")
	expect(ada, "from:bob", "")
	if a := ada.do(http.MethodPut, "/chat/cabinet/members/bob", "", nil); a.status != 204 {
		t.Fatalf("add: %d %s", a.status, a.body)
	}
	expect(bob, "secret", "cabinet/1")
}

func TestSearchIsPaged(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada := b.register("ada")
	for i := range 7 {
		ada.say("general", fmt.Sprint("part ", i))
	}
	first, f := ada.search("part", "&limit=3")
	if first != "general/7 general/6 general/5" || !f.More || f.Next == "" {
		t.Fatalf("%s, %+v", first, f)
	}
	ada.say("general", "part of what comes later")
	second, f := ada.search("part", "&limit=3&before=", f.Next)
	if second != "general/4 general/3 general/2" || !f.More {
		t.Fatalf("%s, %+v", second, f)
	}
	third, f := ada.search("part", "&limit=3&before=", f.Next)
	if third != "general/1" || f.More {
		t.Fatalf("%s, %+v", third, f)
	}
}

func TestSearchesThatAreRefused(t *testing.T) {
	t.Parallel()
	b := start(t, func(cfg *Config) { cfg.RateLimitSearch = 2 })
	if a := b.get("/search?q=x"); a.status != 401 {
		t.Errorf("a stranger: %d", a.status)
	}
	ada := b.register("ada")
	for query, want := range map[string]string{
		"":                               "422 query_empty",
		"?q=%20":                         "422 query_empty",
		"?q=%ff":                         "422 query_invalid",
		"?q=a%00":                        "422 query_invalid",
		"?q=before:soon":                 "422 date_invalid",
		"?q=has:money":                   "422 has_invalid",
		"?q=x&limit=0":                   "422 limit_invalid",
		"?q=x&before=1":                  "422 before_invalid",
		"?q=" + strings.Repeat("x", 501): "422 query_invalid",
	} {
		if a := ada.get("/search" + query); fmt.Sprint(a.status, " ", a.code()) != want {
			t.Errorf("%s: %d %s, want %s", query, a.status, a.body, want)
		}
	}
	ada.search("x")
	ada.search("x")
	assertLimited(t, "a third search", ada.get("/search?q=x"))
}
