package app

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/core/serve"
	"parley/core/session"
	"parley/testkit"
)

func TestClientsDontChooseTheirAddress(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		proxies   serve.Proxies
		forwarded func(i int) string
		limited   bool
	}{
		"not through a proxy of ours":       {nil, func(i int) string { return fmt.Sprintf("198.51.100.%d", i) }, true},
		"before what our proxy says":        {testConfig(t).TrustedProxies, func(i int) string { return fmt.Sprintf("198.51.100.%d, 203.0.113.7", i) }, true},
		"one customer's addresses":          {testConfig(t).TrustedProxies, func(i int) string { return fmt.Sprintf("2001:db8:1:2::%d", i+1) }, true},
		"clients that our proxy tells from": {testConfig(t).TrustedProxies, func(i int) string { return fmt.Sprintf("198.51.100.%d", i) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := start(t, func(cfg *Config) { cfg.RateLimitRegister, cfg.TrustedProxies = 2, row.proxies })
			last := 0
			for i := range 3 {
				c := &client{t: t, url: b.url}
				last = c.post("/register", fields{"username": fmt.Sprint("user", i), "password": password}, "X-Forwarded-For", row.forwarded(i)).status
			}
			if (last == 429) != row.limited {
				t.Errorf("the third: %d, limited %v", last, row.limited)
			}
		})
	}
}

func TestHTTPSIsAProxysWord(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		proxies serve.Proxies
		proto   string
		https   bool
	}{
		"ours, https":  {testConfig(t).TrustedProxies, "https", true},
		"ours, http":   {testConfig(t).TrustedProxies, "http", false},
		"ours, silent": {testConfig(t).TrustedProxies, "", false},
		"anybody":      {nil, "https", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := start(t, func(cfg *Config) { cfg.TrustedProxies = row.proxies })
			a := b.post("/register", fields{"username": "ada", "password": password}, "X-Forwarded-Proto", row.proto)
			if secure := strings.Contains(a.header.Get("Set-Cookie"), "; Secure"); a.status != 201 || secure != row.https {
				t.Errorf("%d, cookie %s", a.status, a.header.Get("Set-Cookie"))
			}
			want := ""
			if row.https {
				want = "max-age=31536000"
			}
			if got := a.header.Get("Strict-Transport-Security"); got != want {
				t.Errorf("Strict-Transport-Security %q, want %q", got, want)
			}
		})
	}
}

func TestNothingPrivateIsKept(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada := b.register("ada")
	page := &client{t: t, url: b.url, cookie: ada.cookie, accept: "text/html"}
	for what, a := range map[string]answer{
		"register":   b.post("/register", fields{"username": "bob", "password": password}),
		"login":      b.post("/login", fields{"username": "bob", "password": password}),
		"post":       ada.post("/chat/general/messages", fields{"body": "hi"}),
		"create":     ada.post("/chat", fields{"name": "random"}),
		"rooms":      ada.get("/chat"),
		"history":    ada.get("/chat/general/messages"),
		"sessions":   ada.get("/sessions"),
		"room page":  page.get("/chat/general"),
		"to sign in": (&client{t: t, url: b.url, accept: "text/html"}).get("/chat"),
		"no room":    ada.get("/chat/nowhere"),
		"nothing":    ada.get("/nothing"),
		"refused":    ada.post("/chat", fields{"name": "x"}, "Origin", "https://evil.example"),
		"logout":     b.post("/logout", nil),
	} {
		if got := a.header.Get("Cache-Control"); got != "no-store" {
			t.Errorf("%s (%d): Cache-Control %q", what, a.status, got)
		}
	}
}

// lockedBuffer may be written by many.
type lockedBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

func TestLogsTellNoSecret(t *testing.T) {
	t.Parallel()
	cfg := testConfig(t)
	server, url := testkit.Postgres(t)
	redis := testkit.Redis(t)
	cfg.DatabaseURL, cfg.RedisURL = url, redis.URL()
	var logged lockedBuffer
	log, err := serve.NewLogger(&logged, "messages", "json", "debug")
	if err != nil {
		t.Fatal(err)
	}
	a, err := New(cfg, log)
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(a.Handler)
	c := &client{t: t, url: front.URL}
	passwords := []string{"first horse", "second horse", "wrong horse", "third horse"}
	var tokens []string
	step := func(path string, v any, status int) {
		t.Helper()
		if got := c.post(path, v); got.status != status {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
		if c.cookie != "" {
			tokens = append(tokens, c.cookie)
		}
	}
	step("/register", fields{"username": "ada", "password": passwords[0]}, 201)
	step("/register", fields{"username": "ada", "password": passwords[0]}, 409)
	step("/login", fields{"username": "ada", "password": passwords[0]}, 200)
	step("/login", fields{"username": "ada", "password": passwords[2]}, 401)
	step("/password", fields{"current": passwords[2], "password": passwords[1]}, 401)
	step("/password", fields{"current": passwords[0], "password": passwords[1]}, 204)
	c.form("/login", "username=ada&password=second+horse")
	c.get("/chat/general")
	c.post("/chat/general/messages", fields{"body": "said in private"})
	if err := server.Stop(); err != nil { // errors are logged with more
		t.Fatal(err)
	}
	step("/login", fields{"username": "ada", "password": passwords[1]}, 503)
	step("/register", fields{"username": "bob", "password": passwords[3]}, 503)
	step("/logout", nil, 503)
	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	// A connection of before fails once.
	eventually(t, 10*time.Second, func() bool { return c.post("/logout", nil).status == 204 })
	front.Close()
	a.Close()

	text := logged.String()
	if !strings.Contains(text, "/password") || !strings.Contains(text, `"status":503`) {
		t.Fatalf("the log is not of this: %s", text)
	}
	secrets := append(passwords, "horse", "said in private", "$argon2id$")
	for _, token := range tokens {
		raw, _ := base64.RawURLEncoding.DecodeString(token)
		key, _ := session.Token(token).Key()
		secrets = append(secrets, token, hex.EncodeToString(raw), hex.EncodeToString(key[:]), fmt.Sprint(key),
			base64.StdEncoding.EncodeToString(key[:]), base64.RawURLEncoding.EncodeToString(key[:]))
	}
	for _, secret := range secrets {
		if strings.Contains(text, secret) {
			t.Errorf("the log tells %q", secret)
		}
	}
}

// dial opens a connection to a service that runs as it does in earnest, with
// its deadlines and bounds.
func dial(t *testing.T, socket *http.Client) net.Conn {
	t.Helper()
	conn, err := socket.Transport.(*http.Transport).DialContext(t.Context(), "", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func launched(t *testing.T) *http.Client {
	t.Helper()
	cfg := testConfig(t)
	cfg.DatabaseURL, cfg.RedisURL = testkit.DatabaseURL(t), testkit.Redis(t).URL()
	c, _, stop := launch(t, cfg)
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func TestRequestsAreBounded(t *testing.T) {
	t.Parallel()
	c := launched(t)
	for name, row := range map[string]struct {
		request string
		status  int
	}{
		"long address":    {"GET /chat/" + strings.Repeat("a", 30<<10) + " HTTP/1.1\r\nHost: parley\r\n\r\n", 431},
		"long query":      {"GET /login?next=/" + strings.Repeat("a", 30<<10) + " HTTP/1.1\r\nHost: parley\r\n\r\n", 431},
		"large header":    {"GET /chat HTTP/1.1\r\nHost: parley\r\nCookie: " + strings.Repeat("a", 30<<10) + "\r\n\r\n", 431},
		"many headers":    {"GET /chat HTTP/1.1\r\nHost: parley\r\n" + strings.Repeat("A: b\r\n", 5<<10) + "\r\n", 431},
		"endless header":  {"GET /chat HTTP/1.1\r\nHost: parley\r\nA: " + strings.Repeat("a", 1<<20), 431},
		"long and served": {"GET /login?next=/" + strings.Repeat("a", 8<<10) + " HTTP/1.1\r\nHost: parley\r\n\r\n", 200},
		"no host":         {"GET /chat HTTP/1.1\r\n\r\n", 400},
		"two lengths":     {"POST /login HTTP/1.1\r\nHost: parley\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400},
		"length negative": {"POST /login HTTP/1.1\r\nHost: parley\r\nContent-Length: -1\r\n\r\n", 400},
		"large body said": {"POST /login HTTP/1.1\r\nHost: parley\r\nContent-Length: 99999999999\r\n\r\n" + strings.Repeat("a", 65<<10), 413},
	} {
		conn := dial(t, c)
		go io.WriteString(conn, row.request) // it may be cut short
		response, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if response.StatusCode != row.status {
			t.Errorf("%s: %d, want %d", name, response.StatusCode, row.status)
		}
		response.Body.Close()
	}
}

// A request that comes in drops is given up when its time is over, though each
// drop comes soon.
func TestSlowRequestsAreCutOff(t *testing.T) {
	t.Parallel()
	c := launched(t)
	for name, row := range map[string]struct {
		head   string
		status int // 0 if the connection is just closed
	}{
		"header": {"POST /login HTTP/1.1\r\nHost: parley\r\nA: ", 0},
		"body":   {"POST /login HTTP/1.1\r\nHost: parley\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n", 408},
		"chunks": {"POST /login HTTP/1.1\r\nHost: parley\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nff00\r\n", 408},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn := dial(t, c)
			ctx, stop := context.WithTimeout(t.Context(), readTimeout+10*time.Second)
			defer stop()
			go drip(ctx, conn, row.head)
			if err := conn.SetReadDeadline(time.Now().Add(readTimeout + 10*time.Second)); err != nil {
				t.Fatal(err)
			}
			in := bufio.NewReader(conn)
			response, err := http.ReadResponse(in, nil)
			switch {
			case row.status == 0:
				if err == nil || isTimeout(err) {
					t.Errorf("%v, %v; want the connection closed", response, err)
				}
				return
			case err != nil:
				t.Fatal(err)
			case response.StatusCode != row.status:
				t.Errorf("%d, want %d", response.StatusCode, row.status)
			}
			_, _ = io.Copy(io.Discard, response.Body)
			if _, err := in.ReadByte(); err == nil || isTimeout(err) {
				t.Errorf("afterwards: %v, want the connection closed", err)
			}
		})
	}
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

// drip sends head, and then a little each tenth of a second.
func drip(ctx context.Context, conn net.Conn, head string) {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	text := head
	for {
		if _, err := io.WriteString(conn, text); err != nil {
			return
		}
		text = "a"
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}
