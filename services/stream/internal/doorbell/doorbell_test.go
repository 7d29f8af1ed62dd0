package doorbell

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"parley/core/backing"
	"parley/core/session"
	"parley/core/wire"
	"parley/testkit"
)

const patience = 15 * time.Second

// bundle is a running doorbell on a Redis of its own.
type bundle struct {
	*Doorbell
	t        *testing.T
	server   *testkit.RedisServer // nil if there are several
	client   redis.UniversalClient
	messages chan string
	ended    chan []session.Key
	renewed  atomic.Int32
	stop     func()
}

func start(t *testing.T) *bundle {
	t.Helper()
	server := testkit.Redis(t)
	b := startOn(t, server.URL())
	b.server = server
	return b
}

func startOn(t *testing.T, url string) *bundle {
	t.Helper()
	b := &bundle{t: t, messages: make(chan string, 10000), ended: make(chan []session.Key, 10)}
	var err error
	if b.client, err = backing.Redis(url, "test"); err != nil {
		t.Fatal(err)
	}
	b.Doorbell = New(b.client, slog.New(slog.NewTextHandler(io.Discard, nil)), NewMetrics(prometheus.NewRegistry()))
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() {
		b.Run(ctx, Handlers{
			Message: func(topic wire.Topic, payload []byte) { b.messages <- string(topic) + " " + string(payload) },
			Ended:   func(keys []session.Key) { b.ended <- keys },
			Renewed: func() { b.renewed.Add(1) },
		})
	})
	b.stop = sync.OnceFunc(func() {
		cancel()
		running.Wait()
		_ = b.client.Close()
	})
	t.Cleanup(b.stop)
	return b
}

// join wants a topic and waits until Redis has acknowledged it.
func (b *bundle) join(topic wire.Topic) {
	b.t.Helper()
	b.await("subscription", func() bool {
		select {
		case <-b.Join(topic):
			n, err := b.client.PubSubNumSub(b.t.Context(), topic.Channel()).Result()
			return err == nil && n[topic.Channel()] == 1
		case <-time.After(patience):
			return false
		}
	})
}

func (b *bundle) await(what string, met func() bool) {
	b.t.Helper()
	for deadline := time.Now().Add(patience); !met(); {
		if time.Now().After(deadline) {
			b.t.Fatal("no ", what)
		}
		<-time.After(5 * time.Millisecond)
	}
}

func (b *bundle) publish(channel, payload string) {
	b.t.Helper()
	publish := b.client.Publish
	if backing.Sharded(b.client) {
		publish = b.client.SPublish
	}
	if err := publish(b.t.Context(), channel, payload).Err(); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bundle) want(message string) {
	b.t.Helper()
	select {
	case got := <-b.messages:
		if got != message {
			b.t.Fatalf("got %q, want %q", got, message)
		}
	case <-time.After(patience):
		b.t.Fatalf("%q did not come", message)
	}
}

func TestWhatIsWantedArrives(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.join("general")
	b.join("@ada")
	b.publish("chat:room.general", "one")
	b.want("general one")
	b.publish("chat:user.ada", "two")
	b.want("@ada two")

	b.Leave("general")
	b.await("end of the subscription", func() bool {
		n, err := b.client.PubSubNumSub(t.Context(), "chat:room.general").Result()
		return err == nil && n["chat:room.general"] == 0
	})
	b.publish("chat:room.general", "to nobody")
	b.publish("chat:user.ada", "three")
	b.want("@ada three")
}

func TestEndedSessionsArrive(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.join("general")
	key, _ := session.NewToken().Key()
	for _, bad := range []string{"", "{", `{"keys":["00"]}`} {
		b.publish(wire.SessionsEndedChannel, bad)
	}
	b.publish(wire.SessionsEndedChannel, string(wire.SessionsEnded{Keys: []session.Key{key}}.AppendJSON(nil)))
	select {
	case keys := <-b.ended:
		if len(keys) != 1 || keys[0] != key {
			t.Errorf("ended %v", keys)
		}
	case <-time.After(patience):
		t.Fatal("the notice did not come")
	}
}

// Whatever ends a subscription, the next one has all that is wanted, and the
// hub is told that something may be lost.
func TestSubscriptionIsRenewed(t *testing.T) {
	t.Parallel()
	for name, disturb := range map[string]func(*bundle) error{
		"connections killed": func(b *bundle) error {
			return b.client.Do(context.Background(), "CLIENT", "KILL", "TYPE", "pubsub").Err()
		},
		"redis restarted": func(b *bundle) error {
			if err := b.server.Stop(); err != nil {
				return err
			}
			return b.server.Start(context.Background())
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := start(t)
			b.join("general")
			before := b.renewed.Load()
			if err := disturb(b); err != nil {
				t.Fatal(err)
			}
			b.await("renewal", func() bool { return b.renewed.Load() > before })
			// The renewal may have been that of the beginning, told late: what is
			// published until the next is lost.
			b.await("what is published", func() bool {
				b.publish("chat:room.general", "again")
				select {
				case got := <-b.messages:
					return got == "general again"
				default:
					return false
				}
			})
		})
	}
}

// While Redis is away nobody waits for it.
func TestNobodyWaitsForARedisThatIsAway(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.join("general")
	if err := b.server.Stop(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-b.Join("general"): // acknowledged before
	case <-time.After(patience):
		t.Fatal("waits for what is acknowledged")
	}
	select {
	case <-b.Join("launch"):
	case <-time.After(patience):
		t.Fatal("waits for a Redis that is away")
	}
	if err := b.server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.join("launch")
	b.publish("chat:room.launch", "back")
	b.want("launch back")
}

func TestStoppingLeavesNothing(t *testing.T) {
	b := start(t)
	b.join("general")
	b.stop()
	goleak.VerifyNone(t, goleak.IgnoreCurrent())
}
