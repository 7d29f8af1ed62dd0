package load

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"parley/deploy/bench/internal/floor"
	"parley/deploy/bench/internal/wire"
	"parley/testkit"
)

func startFloor(t *testing.T) netip.AddrPort {
	t.Helper()
	port, err := testkit.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	addr := netip.MustParseAddrPort("127.0.0.1:" + strconv.Itoa(port))
	go func() { t.Error(floor.Serve(addr)) }()
	for deadline := time.Now().Add(5 * time.Second); ; {
		posted, err := Publish(t.Context(), Plan{Posts: []*Template{post(addr)}, Connections: 1, Rate: 1, For: time.Millisecond})
		if err == nil && posted.OK == 1 {
			return addr
		}
		if time.Now().After(deadline) {
			t.Fatal("the floor does not answer:", err)
		}
	}
}

func post(to netip.AddrPort) *Template {
	body := `{"body":"` + Body(150) + `"}`
	template := NewTemplate(to, fmt.Appendf(nil, "POST / HTTP/1.1\r\nHost: floor\r\nContent-Length: %d\r\n\r\n%s", len(body), body))
	return &template
}

func TestCrowdReceivesWhatIsPosted(t *testing.T) {
	t.Parallel()
	addr := startFloor(t)
	reader, err := NewReader()
	if err != nil {
		t.Fatal(err)
	}
	const streams = 50
	listeners := make([]Listener, streams)
	for i := range listeners {
		listeners[i] = Listener{To: addr, Request: []byte("GET / HTTP/1.1\r\nHost: floor\r\n\r\n")}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	crowd := reader.Open(listeners, 7)
	if err := crowd.Opened(ctx, 0); err != nil {
		t.Fatal(err)
	}
	for _, plan := range []Plan{
		{Connections: 1, For: 50 * time.Millisecond},
		{Connections: 16, For: 50 * time.Millisecond},
		{Connections: 2, Rate: 200, For: 50 * time.Millisecond},
	} {
		crowd.Reset()
		plan.Posts = []*Template{post(addr)}
		posted, err := Publish(ctx, plan)
		if err != nil || posted.OK == 0 || posted.Failed() != 0 {
			t.Fatalf("%+v: %v", posted, err)
		}
		if plan.Rate > 0 && posted.OK != 10 {
			t.Errorf("%d posts, want 10", posted.OK)
		}
		if err := crowd.Await(ctx, func(t *wire.Tally) bool { return t.Messages >= posted.OK*streams }); err != nil {
			t.Fatal(err)
		}
		tally := crowd.Tally()
		if tally.Messages != posted.OK*streams || tally.Faults() != 0 || crowd.Orders() != 1 {
			t.Errorf("%d messages of %d posts, %d faults, %d orders", tally.Messages, posted.OK, tally.Faults(), crowd.Orders())
		}
		if latency := tally.Latency.Quantile(0.5); latency <= 0 || latency > time.Second {
			t.Errorf("a latency of %s", latency)
		}
	}
	crowd.Close()
	if err := reader.Close(); err != nil {
		t.Error(err)
	}
}

func TestEndIsNoticedBehindTheLastMessage(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\n\r\nid: 1\ndata: %s\n\nevent: end\ndata: {\"reason\":\"drain\"}\n\n", strings.Replace(Placeholder, "SSSSSSSSSSSSSSSS.NNNNNNNN", "0000000000000001.00000001", 1))
		conn.Close()
	}()
	reader, err := NewReader()
	if err != nil {
		t.Fatal(err)
	}
	crowd := reader.Open([]Listener{{To: netip.MustParseAddrPort(l.Addr().String()), Request: []byte("GET / HTTP/1.1\r\n\r\n")}}, 0)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	err = crowd.Await(ctx, func(t *wire.Tally) bool { return t.Messages == 1 && t.Ends["drain"] == 1 && t.Closed == 1 })
	if err != nil {
		t.Error(err)
	}
	if err := reader.Close(); err != nil {
		t.Error(err)
	}
}

func TestNobodyListens(t *testing.T) {
	t.Parallel()
	reader, err := NewReader()
	if err != nil {
		t.Fatal(err)
	}
	crowd := reader.Open([]Listener{{To: netip.MustParseAddrPort("127.0.0.1:1"), Request: []byte("GET / HTTP/1.1\r\n\r\n")}}, 0)
	if err := crowd.Opened(t.Context(), 0); err == nil {
		t.Error("opened a stream of nobody")
	}
	crowd.Close()
	if err := reader.Close(); err != nil {
		t.Error(err)
	}
}
