package gateway

import (
	"net/http"
	"os"
	"strings"
	"testing"
)

func checkRefusals(t *testing.T, refused []answer, want int) {
	t.Helper()
	if len(refused) != want {
		t.Errorf("%d are refused, want %d", len(refused), want)
	}
	for _, a := range refused {
		if a.status != http.StatusTooManyRequests || a.header.Get("Retry-After") == "" || a.header.Get("Content-Type") != "application/json" ||
			!strings.HasPrefix(a.body, `{"error":{"code":"rate_limited","message":"`) {
			t.Fatalf("refused by %+v", a)
		}
	}
}

func TestRequestsUnderWayAreBoundedForEachAddress(t *testing.T) {
	t.Parallel()
	b := start(t, false)
	checkRefusals(t, b.hold("/hold", "198.51.100.1", 130, 100), 30)
	checkRefusals(t, b.hold("/hold", "198.51.100.2", 100, 100), 0)        // somebody else
	checkRefusals(t, b.hold("/chat/stream", "198.51.100.1", 100, 100), 0) // streams are counted apart
	b.release()
	for range 10 {
		b.untilAnswered("198.51.100.1")
	}
}

// Behind a proxy, somebody in a private network names further addresses.
func TestClientsBehindAProxyDontChooseTheirAddress(t *testing.T) {
	t.Parallel()
	conf, err := os.ReadFile("../../nginx/proxied.conf")
	if err != nil {
		t.Fatal(err)
	}
	b := start(t, false, strings.ReplaceAll(string(conf), "real_ip_header ", "# it is said already: "))
	checkRefusals(t, b.hold("/hold", "198.51.100.1, 172.20.5.5", 100, 100), 0)
	checkRefusals(t, b.hold("/hold", "198.51.100.2, 172.20.5.5", 10, 0), 10)
	checkRefusals(t, b.hold("/hold", "172.20.5.6", 10, 10), 0)
}

func TestStreamsAreBoundedForEachAddress(t *testing.T) {
	t.Parallel()
	b := start(t, false)
	const most = 2000
	for held := 0; held < most; { // the rate is bounded as well: some come too soon
		n := min(most-held, 500)
		held += n - len(b.hold("/chat/stream", "198.51.100.1", n, 0))
		b.untilAnswered("198.51.100.1")
	}
	for range 5 {
		b.untilAnswered("198.51.100.1") // so it is not the rate that refuses
		checkRefusals(t, b.hold("/chat/stream", "198.51.100.1", 1, 0), 1)
	}
	checkRefusals(t, b.hold("/chat/stream", "198.51.100.2", 5, 5), 0)
}

func TestRequestsASecondAreBoundedForEachAddress(t *testing.T) {
	t.Parallel()
	b := start(t, false)
	if n := b.untilRefused(http.MethodGet, "/", "198.51.100.1"); n < 1000 {
		t.Errorf("refused after %d requests, want 1000 at the least", n)
	}
	if a := b.ask(t.Context(), http.MethodGet, "/", "198.51.100.2"); a.status != http.StatusOK {
		t.Errorf("somebody else: %+v", a)
	}
}

func TestSignInsASecondAreBoundedForEachAddress(t *testing.T) {
	t.Parallel()
	b := start(t, false)
	for i, path := range []string{"/login", "/register", "/password", "/%6cogin", "//login"} {
		from := "198.51.100." + string(rune('1'+i))
		if n := b.untilRefused(http.MethodPost, path, from); n < 100 || n >= 1000 {
			t.Errorf("POST %s: refused after %d, want some hundred", path, n)
		}
		if a := b.ask(t.Context(), http.MethodGet, "/login", from); a.status != http.StatusOK {
			t.Errorf("GET /login after POST %s: %+v", path, a)
		}
	}
}

// An IPv6 client has a /64. Some addresses have bytes that a careless pattern
// would take for ends of lines.
func TestIPv6ClientIsItsNetwork(t *testing.T) {
	t.Parallel()
	b := start(t, false)
	for _, row := range []struct{ one, same, other string }{
		{"2001:db8::1", "2001:db8::ffff:1:2:3", "2001:db8:0:1::1"},
		{"2001:a0a:a0a:a0a::a", "2001:a0a:a0a:a0a:a0a:a0a:a0a:a0a", "2001:a0a:a0a:a0b::a"},
		{"10.10.10.10", "10.10.10.10", "10.10.10.11"},
	} {
		b.hold("/hold", row.one, 100, 100)
		checkRefusals(t, b.hold("/hold", row.same, 1, 0), 1)
		checkRefusals(t, b.hold("/hold", row.other, 1, 1), 0)
	}
}

func TestLimitsCanBeOff(t *testing.T) {
	t.Parallel()
	b := start(t, true)
	checkRefusals(t, b.hold("/hold", "198.51.100.1", 300, 300), 0)
	for range 300 {
		if a := b.ask(t.Context(), http.MethodPost, "/login", "198.51.100.1"); a.status != http.StatusOK {
			t.Fatalf("%+v", a)
		}
	}
}
