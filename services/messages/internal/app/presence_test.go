package app

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"parley/core/backing"
	"parley/core/presence"
	"parley/core/wire"
)

// present is a service whose people are said to be here by a replica of stream.
type present struct {
	*cast
	replica *presence.Replica
}

func newPresent(t *testing.T, here ...string) *present {
	t.Helper()
	p := &present{cast: newCast(t, func(cfg *Config) { cfg.Presence = true })}
	client, err := backing.Redis(p.redis.URL(), "test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	p.replica = presence.NewStore(client).Replica("one")
	if _, err := p.replica.Beat(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, _, err := p.replica.Came(t.Context(), here); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *present) want(who *client, query string, want map[string]string) {
	p.t.Helper()
	var got struct{ People map[string]string }
	if who.get("/presence?people="+query).into(p.t, &got); !maps.Equal(got.People, want) {
		p.t.Errorf("%s: %v, want %v", query, got.People, want)
	}
}

func TestPresence(t *testing.T) {
	t.Parallel()
	p := newPresent(t, "bob", "guest")
	p.want(p.ada, "bob,CARL,guest,nobody,,ada,%00", map[string]string{"bob": "online", "carl": "offline", "guest": "online"})
	p.want(p.ada, "", map[string]string{})
	p.want(p.guest, "bob", map[string]string{}) // they share no room
	walk(t, step{p.ada, pst, "/chat", fields{"name": "tea", "kind": "private"}, 201, ""},
		step{p.ada, put, "/chat/tea/members/guest", nil, 204, ""}, step{p.ada, put, "/chat/tea/members/bob", nil, 204, ""})
	p.want(p.guest, "bob,carl", map[string]string{"bob": "online"})
	p.exec(`UPDATE users SET banned_at = now() WHERE username = 'bob'`)
	p.want(p.ada, "bob", map[string]string{})
	p.exec(`UPDATE users SET banned_at = NULL WHERE username = 'bob'`)
	for _, path := range []string{"/people", "/people/bob", "/chat/tea/members"} {
		if a := p.ada.get(path); !strings.Contains(a.body, `"username":"bob"`) || strings.Count(a.body, `"state":"online"`) < 1 {
			t.Errorf("%s: %s", path, a.body)
		}
	}
	page := &client{t: t, url: p.url, cookie: p.ada.cookie, accept: "text/html"}
	for _, path := range []string{"/people", "/people/bob", "/chat/tea/members"} {
		if a := page.get(path); !strings.Contains(a.body, `data-person="bob" data-state="online">Online<`) {
			t.Errorf("the page %s does not say that bob is here", path)
		}
	}
	if err := p.redis.Stop(); err != nil {
		t.Fatal(err)
	}
	p.want(p.ada, "bob", map[string]string{"bob": "offline"})
	walk(t, step{p.bob, put, "/me/presence", fields{"state": "online"}, 204, ""})
}

func TestPresenceIsTold(t *testing.T) {
	t.Parallel()
	p := newPresent(t, "bob")
	s := subscribe(t, p.bundle, wire.RoomTopic("general").Channel())
	tell := func(who *client, state string) {
		walk(t, step{who, put, "/me/presence", fields{"state": state}, 204, ""})
	}
	tell(p.bob, "online") // he was
	tell(p.bob, "away")   // he acts on another device
	tell(p.ada, "online") // she has no stream
	client, err := backing.Redis(p.redis.URL(), "test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	if n := client.Expire(t.Context(), "parley:{presence}:active:bob", presence.ActEvery); !n.Val() { // five minutes ago
		t.Fatal("bob is not active: ", n.Err())
	}
	tell(p.bob, "away")
	p.want(p.ada, "bob", map[string]string{"bob": "away"})
	tell(p.bob, "online")
	for _, want := range []string{"away", "online"} {
		if got := receive(t, s); got != fmt.Sprintf(`{"type":"presence","room":"general","username":"bob","state":%q}`, want) {
			t.Errorf("told %s, want %s", got, want)
		}
	}
	walk(t,
		step{p.bob, put, "/me/presence", fields{"state": "offline"}, 422, "state_invalid"},
		step{p.bob, put, "/me/presence", fields{"state": 1}, 400, "invalid_json"},
		step{p.bob, put, "/me/presence", fields{}, 422, "state_invalid"},
	)
}

func TestPresenceIsOff(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	walk(t, step{c.ada, put, "/me/presence", fields{"state": "online"}, 204, ""})
	if a := c.ada.get("/presence?people=bob"); a.body != `{"people":{"bob":"offline"}}` {
		t.Error(a.body)
	}
}
