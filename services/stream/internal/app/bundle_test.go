package app

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"

	"parley/core/backing"
	"parley/core/chat"
	"parley/core/serve"
	"parley/core/session"
	"parley/core/sse"
	"parley/core/wire"
	"parley/stream/internal/fanout"
	"parley/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// patience is how long a test waits for what must come.
const patience = 15 * time.Second

// testBundle is a running service on a Postgres and a Redis of its own, and a
// writer's connection to both.
type testBundle struct {
	t     *testing.T
	app   *app
	pool  *pgxpool.Pool
	redis *testkit.RedisServer
	rdb   redis.UniversalClient
	url   string
	stop  func() error // drains, and returns what run returned
}

func start(t *testing.T, options ...func(*Config)) *testBundle {
	t.Helper()
	return startOn(t, testkit.DatabaseURL(t), testkit.Redis(t), options...)
}

// startOn starts a replica on a database and a Redis that others may share.
func startOn(t *testing.T, databaseURL string, server *testkit.RedisServer, options ...func(*Config)) *testBundle {
	t.Helper()
	b := &testBundle{t: t, redis: server}
	cfg := Config{
		DatabaseURL: databaseURL, RedisURL: server.URL(), DatabaseConns: 8,
		MaxAge: time.Hour, Heartbeat: time.Hour, ReplayLimit: 10000, DrainTime: 100 * time.Millisecond,
	}
	for _, option := range options {
		option(&cfg)
	}
	var err error
	if b.pool, err = backing.Postgres(t.Context(), databaseURL, "test", 8); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.pool.Close)
	if b.rdb, err = backing.Redis(server.URL(), "test"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.rdb.Close() })

	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	if os.Getenv("TEST_LOG") != "" {
		log = slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	if b.app, err = newApp(t.Context(), cfg, log); err != nil {
		t.Fatal(err)
	}
	b.run()
	return b
}

func (b *testBundle) run() {
	b.t.Helper()
	public, internal := listen(b.t), listen(b.t)
	b.url = "http://" + public[0].Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	var err error
	go func() {
		defer close(done)
		err = b.app.run(ctx, public, internal)
		b.app.close()
	}()
	b.stop = func() error {
		cancel()
		<-done
		return err
	}
	b.t.Cleanup(func() {
		if err := b.stop(); err != nil {
			b.t.Error("stop:", err)
		}
	})
}

func listen(t *testing.T) []net.Listener {
	t.Helper()
	listeners, err := serve.Listen(t.Context(), fanout.ListenConfig(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return listeners
}

// signIn makes an account and a session of it that lives for ttl.
func (b *testBundle) signIn(username string, ttl time.Duration) session.Token {
	b.t.Helper()
	_, err := b.pool.Exec(b.t.Context(), `INSERT INTO users (username, password_hash) VALUES ($1, 'x') ON CONFLICT DO NOTHING`, username)
	if err != nil {
		b.t.Fatal(err)
	}
	token, err := session.NewStore(b.pool).Create(b.t.Context(), username, "test", ttl)
	if err != nil {
		b.t.Fatal(err)
	}
	return token
}

func (b *testBundle) room(name string) {
	b.t.Helper()
	if _, err := b.pool.Exec(b.t.Context(), `INSERT INTO rooms (name) VALUES ($1)`, name); err != nil {
		b.t.Fatal(err)
	}
}

// insert stores a message as the messages service does, and doesn't publish it.
func (b *testBundle) insert(room, body string) chat.Message {
	b.t.Helper()
	m := chat.Message{Room: room, Username: "ada", Body: body}
	err := b.pool.QueryRow(context.Background(), `
		WITH next AS (UPDATE rooms SET head = head + 1 WHERE name = $1 RETURNING head)
		INSERT INTO messages (room, id, revision, username, body)
		SELECT $1, head, head, 'ada', $2 FROM next RETURNING id, revision, created_at`,
		room, body).Scan(&m.ID, &m.Revision, &m.CreatedAt)
	if err != nil {
		b.t.Error("insert:", err)
	}
	return m
}

// edit changes a message, at a position of its own.
func (b *testBundle) edit(m chat.Message, body string) chat.Message {
	b.t.Helper()
	m.Body = body
	err := b.pool.QueryRow(b.t.Context(), `
		WITH next AS (UPDATE rooms SET head = head + 1 WHERE name = $1 RETURNING head)
		UPDATE messages SET body = $3, revision = head FROM next WHERE room = $1 AND id = $2 RETURNING revision`,
		m.Room, m.ID, body).Scan(&m.Revision)
	if err != nil {
		b.t.Fatal(err)
	}
	return m
}

func (b *testBundle) publish(m chat.Message) {
	b.t.Helper()
	if err := b.rdb.Publish(context.Background(), wire.RoomTopic(m.Room).Channel(), m.AppendJSON(nil)).Err(); err != nil {
		b.t.Error("publish:", err)
	}
}

func (b *testBundle) post(room, body string) chat.Message {
	b.t.Helper()
	m := b.insert(room, body)
	b.publish(m)
	return m
}

// client is an open stream.
type client struct {
	t      *testing.T
	resp   *http.Response
	events chan sse.Event // closed at the end of the stream
	reader *sse.Reader
}

// get asks for path; lastID "" sends no Last-Event-ID.
func (b *testBundle) get(path string, token session.Token, lastID string) *http.Response {
	b.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	b.t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.url+path, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	if token != "" {
		req.AddCookie(&http.Cookie{Name: session.CookieName, Value: string(token)})
	}
	if lastID != "" {
		req.Header.Set("Last-Event-ID", lastID)
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = resp.Body.Close() })
	return resp
}

func (b *testBundle) listen(path string, token session.Token, lastID string) *client {
	b.t.Helper()
	resp := b.get(path, token, lastID)
	if resp.StatusCode != http.StatusOK {
		b.t.Fatalf("GET %s: status %d", path, resp.StatusCode)
	}
	c := &client{t: b.t, resp: resp, events: make(chan sse.Event, 16), reader: sse.NewReader(resp.Body)}
	go func() {
		defer close(c.events)
		for {
			e, err := c.reader.Next()
			if err != nil {
				return
			}
			c.events <- e
		}
	}()
	return c
}

// next returns the next event, which must come.
func (c *client) next() sse.Event {
	c.t.Helper()
	select {
	case e, ok := <-c.events:
		if !ok {
			c.t.Fatal("the stream ended")
		}
		return e
	case <-time.After(patience):
		c.t.Fatal("no event")
	}
	panic("unreachable")
}

// want reads events that must have these names and ids: "ready 3".
func (c *client) want(events ...string) {
	c.t.Helper()
	for _, want := range events {
		e := c.next()
		if got := e.Name + " " + e.ID; got != want {
			c.t.Fatalf("got event %q (%s), want %q", got, e.Data, want)
		}
	}
}

// ended waits for the end frame and the end of the stream, and returns why.
func (c *client) ended(within time.Duration) string {
	c.t.Helper()
	deadline := time.After(within)
	last := ""
	for {
		select {
		case e, ok := <-c.events:
			if !ok {
				return last
			}
			if e.Name == "end" {
				last = e.Data
			}
		case <-deadline:
			c.t.Fatalf("the stream did not end within %s", within)
		}
	}
}

func positions(from, to chat.Position) []string {
	var names []string
	for at := from; at <= to; at++ {
		names = append(names, "room.general "+strconv.FormatInt(at, 10))
	}
	return names
}

// metric returns the sum of a metric family's counters and gauges.
func (b *testBundle) metric(name string) float64 {
	b.t.Helper()
	families, err := b.app.registry.Gather()
	if err != nil {
		b.t.Fatal(err)
	}
	sum := 0.0
	for _, family := range families {
		if family.GetName() == name {
			for _, m := range family.GetMetric() {
				sum += m.GetCounter().GetValue() + m.GetGauge().GetValue()
			}
		}
	}
	return sum
}
