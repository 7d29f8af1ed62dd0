package app

import (
	"testing"
	"time"

	"parley/core/backing"
	"parley/core/wire"
	"parley/testkit"
)

// The service does all that it does with Redis, one server or a Cluster, as a
// user with just the rights that the handbook gives it.
func TestRedisWithTheSmallestRights(t *testing.T) {
	t.Parallel()
	const user = "parley-stream"
	rule := testkit.DocumentedUser(t, user)
	for name, open := range map[string]func(*testing.T) (string, []*testkit.RedisServer){
		"server": func(t *testing.T) (string, []*testkit.RedisServer) {
			server := testkit.Redis(t, rule)
			return server.URL(), []*testkit.RedisServer{server}
		},
		"cluster": func(t *testing.T) (string, []*testkit.RedisServer) {
			cluster := testkit.Cluster(t, rule)
			return cluster.URL(), cluster.Servers()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, servers := open(t)
			t.Cleanup(func() { // once the service has stopped
				if denied := testkit.Denied(t, servers...); len(denied) > 0 {
					t.Errorf("denied: %q", denied)
				}
			})
			b := startOn(t, testkit.DatabaseURL(t), servers[0], func(cfg *Config) { cfg.RedisURL, cfg.Presence = testkit.As(user, url), true })
			b.eventually("subscriptions", func() bool { return b.metric("parley_stream_redis_up") == 1 })
			c := b.listen("/chat/general/stream", b.signIn("ada", time.Hour), "")
			c.next() // ready
			writer, err := backing.Redis(url, "test")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = writer.Close() })
			publish := writer.Publish
			if backing.Sharded(writer) {
				publish = writer.SPublish
			}
			m := b.insert("general", "hello")
			if err := publish(t.Context(), wire.RoomTopic("general").Channel(), m.AppendJSON(nil)).Err(); err != nil {
				t.Fatal(err)
			}
			c.next()
			b.eventually("the payload", func() bool { return b.metric("parley_stream_redis_received_total") == 1 })
			b.eventually("who is here", func() bool { return testkit.Keys(t, "parley:{presence}:here:*", servers...) > 0 })
			b.eventually("a report", func() bool { return testkit.Keys(t, "parley:{replicas}:stream/*", servers...) > 0 })
		})
	}
}

func (b *testBundle) eventually(what string, met func() bool) {
	b.t.Helper()
	for deadline := time.Now().Add(2 * patience); !met(); <-time.After(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			b.t.Fatal("no ", what)
		}
	}
}
