package doorbell

import (
	"context"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"parley/core/session"
	"parley/core/wire"
	"parley/testkit"
)

// failover is for what takes 3 or 4 s on a quiet machine: see make chaos-redis.
const failover = 45 * time.Second

// hears publishes to topics until all of them have arrived, and returns how long
// that took.
func (b *bundle) hears(topics ...wire.Topic) time.Duration {
	b.t.Helper()
	began := time.Now()
	missing := make(map[wire.Topic]bool)
	for _, topic := range topics {
		missing[topic] = true
	}
	round := 0
	for len(missing) > 0 {
		if time.Since(began) > failover {
			b.t.Fatalf("%d of %d topics are not heard", len(missing), len(topics))
		}
		round++
		for topic := range missing {
			ctx, cancel := context.WithTimeout(b.t.Context(), 500*time.Millisecond)
			if cluster, ok := b.client.(*redis.ClusterClient); ok {
				_ = cluster.SPublish(ctx, topic.Channel(), "now").Err() // a shard may be away
			} else {
				_ = b.client.Publish(ctx, topic.Channel(), "now").Err()
			}
			cancel()
		}
		b.drain(20*time.Millisecond, missing)
	}
	return time.Since(began)
}

// drain takes what arrives off what is missing.
func (b *bundle) drain(d time.Duration, missing map[wire.Topic]bool) {
	for {
		select {
		case got := <-b.messages:
			topic, _, _ := strings.Cut(got, " ")
			delete(missing, wire.Topic(topic))
		case <-time.After(d):
			return
		}
	}
}

func rooms(n int) []wire.Topic {
	topics := make([]wire.Topic, n)
	for i := range topics {
		topics[i] = wire.RoomTopic(fmt.Sprintf("room-%d", i))
	}
	return topics
}

func (b *bundle) joinAll(topics []wire.Topic) {
	b.t.Helper()
	b.await("lines to all masters", func() bool { return b.cluster == nil || b.cluster.count() })
	for _, topic := range topics {
		select {
		case <-b.Join(topic):
		case <-time.After(patience):
			b.t.Fatalf("the subscription to %s is not acknowledged", topic)
		}
	}
}

func TestCluster(t *testing.T) {
	t.Parallel()
	servers := testkit.Cluster(t)
	b := startOn(t, servers.URL())
	topics := rooms(100)
	b.joinAll(topics)
	if n := len(b.cluster.lines); n != 3 {
		t.Errorf("%d lines to three masters", n)
	}

	// What is acknowledged is heard at the first try, and once; what is left, no more.
	for _, topic := range topics {
		b.publish(topic.Channel(), "once")
		b.want(string(topic) + " once")
	}
	b.Leave(topics[0])
	b.await("end of the subscription", func() bool {
		n, err := b.client.PubSubShardNumSub(t.Context(), topics[0].Channel()).Result()
		return err == nil && n[topics[0].Channel()] == 0
	})
	topics = topics[1:]
	key, _ := session.NewToken().Key()
	b.publish(wire.SessionsEndedChannel, string(wire.SessionsEnded{Keys: []session.Key{key}}.AppendJSON(nil)))
	select {
	case <-b.ended:
	case <-time.After(patience):
		t.Fatal("the notice of an ended session did not come")
	}

	for _, fault := range []struct {
		name        string
		break_, fix func(*testkit.RedisServer) error
	}{
		{
			"master killed",
			func(s *testkit.RedisServer) error { return s.Process().Stop(syscall.SIGKILL, patience) },
			func(s *testkit.RedisServer) error { return s.Start(t.Context()) },
		},
		{
			"master frozen",
			func(s *testkit.RedisServer) error { return s.Process().Signal(syscall.SIGSTOP) },
			func(s *testkit.RedisServer) error { return s.Process().Signal(syscall.SIGCONT) },
		},
	} {
		master, err := servers.Master(t.Context(), topics[0].Channel())
		if err != nil {
			t.Fatal(err)
		}
		before := b.renewed.Load()
		if err := fault.break_(master); err != nil {
			t.Fatal(err)
		}
		took := b.hears(topics...)
		t.Logf("%s: all is heard again after %s", fault.name, took)
		if b.renewed.Load() == before {
			t.Errorf("%s: nobody is told that something may be lost", fault.name)
		}
		if err := fault.fix(master); err != nil {
			t.Fatal(err)
		}
		b.await("all lines", b.cluster.count)
		b.hears(topics...)
	}
}

// A slot that moves takes its topics along.
func TestSlotMoves(t *testing.T) {
	t.Parallel()
	servers := testkit.Cluster(t)
	b := startOn(t, servers.URL())
	topics := rooms(30)
	b.joinAll(topics)
	moving := topics[7]
	from, err := servers.Master(t.Context(), moving.Channel())
	if err != nil {
		t.Fatal(err)
	}
	to := servers.Servers()[0]
	if to == from {
		to = servers.Servers()[1]
	}
	before := b.renewed.Load()
	moveSlot(t, slotOf(moving.Channel()), from, to)
	t.Logf("heard after %s", b.hears(topics...))
	b.await("somebody to be told that something may be lost", func() bool { return b.renewed.Load() > before })
	if now, err := servers.Master(t.Context(), moving.Channel()); err != nil || now != to {
		t.Errorf("the slot has not moved: %v", err)
	}
}

func moveSlot(t *testing.T, slot int, from, to *testkit.RedisServer) {
	t.Helper()
	source, target := from.Client(), to.Client()
	defer source.Close()
	defer target.Close()
	do := func(c *redis.Client, args ...any) string {
		t.Helper()
		text, err := c.Do(t.Context(), args...).Text()
		if err != nil {
			t.Fatal(args, err)
		}
		return text
	}
	sourceID, targetID := do(source, "CLUSTER", "MYID"), do(target, "CLUSTER", "MYID")
	do(target, "CLUSTER", "SETSLOT", slot, "IMPORTING", sourceID)
	do(source, "CLUSTER", "SETSLOT", slot, "MIGRATING", targetID)
	do(target, "CLUSTER", "SETSLOT", slot, "NODE", targetID)
	do(source, "CLUSTER", "SETSLOT", slot, "NODE", targetID)
}

// A Sentinel makes a replica the master when the master dies.
func TestSentinels(t *testing.T) {
	t.Parallel()
	servers := testkit.Sentinels(t)
	b := startOn(t, servers.URL())
	topics := rooms(10)
	for _, topic := range topics {
		<-b.Join(topic)
	}
	b.hears(topics...)
	master, err := servers.Master(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := master.Process().Stop(syscall.SIGKILL, patience); err != nil {
		t.Fatal(err)
	}
	t.Logf("all is heard again after %s", b.hears(topics...))
}

func TestSlotOf(t *testing.T) {
	t.Parallel()
	server := testkit.Redis(t, "cluster-enabled yes", fmt.Sprintf("cluster-port %d", freePort(t)))
	client := server.Client()
	defer client.Close()
	for _, channel := range []string{
		"", "a", "123456789", "chat:room.general", "chat:user.ada", "{}", "{}a", "{a}", "x{a}y", "x{a}{b}", "}{a}", "{a", "{{a}}", "\xff\x00é",
	} {
		want, err := client.ClusterKeySlot(t.Context(), channel).Result()
		if err != nil {
			t.Fatal(err)
		}
		if got := slotOf(channel); got != int(want) {
			t.Errorf("%q: %d, want %d", channel, got, want)
		}
	}
}

func freePort(t *testing.T) int {
	t.Helper()
	port, err := testkit.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	return port
}

func TestReachable(t *testing.T) {
	t.Parallel()
	for _, row := range [][3]string{
		{"10.0.0.1:6379", "redis:7000", "10.0.0.1:6379"},
		{":6379", "redis:7000", "redis:6379"},
		{"?:6379", "[::1]:7000", "[::1]:6379"},
		{"x", "redis:7000", "x"},
	} {
		if got := reachable(row[0], row[1]); got != row[2] {
			t.Errorf("%s by %s: %s, want %s", row[0], row[1], got, row[2])
		}
	}
}

func TestStoppingInAClusterLeavesNothing(t *testing.T) {
	b := startOn(t, testkit.Cluster(t).URL())
	b.joinAll(rooms(10))
	b.stop()
	goleak.VerifyNone(t, goleak.IgnoreCurrent())
}
