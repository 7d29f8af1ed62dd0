package e2e

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"

	"parley/core/backing"
	"parley/migrations"
)

// Who reaches Postgres or Redis, and has no password, gets nothing.
func TestStrangersAreKeptOutOfWhatIsBehind(t *testing.T) {
	t.Parallel()
	ctx := patient(t)
	text, err := parley.DatabaseURL(ctx)
	if err != nil {
		t.Fatal(err)
	}
	address, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	for _, user := range []*url.Userinfo{
		url.User(address.User.Username()), url.UserPassword(address.User.Username(), "wrong"),
		url.User(migrations.AppRole), url.UserPassword(migrations.AppRole, "wrong"), url.User("postgres"),
	} {
		address.User = user
		if conn, err := pgx.Connect(ctx, address.String()); err == nil {
			t.Errorf("Postgres lets in %s: %v", user, conn.Close(ctx))
		}
	}
	addr, err := parley.Addr(ctx, "redis")
	if err != nil {
		t.Fatal(err)
	}
	for password, refusal := range map[string]string{"": "NOAUTH", "wrong": "WRONGPASS"} {
		c := redis.NewClient(&redis.Options{Addr: addr, Password: password, MaxRetries: -1})
		if err := c.Publish(ctx, "chat:room.general", "{}").Err(); err == nil || !strings.Contains(err.Error(), refusal) {
			t.Errorf("Redis says %v to the password %q, want %s", err, password, refusal)
		}
		_ = c.Close()
	}
}

// The services can't change the schema, whatever is done to them.
func TestServicesSignInAsWhoOwnsNothing(t *testing.T) {
	t.Parallel()
	ctx := patient(t)
	newUser(t) // so that they are signed in
	text, err := parley.DatabaseURL(ctx)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(ctx, text)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	rows, err := conn.Query(ctx, `SELECT DISTINCT usename::text FROM pg_stat_activity WHERE application_name ~ '^(messages|stream)'`)
	if err != nil {
		t.Fatal(err)
	}
	roles, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || !slices.Equal(roles, []string{migrations.AppRole}) {
		t.Errorf("the services are signed in as %q, %v", roles, err)
	}
	if _, err := conn.Exec(ctx, `SET ROLE `+migrations.AppRole); err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{`DROP TABLE messages`, `TRUNCATE users`, `ALTER TABLE rooms ADD x int`, `CREATE TABLE mine ()`, `UPDATE schema_migrations SET version = 0`} {
		if _, err := conn.Exec(ctx, sql); backing.Code(err) != "42501" { // insufficient privilege
			t.Errorf("%s: %v", sql, err)
		}
	}
}

// What the gateway itself answers has nothing in it of what was asked.
func TestGatewaySaysNothingBack(t *testing.T) {
	t.Parallel()
	for name, request := range map[string]string{
		"two hosts":    "GET / HTTP/1.1\r\nHost: evil.example\r\nHost: evil.example\r\n\r\n",
		"host":         "GET / HTTP/1.1\r\nHost: evil.example/<script>\r\n\r\n",
		"long address": "GET /" + strings.Repeat("evil", 20<<10) + " HTTP/1.1\r\nHost: evil.example\r\n\r\n",
		"long header":  "GET / HTTP/1.1\r\nHost: evil.example\r\nX: " + strings.Repeat("evil", 20<<10) + "\r\n\r\n",
		"large body":   "POST /login HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 1000000\r\n\r\n",
	} {
		conn, err := net.Dial("tcp", strings.TrimPrefix(parley.URL(), "http://"))
		if err != nil {
			t.Fatal(err)
		}
		go func() { _, _ = io.WriteString(conn, request) }() // it may not be read to the end
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		body, _ := io.ReadAll(io.LimitReader(resp.Body, 4<<10))
		if resp.StatusCode/100 != 4 || strings.Contains(string(body), "evil") || resp.Header.Get("Location") != "" {
			t.Errorf("%s: %s %v %s", name, resp.Status, resp.Header, body)
		}
		_ = resp.Body.Close()
		_ = conn.Close()
	}
}
