package proxy

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"parley/core/wire"
	"parley/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

const patience = 20 * time.Second

// setup returns a proxy in front of a Redis, a client that goes through it, and
// one that doesn't.
func setup(t *testing.T) (p *Proxy, through, direct *redis.Client) {
	t.Helper()
	server := testkit.Redis(t)
	p, err := Listen()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	addr := "127.0.0.1:" + strconv.Itoa(server.Port())
	p.To(addr)
	return p, client(t, p.Addr()), client(t, addr)
}

func client(t *testing.T, addr string) *redis.Client {
	t.Helper()
	c := redis.NewClient(&redis.Options{Addr: addr, MaxRetries: -1, ReadTimeout: patience})
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func subscribe(t *testing.T, c *redis.Client, channels ...string) *redis.PubSub {
	t.Helper()
	s := c.Subscribe(t.Context(), channels...)
	t.Cleanup(func() { _ = s.Close() })
	for range channels {
		if _, err := s.ReceiveTimeout(t.Context(), patience); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func publish(t *testing.T, c *redis.Client, channel string, n int) {
	t.Helper()
	for i := range n {
		if err := c.Publish(t.Context(), channel, i).Err(); err != nil {
			t.Fatal(err)
		}
	}
}

// receive returns the payloads of the next n messages.
func receive(t *testing.T, s *redis.PubSub, n int) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var got []string
	for range n {
		m, err := s.ReceiveMessage(ctx)
		if err != nil {
			t.Fatalf("after %q: %v", got, err)
		}
		got = append(got, m.Payload)
	}
	return got
}

func numbers(n int) []string {
	var all []string
	for i := range n {
		all = append(all, strconv.Itoa(i))
	}
	return all
}

func TestFairWeatherPassesAll(t *testing.T) {
	t.Parallel()
	p, through, direct := setup(t)
	s := subscribe(t, through, wire.RoomTopic("general").Channel())
	publish(t, direct, wire.RoomTopic("general").Channel(), 20)
	if got := receive(t, s, 20); !slices.Equal(got, numbers(20)) {
		t.Errorf("got %q", got)
	}
	if err := through.Set(t.Context(), "key", strings.Repeat("x", 1<<20), 0).Err(); err != nil {
		t.Error(err)
	}
	if got, err := through.Get(t.Context(), "key").Result(); err != nil || len(got) != 1<<20 {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if got := p.Counts(); got != (Counts{Passed: 20}) {
		t.Errorf("counts %+v", got)
	}
}

func TestBadWeather(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		weather Weather
		come    int
		counts  Counts
	}{
		{"all dropped", Weather{Drop: 1}, 0, Counts{Dropped: 20}},
		{"all repeated", Weather{Repeat: 1, By: 50 * time.Millisecond}, 40, Counts{Repeated: 20, Passed: 20}},
		{"all late", Weather{Late: 1, By: 50 * time.Millisecond}, 20, Counts{Late: 20}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			p, through, direct := setup(t)
			s := subscribe(t, through, wire.RoomTopic("general").Channel(), "chat:probe.x")
			p.Set(row.weather)
			publish(t, direct, wire.RoomTopic("general").Channel(), 20)
			got := receive(t, s, row.come)
			slices.Sort(got)
			want := numbers(20)[:min(row.come, 20)]
			slices.Sort(want)
			if !slices.Equal(slices.Compact(got), want) {
				t.Errorf("got %q", got)
			}
			publish(t, direct, "chat:probe.x", 1)
			if m, err := s.ReceiveMessage(t.Context()); err != nil || m.Channel != "chat:probe.x" {
				t.Errorf("a message of no room: %v, %v", m, err)
			}
			if counts := p.Counts(); counts != row.counts {
				t.Errorf("counts %+v", counts)
			}
		})
	}
}

func TestStallIsSilence(t *testing.T) {
	t.Parallel()
	p, through, direct := setup(t)
	s := subscribe(t, through, wire.RoomTopic("general").Channel())
	p.Stall()
	p.Stall() // again makes no difference
	publish(t, direct, wire.RoomTopic("general").Channel(), 1)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if m, err := s.ReceiveTimeout(ctx, 50*time.Millisecond); err == nil {
		t.Errorf("through a stalled proxy came %v", m)
	}
	p.Flow()
	p.Flow()
	if got := receive(t, s, 1); got[0] != "0" {
		t.Errorf("after the stall: %q", got)
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	p, through, _ := setup(t)
	if err := through.Ping(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	s := subscribe(t, through, wire.RoomTopic("general").Channel())
	if n := p.Cut(); n != 2 {
		t.Errorf("cut %d connections, want 2", n)
	}
	if _, err := s.ReceiveTimeout(t.Context(), patience); err == nil {
		t.Error("a subscription survived")
	}
	p.To("127.0.0.1:1")
	if err := client(t, p.Addr()).Ping(t.Context()).Err(); err == nil {
		t.Error("a Redis that is away answers")
	}
}

func TestValues(t *testing.T) {
	t.Parallel()
	values := []string{
		"+OK\r\n", "-ERR no\r\n", ":1\r\n", "_\r\n", "#t\r\n", ",1.5\r\n", "$-1\r\n", "*-1\r\n", "$0\r\n\r\n", "$4\r\na\r\nb\r\n",
		"*2\r\n$1\r\na\r\n*1\r\n:1\r\n", "%1\r\n+a\r\n:1\r\n", "~1\r\n+a\r\n", ">3\r\n$7\r\nmessage\r\n$17\r\nchat:room.general\r\n$2\r\nhi\r\n",
	}
	r := newReader(strings.NewReader(strings.Join(values, "")))
	for _, want := range values {
		got, err := r.value()
		if err != nil || string(got) != want {
			t.Errorf("got %q, %v; want %q", got, err, want)
		}
		if isRoomMessage(got) != strings.Contains(want, "chat:room.") {
			t.Errorf("%q is taken for what it is not", want)
		}
	}
	if _, err := r.value(); !errors.Is(err, io.EOF) {
		t.Error(err)
	}
}

func FuzzValue(f *testing.F) {
	for _, seed := range []string{"+OK\r\n", "*2\r\n$1\r\na\r\n:1\r\n", "$99999999999\r\n", "*3\r\n*3\r\n*3\r\n", "x", "%-1\r\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		r := newReader(bytes.NewReader(input))
		for {
			value, err := r.value()
			if err != nil {
				return
			}
			if !bytes.HasPrefix(input, value) {
				t.Fatalf("%q is no part of %q", value, input)
			}
			input = input[len(value):]
			isRoomMessage(value)
		}
	})
}
