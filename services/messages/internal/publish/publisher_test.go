package publish

import (
	"fmt"
	"log/slog"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/redis/go-redis/v9"

	"parley/core/backing"
	"parley/core/chat"
	"parley/core/wire"
	"parley/testkit"
)

func start(t *testing.T) (*Publisher, *testkit.RedisServer, redis.UniversalClient) {
	t.Helper()
	server := testkit.Redis(t)
	client, err := backing.Redis(server.URL(), "test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return New(client, slog.New(slog.NewTextHandler(t.Output(), nil)), prometheus.NewRegistry()), server, client
}

// tell publishes messages of general, of those positions.
func tell(p *Publisher, from, to int64) {
	for id := from; id <= to; id++ {
		p.Event(nil, wire.RoomTopic("general"), &chat.Message{ID: id, Revision: id, Room: "general", Username: "ada", Body: fmt.Sprint(id)})
	}
}

func TestPublishesInOrderUpToTheEnd(t *testing.T) {
	t.Parallel()
	p, _, client := start(t)
	s := client.Subscribe(t.Context(), wire.RoomTopic("general").Channel())
	t.Cleanup(func() { _ = s.Close() })
	if _, err := s.Receive(t.Context()); err != nil {
		t.Fatal(err)
	}
	const sent = 2000
	for id := int64(1); id <= sent; id += 10 {
		tell(p, id, id+9)
	}
	p.Close()
	for id := 1; id <= sent; id++ {
		got, err := s.ReceiveMessage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(got.Payload, fmt.Sprintf(`{"id":%d,`, id)) {
			t.Fatalf("the %dth is %s", id, got.Payload)
		}
	}
	if n := testutil.ToFloat64(p.published); n != sent {
		t.Errorf("%v counted as published, want %d", n, sent)
	}
}

func TestNobodyWaitsForRedis(t *testing.T) {
	t.Parallel()
	p, server, _ := start(t)
	if err := server.Process().Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Process().Signal(syscall.SIGCONT); err != nil {
			t.Error(err)
		}
	})
	began := time.Now()
	const sent = 2 * queueLength
	tell(p, 1, sent)
	if took := time.Since(began); took > time.Second {
		t.Errorf("handing over took %s", took)
	}
	if n := testutil.ToFloat64(p.dropped); n < sent-queueLength-maxPipeline {
		t.Errorf("%v counted as dropped: the queue is not bounded", n)
	}
	began = time.Now()
	p.Close()
	if took := time.Since(began); took > 3*sendTimeout {
		t.Errorf("closing took %s", took)
	}
}

func TestDropsWhileRedisIsAway(t *testing.T) {
	t.Parallel()
	p, server, _ := start(t)
	if err := server.Stop(); err != nil {
		t.Fatal(err)
	}
	tell(p, 1, 10)
	began := time.Now()
	p.Close()
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("closing took %s", took)
	}
	if n := testutil.ToFloat64(p.dropped); n != 10 {
		t.Errorf("%v counted as dropped, want 10", n)
	}
}
