package serve

import (
	"strings"
	"testing"
)

func TestHosts(t *testing.T) {
	t.Parallel()
	h, err := NewHosts("https://Chat.example.org:8443/", "parley, 192.0.2.7,[2001:db8::1], other.example:80")
	if err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]bool{
		"localhost": true, "localhost:8080": true, "LOCALHOST.": true, "a.localhost": true, "127.0.0.1:1": true, "127.9.9.9": true,
		"[::1]": true, "[::1]:8080": true, "::1": true, "[::ffff:127.0.0.1]:80": true,
		"chat.example.org": true, "chat.example.org:443": true, "CHAT.example.org.": true, "parley": true,
		"192.0.2.7:80": true, "[2001:db8:0::1]:443": true, "other.example": true,
		"": false, ".": false, "evil.example": false, "chat.example.org.evil.example": false, "notlocalhost": false, "localhost.evil.example": false,
		"192.0.2.8": false, "[2001:db8::2]": false, "[::1": false, "chat.example.org:x": false, "chat.example.org/": false,
		"evil@chat.example.org": false, ".localhost": false, "*": false, "127.0.0.1.evil.example": false,
	} {
		if got := h.Allow(host); got != want {
			t.Errorf("%q: %v, want %v", host, got, want)
		}
	}
	if all, err := NewHosts("", "*"); err != nil || !all.Allow("evil.example") || !all.Allow("") {
		t.Errorf("* does not allow all: %v", err)
	}
	if (Hosts{}).Allow("chat.example.org") || !(Hosts{}).Allow("localhost") {
		t.Error("the zero Hosts allows this machine's names alone")
	}
	for _, row := range [][2]string{
		{"chat.example.org", ""}, {"ftp://chat.example.org", ""}, {"https://", ""}, {"https://chat.example.org/path", ""},
		{"https://ada@chat.example.org", ""}, {"", "https://x"}, {"", "a b"}, {"", "*.example.org"},
	} {
		if _, err := NewHosts(row[0], row[1]); err == nil {
			t.Errorf("%q was accepted", row)
		}
	}
}

func FuzzHosts(f *testing.F) {
	for _, seed := range []string{"localhost", "[::1]:80", "a.b:1", "", "::", "[", "127.0.0.1", "x\x00.localhost"} {
		f.Add(seed)
	}
	h, err := NewHosts("https://chat.example.org", "")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, host string) {
		if !h.Allow(host) {
			return
		}
		folded := strings.ToLower(host)
		if !strings.Contains(folded, "localhost") && !strings.Contains(folded, "127.") && !strings.Contains(folded, "chat.example.org") &&
			!strings.Contains(folded, ":") {
			t.Errorf("%q is allowed", host)
		}
	})
}
