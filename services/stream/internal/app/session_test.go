package app

import (
	"net/http"
	"testing"
	"time"

	"parley/core/session"
	"parley/core/wire"
)

// endTime is the contract's 2 s, with slack for a busy machine.
const endTime = 4 * time.Second

func TestStreamsEndWithTheirSession(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		ttl time.Duration
		end func(*testing.T, *testBundle, session.Token)
	}{
		"expiry": {2 * time.Second, func(*testing.T, *testBundle, session.Token) {}},
		"notice": {time.Hour, func(t *testing.T, b *testBundle, token session.Token) {
			remove(t, b, token)
			key, _ := token.Key()
			payload := wire.SessionsEnded{Keys: []session.Key{key}}.AppendJSON(nil)
			if err := b.rdb.Publish(t.Context(), wire.SessionsEndedChannel, payload).Err(); err != nil {
				t.Fatal(err)
			}
		}},
		"row gone, nobody told": {time.Hour, remove},
		"row gone, redis away": {time.Hour, func(t *testing.T, b *testBundle, token session.Token) {
			if err := b.redis.Stop(); err != nil {
				t.Fatal(err)
			}
			remove(t, b, token)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := start(t)
			token := b.signIn("ada", tc.ttl)
			other := b.listen("/chat/general/stream", b.signIn("ada", time.Hour), "")
			other.want("ready 0")
			c := b.listen("/chat/general/stream", token, "")
			c.want("ready 0")
			tc.end(t, b, token)
			if reason := c.ended(endTime); reason != `{"reason":"session"}` {
				t.Errorf("ended with %s", reason)
			}
			b.insert("general", "to the other session")
			other.want("room.general 1")
		})
	}
}

func remove(t *testing.T, b *testBundle, token session.Token) {
	t.Helper()
	key, _ := token.Key()
	if err := session.NewStore(b.pool).End(t.Context(), key); err != nil {
		t.Fatal(err)
	}
}

// TestDrainIsInvisible stops one of two replicas while messages flow.
func TestDrainIsInvisible(t *testing.T) {
	t.Parallel()
	one := start(t, func(c *Config) { c.DrainTime = time.Second })
	two := startOn(t, one.app.cfg.DatabaseURL, one.redis)
	ada := one.signIn("ada", time.Hour)
	const streams = 20
	clients := make([]*client, streams)
	for i := range clients {
		clients[i] = one.listen("/chat/general/stream", ada, "0")
		clients[i].want("ready 0")
	}
	began := time.Now()
	stopped := make(chan error, 1)
	go func() { stopped <- one.stop() }()
	two.post("general", "1")
	two.post("general", "2")

	var first, last time.Duration
	for _, c := range clients {
		for e := range c.events {
			if e.Name == "end" && e.Data != `{"reason":"drain"}` {
				t.Errorf("ended with %s", e.Data)
			}
		}
		last = time.Since(began)
		if first == 0 {
			first = last
		}
		cursor := c.reader.LastEventID()
		resumed := two.listen("/chat/general/stream", ada, cursor)
		if cursor == "0" {
			resumed.want("room.general 1")
		}
		if cursor != "2" {
			resumed.want("room.general 2")
		}
		resumed.want("ready 2")
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
	if last < 500*time.Millisecond {
		t.Errorf("all streams ended within %s, not spread", last)
	}
}

func TestOpenStreamsAreCapped(t *testing.T) {
	t.Parallel()
	b := start(t, func(c *Config) {
		c.PerUser, c.PerAddress = 2, 3
		if err := c.TrustedProxies.UnmarshalText([]byte("127.0.0.1")); err != nil {
			t.Fatal(err)
		}
	})
	ada, bob := b.signIn("ada", time.Hour), b.signIn("bob", time.Hour)
	first := b.listen("/chat/general/stream", ada, "")
	b.listen("/chat/general/stream", ada, "").want("ready 0")
	refused := func(token session.Token, why string) {
		t.Helper()
		resp := b.get("/chat/general/stream", token, "")
		if resp.StatusCode != http.StatusTooManyRequests || resp.Header.Get("Retry-After") == "" {
			t.Errorf("%s: status %d", why, resp.StatusCode)
		}
	}
	refused(ada, "a third of one user")
	b.listen("/chat/general/stream", bob, "").want("ready 0")
	refused(bob, "a fourth of one address")

	_ = first.resp.Body.Close() // its place becomes free
	for deadline := time.Now().Add(patience); b.metric("parley_stream_open") > 2; {
		if time.Now().After(deadline) {
			t.Fatal("the closed stream still counts")
		}
		<-time.After(10 * time.Millisecond)
	}
	b.listen("/chat/general/stream", ada, "").want("ready 0")
}
