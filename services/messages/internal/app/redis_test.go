package app

import (
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"parley/testkit"
)

// The service does all that it does with Redis, one server or a Cluster, as a
// user with just the rights that the handbook gives it.
func TestRedisWithTheSmallestRights(t *testing.T) {
	t.Parallel()
	const user = "parley-messages"
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
			b := start(t, func(cfg *Config) {
				cfg.RedisURL, cfg.Presence = testkit.As(user, url), true
				cfg.RateLimitMessages, cfg.RateLimitLogin, cfg.RateLimitRegister, cfg.RateLimitChanges = 100, 100, 100, 100
			})
			ada := b.register("ada")
			// Redis has 40 ms to answer, and is not asked for 5 s if it doesn't.
			eventually(t, time.Minute, func() bool {
				<-time.After(500 * time.Millisecond) // the burst is not to be used up
				ada.say("general", "hello")
				return testkit.Keys(t, "chat:limit:messages:*", servers...) > 0
			})
			eventually(t, time.Minute, func() bool {
				<-time.After(2 * time.Second)
				ada.post("/login", fields{"username": "ada", "password": password})
				return testkit.Keys(t, "chat:limit:login*", servers...) > 0
			})
			useRedis(t, b, ada)
		})
	}
}

// useRedis has the service do all else that it does with Redis.
func useRedis(t *testing.T, b *bundle, ada *client) {
	t.Helper()
	if a := ada.post("/login", fields{"username": "ada", "password": "wrong horse"}); a.status != 401 {
		t.Fatal(a)
	}
	if a := ada.post("/chat/general/typing", fields{}); a.status != 204 {
		t.Fatal(a)
	}
	for _, state := range []string{"online", "away"} {
		if a := ada.sendJSON(put, "/me/presence", fields{"state": state}); a.status != 204 {
			t.Fatal(a)
		}
	}
	if a := ada.get("/people/ada"); a.status != 200 {
		t.Fatal(a)
	}
	var now overview
	eventually(t, 20*time.Second, func() bool {
		ada.get("/admin").into(t, &now)
		return len(now.Replicas) == 1 && now.Redis.Up && now.Redis.Version != "" && now.Redis.Bytes > 0
	})
	if a := ada.post("/logout", fields{}); a.status != 204 {
		t.Fatal(a)
	}
	eventually(t, 20*time.Second, func() bool { return counted(t, b.app.registry, "parley_published_total") >= 3 })
	if n := counted(t, b.app.registry, "parley_publish_dropped_total"); n > 0 {
		t.Errorf("%v publishes were dropped", n)
	}
}

// counted returns the value of a counter.
func counted(t *testing.T, registry *prometheus.Registry, name string) float64 {
	t.Helper()
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == name {
			return f.GetMetric()[0].GetCounter().GetValue()
		}
	}
	t.Fatalf("there is no %s", name)
	return 0
}
