package serve

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestClient(t *testing.T) {
	t.Parallel()
	var proxies Proxies
	if err := proxies.UnmarshalText([]byte("127.0.0.0/8, ::1,10.0.0.0/8,")); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		peer      string
		forwarded []string
		want      string
	}{
		{"203.0.113.7:1", nil, "203.0.113.7"},
		{"203.0.113.7:1", []string{"198.51.100.1"}, "203.0.113.7"}, // not a proxy of ours
		{"127.0.0.1:1", nil, "127.0.0.1"},
		{"127.0.0.1:1", []string{"198.51.100.1"}, "198.51.100.1"},
		{"127.0.0.1:1", []string{"1.1.1.1, 198.51.100.1"}, "198.51.100.1"}, // the client wrote the first
		{"127.0.0.1:1", []string{"1.1.1.1", "198.51.100.1, 10.0.0.9"}, "198.51.100.1"},
		{"127.0.0.1:1", []string{"10.0.0.8,10.0.0.9"}, "10.0.0.8"},
		{"127.0.0.1:1", []string{"nonsense"}, "127.0.0.1"},
		{"127.0.0.1:1", []string{"nonsense, 10.0.0.9"}, "10.0.0.9"},
		{"[::1]:1", []string{"2001:db8::1"}, "2001:db8::1"},
		{"[::ffff:127.0.0.1]:1", []string{"::ffff:198.51.100.1"}, "198.51.100.1"},
		{"@", []string{"198.51.100.1"}, "198.51.100.1"}, // a Unix socket
		{"@", nil, "invalid IP"},
	} {
		r := request(t, row.peer)
		for _, value := range row.forwarded {
			r.Header.Add("X-Forwarded-For", value)
		}
		if got := proxies.Client(r).String(); got != row.want {
			t.Errorf("%s for %q: %s, want %s", row.peer, row.forwarded, got, row.want)
		}
	}
}

// FuzzForwarded holds that nobody but a proxy of ours is believed, and that
// what is believed is an address.
func FuzzForwarded(f *testing.F) {
	for _, seed := range []string{"", "198.51.100.1", "1.1.1.1, 10.0.0.9", "::ffff:10.0.0.1", "fe80::1%eth0", "[::1]:80", ",,,", "unknown", "10.0.0.8,\x00"} {
		f.Add(seed)
	}
	var proxies Proxies
	if err := proxies.UnmarshalText([]byte("127.0.0.0/8,10.0.0.0/8")); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, forwarded string) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.Header.Set("X-Forwarded-For", forwarded)
		r.RemoteAddr = "203.0.113.7:1"
		if got := proxies.Client(r).String(); got != "203.0.113.7" {
			t.Errorf("%q makes a stranger %s", forwarded, got)
		}
		r.RemoteAddr = "10.0.0.1:1"
		if got := proxies.Client(r); !got.IsValid() || got.Zone() != "" || got.Is4In6() {
			t.Errorf("%q makes the client %s", forwarded, got)
		}
	})
}

func TestHTTPS(t *testing.T) {
	t.Parallel()
	var proxies Proxies
	if err := proxies.UnmarshalText([]byte("127.0.0.1")); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		peer, proto string
		want        bool
	}{
		{"127.0.0.1:1", "https", true}, {"127.0.0.1:1", "http", false}, {"127.0.0.1:1", "", false},
		{"@", "https", true}, {"203.0.113.7:1", "https", false},
	} {
		r := request(t, row.peer)
		r.Header.Set("X-Forwarded-Proto", row.proto)
		if got := proxies.HTTPS(r); got != row.want {
			t.Errorf("%s by %q: %v", row.peer, row.proto, got)
		}
	}
}

func TestProxiesThatAreNone(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"nonsense", "10.0.0.0/33", "10.0.0.1,x"} {
		var proxies Proxies
		if err := proxies.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q was accepted as %v", text, proxies)
		}
	}
}

func request(t *testing.T, peer string) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	r.RemoteAddr = peer
	return r
}
