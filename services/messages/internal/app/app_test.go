package app

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"parley/core/serve"
	"parley/core/session"
	"parley/messages/internal/account"
	"parley/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// bundle is a running service with a database and a Redis of the test's own.
type bundle struct {
	*client
	app   *App
	url   string
	db    *pgxpool.Pool
	redis *testkit.RedisServer
}

func testConfig(t testing.TB) Config {
	t.Helper()
	var proxies serve.Proxies
	if err := proxies.UnmarshalText([]byte("127.0.0.0/8")); err != nil {
		t.Fatal(err)
	}
	return Config{SessionTTL: time.Hour, TrustedProxies: proxies, SignUp: account.SignUpOpen, AllowedHosts: "parley", Typing: true}
}

// start runs the service; change may alter its configuration first.
func start(t testing.TB, change ...func(*Config)) *bundle {
	t.Helper()
	b := &bundle{redis: testkit.Redis(t)}
	cfg := testConfig(t)
	cfg.DatabaseURL, cfg.RedisURL = testkit.DatabaseURL(t), b.redis.URL()
	for _, f := range change {
		f(&cfg)
	}
	var err error
	if b.db, err = pgxpool.New(t.Context(), cfg.DatabaseURL); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.db.Close)
	b.app, b.url = serveApp(t, cfg)
	b.client = &client{t: t, url: b.url}
	return b
}

func serveApp(t testing.TB, cfg Config) (*App, string) {
	t.Helper()
	a, err := New(cfg, slog.New(slog.NewTextHandler(t.Output(), nil)))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(a.Handler)
	t.Cleanup(func() { server.Close(); a.Close() })
	return a, server.URL
}

const deviceCookie = "parley_device"

// client is one browser or script. It follows no redirects.
type client struct {
	t      testing.TB
	url    string
	cookie string
	device string // the cookie by which an account knows it
	accept string
}

// answer is a response, read whole.
type answer struct {
	status int
	header http.Header
	body   string
}

// code returns the error code in the answer, or "".
func (a answer) code() string {
	var problem struct {
		Error struct{ Code string }
	}
	if json.Unmarshal([]byte(a.body), &problem) != nil {
		return ""
	}
	return problem.Error.Code
}

func (a answer) into(t testing.TB, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.body), v); err != nil {
		t.Fatalf("read %q: %v", a.body, err)
	}
}

// do sends a request and keeps the session cookie of the answer.
func (c *client) do(method, path, contentType string, body io.Reader, header ...string) answer {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.url+path, body)
	if err != nil {
		c.t.Fatal(err)
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	if c.accept != "" {
		r.Header.Set("Accept", c.accept)
	}
	if c.cookie != "" {
		r.AddCookie(&http.Cookie{Name: session.CookieName, Value: c.cookie})
	}
	if c.device != "" {
		r.AddCookie(&http.Cookie{Name: deviceCookie, Value: c.device})
	}
	for i := 0; i+1 < len(header); i += 2 {
		if header[i] == "Host" {
			r.Host = header[i+1]
			continue
		}
		r.Header.Set(header[i], header[i+1])
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer response.Body.Close()
	read, err := io.ReadAll(response.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	for _, cookie := range response.Cookies() {
		if cookie.Name == session.CookieName || cookie.Name == session.HostCookieName {
			c.cookie = cookie.Value
		}
		if cookie.Name == deviceCookie {
			c.device = cookie.Value
		}
	}
	return answer{response.StatusCode, response.Header, string(read)}
}

func (c *client) get(path string, header ...string) answer {
	c.t.Helper()
	return c.do(http.MethodGet, path, "", nil, header...)
}

func (c *client) post(path string, v any, header ...string) answer {
	c.t.Helper()
	body, err := json.Marshal(v)
	if err != nil {
		c.t.Fatal(err)
	}
	return c.do(http.MethodPost, path, "application/json", bytes.NewReader(body), header...)
}

func (c *client) form(path, form string, header ...string) answer {
	c.t.Helper()
	return c.do(http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(form), header...)
}

type fields map[string]any

const password = "correct horse"

// register signs a new person up, with a client of their own, and has them join
// general.
func (b *bundle) register(name string) *client {
	b.t.Helper()
	c := &client{t: b.t, url: b.url}
	if a := c.post("/register", fields{"username": name, "password": password}); a.status != http.StatusCreated {
		b.t.Fatalf("register %s: %d %s", name, a.status, a.body)
	}
	if a := c.post("/chat/general/join", nil); a.status != http.StatusNoContent {
		b.t.Fatalf("join: %d %s", a.status, a.body)
	}
	return c
}
