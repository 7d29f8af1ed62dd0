package scale

import (
	"math"
	"testing"
)

func TestSizeAddsUp(t *testing.T) {
	t.Parallel()
	c := sample()
	u := Use{Streams: 100_000, Posts: 0.01, Rooms: 10, Listeners: 20, Opens: 0.004}
	s := c.Size(u, Pod{Streams: 20_000, Processors: 2, Busy: 0.5}, Prices{Processor: 10, Gigabyte: 2, Egress: 0.1})
	near(t, "posts", s.Posts, 1000, 1e-9)
	near(t, "deliveries", s.Deliveries, 20_000, 1e-9)
	near(t, "pods", s.Pods, 5, 1e-9)
	share := 1 - math.Pow(0.8, 20)
	near(t, "copies", s.Copies, 1000*5*share, 1e-9)
	near(t, "heads", s.Heads, 100_000+5*50_000*share, 1e-9)
	near(t, "Postgres for heads", s.HeadsCPU, s.Heads*2/1e6, 1e-9)
	near(t, "Postgres for posts", s.PostsCPU, 1000*40/1e6, 1e-9)
	near(t, "Postgres for sessions", s.SessionsCPU, (400*30+5*1000*1)/1e6, 1e-9)
	near(t, "Redis", s.RedisCPU, (1000*3+s.Copies*2)/1e6, 1e-9)
	near(t, "memory", s.StreamMemory, 5*(30<<20)+100_000*(1400+1000+10*32), 1e-9)
	near(t, "the kernel's", s.KernelMemory, 3*100_000*3000, 1e-9)
	near(t, "network", s.Network, 8*20_000*(400+tcpAndTLS), 1e-9)
	near(t, "egress", s.MonthEgress, s.Network/8*30*24*3600/3/1e9*0.1, 1e-9)
	if s.RedisShards != math.Ceil(s.RedisCPU/perShard) || s.RedisShards < 1 {
		t.Errorf("%g shards for %g processors", s.RedisShards, s.RedisCPU)
	}
}

// Who shares rooms shares a replica then: one copy a message, each room's head
// compared once.
func TestAffinity(t *testing.T) {
	t.Parallel()
	c := sample()
	u := Office(1e6)
	pod, prices := Pod{Streams: 15_000, Processors: 2, Busy: 0.5}, ListPrices()
	apart := c.Size(u, pod, prices)
	u.Affinity = true
	together := c.Size(u, pod, prices)
	near(t, "copies", together.Copies, together.Posts, 1e-9)
	near(t, "heads", together.Heads, u.Streams+u.rooms(), 1e-9)
	if together.PostgresCPU >= apart.PostgresCPU || together.RedisCPU >= apart.RedisCPU {
		t.Error("affinity spares nothing")
	}
}

func TestPings(t *testing.T) {
	t.Parallel()
	near(t, "of silence", Use{Streams: 1500}.pings(), 100, 1e-9)
	near(t, "of near silence", Use{Streams: 1500, Posts: 1e-9, Listeners: 1}.pings(), 100, 1e-6)
	if p := (Use{Streams: 1500, Posts: 1, Listeners: 10}).pings(); p > 1e-50 {
		t.Errorf("%g pings where messages are never silent", p)
	}
}

// A pod that is busier than it may be gets company.
func TestPodsBearTheirProcessors(t *testing.T) {
	t.Parallel()
	c := sample()
	u := Use{Streams: 20_000, Posts: 0.4, Rooms: 1, Listeners: 50}
	s := c.Size(u, Pod{Streams: 20_000, Processors: 2, Busy: 0.5}, ListPrices())
	if s.Pods < 4 || s.StreamCPU > s.Pods*2*0.5 {
		t.Errorf("%g pods use %g processors", s.Pods, s.StreamCPU)
	}
}
