package app

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"parley/core/trace"
	"parley/core/wire"
	"parley/testkit/collector"
)

// Whatever a request changes is published with the trace of that request, and
// without one where its trace isn't recorded.
func TestWhatIsPublishedBelongsToItsRequest(t *testing.T) {
	t.Parallel()
	c := collector.New(t)
	b := start(t, func(cfg *Config) { cfg.Trace = trace.Config{Endpoint: c.URL, Sampler: "parentbased_always_off"} })
	ada, bob := b.register("ada"), b.register("bob")
	options, err := redis.ParseURL(b.redis.URL())
	if err != nil {
		t.Fatal(err)
	}
	rdb := redis.NewClient(options)
	t.Cleanup(func() { _ = rdb.Close() })
	heard := rdb.PSubscribe(t.Context(), "chat:*")
	t.Cleanup(func() { _ = heard.Close() })
	if _, err := heard.Receive(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i, row := range []struct {
		by                          *client
		method, path, body, channel string
	}{
		{ada, http.MethodPost, "/chat/general/messages", `{"body":"first"}`, "chat:room.general"},
		{ada, http.MethodPatch, "/chat/general/messages/1", `{"body":"edited"}`, "chat:room.general"},
		{bob, http.MethodPut, "/chat/general/read", `{"id":1}`, "chat:user.bob"},
		{bob, http.MethodPut, "/chat/general/notify", `{"level":"none"}`, "chat:user.bob"},
		{ada, http.MethodPatch, "/chat/general", `{"title":"All"}`, "chat:room.general"},
		{bob, http.MethodPost, "/chat/general/messages", `{"body":"second"}`, "chat:room.general"},
	} {
		want := fmt.Sprintf("00-%032x-00000000000000aa-01", i+1)
		if i == 5 {
			want = "" // not recorded
		}
		a := row.by.do(row.method, row.path, "application/json", strings.NewReader(row.body), "Traceparent", want)
		if a.status >= 300 {
			t.Fatalf("%s %s: %d %s", row.method, row.path, a.status, a.body)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
		defer cancel()
		m, err := heard.ReceiveMessage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		got := wire.Traceparent([]byte(m.Payload))
		if m.Channel != row.channel || (want == "") != (got == "") || want != "" && got[:36] != want[:36] {
			t.Errorf("%s %s: published %s on %s, want trace %q on %s", row.method, row.path, m.Payload, m.Channel, want, row.channel)
		}
	}
}
