package app

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"parley/migrations"
	"parley/testkit"
)

// launch runs the service on a Unix socket until stop is called, which returns
// what Run did.
func launch(t *testing.T, cfg Config) (c *http.Client, internal string, stop func() error) {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "messages.sock")
	port, err := testkit.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	internal = net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	cfg.ListenAddr, cfg.MetricsAddr = "unix:"+socket, internal
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- Run(ctx, cfg, slog.New(slog.NewTextHandler(t.Output(), nil))) }()
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}}
	c = &http.Client{Transport: transport, Timeout: 10 * time.Second}
	eventually(t, 10*time.Second, func() bool { return statusOf(c, "http://parley/healthz") == 200 })
	return c, internal, func() error {
		transport.CloseIdleConnections()
		http.DefaultTransport.(*http.Transport).CloseIdleConnections()
		cancel()
		return <-done
	}
}

// status returns 0 if there is no answer.
func statusOf(c *http.Client, url string) int {
	response, err := c.Get(url)
	if err != nil {
		return 0
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, response.Body)
	return response.StatusCode
}

// Not parallel: it looks at all goroutines.
func TestRunStopsAndLeavesNothing(t *testing.T) { //nolint:paralleltest // see above
	redis := testkit.Redis(t)
	cfg := testConfig(t)
	cfg.DatabaseURL, cfg.RedisURL = testkit.DatabaseURL(t), redis.URL()
	leaks := goleak.IgnoreCurrent()
	c, internal, stop := launch(t, cfg)
	form := strings.NewReader("username=ada&password=correct+horse")
	response, err := c.Post("http://parley/register", "application/x-www-form-urlencoded", form)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	for path, want := range map[string]int{"/metrics": 200, "/healthz": 200, "/readyz": 200} {
		if got := statusOf(&http.Client{}, "http://"+internal+path); got != want {
			t.Errorf("internal %s: %d, want %d", path, got, want)
		}
	}
	for _, path := range []string{"/metrics", "/readyz", "/debug/pprof/"} {
		if got := statusOf(c, "http://parley"+path); got != 404 {
			t.Errorf("public %s: %d, want 404", path, got)
		}
	}
	began := time.Now()
	if err := stop(); err != nil || time.Since(began) > 3*time.Second {
		t.Errorf("stopped after %s: %v", time.Since(began), err)
	}
	goleak.VerifyNone(t, leaks)
}

func TestStartsBeforePostgresAndBeforeTheSchema(t *testing.T) {
	t.Parallel()
	server, url := testkit.Postgres(t)
	if err := migrations.Down(url); err != nil {
		t.Fatal(err)
	}
	if err := server.Stop(); err != nil {
		t.Fatal(err)
	}
	b := start(t, func(cfg *Config) { cfg.DatabaseURL = url })
	if got := b.ready(); got != 503 {
		t.Errorf("readyz without Postgres: %d, want 503", got)
	}
	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if a := b.post("/register", fields{"username": "ada", "password": password}); a.status != 503 {
		t.Errorf("register without a schema: %d, want 503", a.status)
	}
	if err := Migrate(t.Context(), url, migrations.Newest(), slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	b.register("ada")
}

func TestMigrateWaitsForPostgres(t *testing.T) {
	t.Parallel()
	server, url := testkit.Postgres(t)
	if err := migrations.Down(url); err != nil {
		t.Fatal(err)
	}
	if err := server.Stop(); err != nil {
		t.Fatal(err)
	}
	waiting := make(chan struct{})
	log := slog.New(slog.NewTextHandler(&signal{on: "waiting for Postgres", seen: waiting}, nil))
	done := make(chan error, 2)
	for range 2 { // two at once are safe
		go func() { done <- Migrate(t.Context(), url, migrations.Newest(), log) }()
	}
	<-waiting
	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func TestMigrateGivesUpOnWhatWillNotPass(t *testing.T) {
	t.Parallel()
	url := testkit.DatabaseURL(t)
	pool := start(t, func(cfg *Config) { cfg.DatabaseURL = url }).db
	if _, err := pool.Exec(t.Context(), `UPDATE schema_migrations SET dirty = true`); err != nil {
		t.Fatal(err)
	}
	if err := Migrate(t.Context(), url, migrations.Newest(), slog.New(slog.DiscardHandler)); err == nil {
		t.Error("a dirty schema was taken for good")
	}
}

func TestNewerSchemaIsLeftAlone(t *testing.T) {
	t.Parallel()
	url := testkit.DatabaseURL(t)
	b := start(t, func(cfg *Config) { cfg.DatabaseURL = url })
	if _, err := b.db.Exec(t.Context(), `UPDATE schema_migrations SET version = 999999; ALTER TABLE messages ADD COLUMN later text`); err != nil {
		t.Fatal(err)
	}
	if err := Migrate(t.Context(), url, migrations.Newest(), slog.New(slog.DiscardHandler)); err != nil {
		t.Errorf("migrate: %v", err)
	}
	ada := b.register("ada")
	if a := ada.post("/chat/general/messages", fields{"body": "hi"}); a.status != 201 {
		t.Errorf("post: %d %s", a.status, a.body)
	}
	if a := ada.get("/chat/general/messages"); a.status != 200 {
		t.Errorf("history: %d %s", a.status, a.body)
	}
}

func TestExpiredSessionsAreRemoved(t *testing.T) {
	t.Parallel()
	url := testkit.DatabaseURL(t)
	b := start(t, func(cfg *Config) { cfg.DatabaseURL = url })
	b.register("ada")
	b.register("bob")
	if _, err := b.db.Exec(t.Context(), `UPDATE sessions SET expires_at = now() WHERE username = 'ada'`); err != nil {
		t.Fatal(err)
	}
	start(t, func(cfg *Config) { cfg.DatabaseURL = url }) // which begins with that
	eventually(t, 5*time.Second, func() bool { return count(t, b, `SELECT count(*) FROM sessions`) == 1 })
}

// signal closes seen when on is first written.
type signal struct {
	on   string
	seen chan struct{}
}

func (s *signal) Write(b []byte) (int, error) {
	if s.on != "" && strings.Contains(string(b), s.on) {
		s.on = ""
		close(s.seen)
	}
	return len(b), nil
}
