package testkit

import (
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"
)

func TestPostgresWantsItsPassword(t *testing.T) {
	t.Parallel()
	server, url := Postgres(t) // which trusts everybody
	if err := server.Stop(); err != nil {
		t.Fatal(err)
	}
	for _, password := range []string{"first", "second", "second"} {
		server.Protect(password)
		if err := server.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, url := range []string{
			url, strings.Replace(url, "postgres@", "postgres:wrong@", 1),
			"host=" + server.dir + " user=postgres port=" + strings.Split(url, ":")[2][:5],
		} {
			if conn, err := pgx.Connect(t.Context(), url); err == nil {
				t.Errorf("let in by %s: %v", url, conn.Close(t.Context()))
			}
		}
		conn, err := pgx.Connect(t.Context(), server.URL("postgres"))
		if err != nil {
			t.Fatal(err)
		}
		var method string
		if err := conn.QueryRow(t.Context(), `SELECT left(rolpassword, 13) FROM pg_authid WHERE rolname = 'postgres'`).Scan(&method); err != nil || method != "SCRAM-SHA-256" {
			t.Errorf("the password is kept by %s, %v", method, err)
		}
		_ = conn.Close(t.Context())
		if err := server.Stop(); err != nil {
			t.Fatal(err)
		}
	}
	if info, err := os.Stat(server.noted()); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("note: %v %v", info, err)
	}
}

func TestRedisWantsItsPassword(t *testing.T) {
	t.Parallel()
	server := Redis(t)
	if err := server.Stop(); err != nil {
		t.Fatal(err)
	}
	server.Protect("a-secret")
	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	for password, welcome := range map[string]bool{"": false, "wrong": false, "a-secret": true} {
		c := redis.NewClient(&redis.Options{Addr: server.addr(), Password: password, MaxRetries: -1})
		if err := c.Ping(t.Context()).Err(); (err == nil) != welcome {
			t.Errorf("with %q: %v", password, err)
		}
		_ = c.Close()
	}
	opts, err := redis.ParseURL(server.URL())
	if err != nil || opts.Password != "a-secret" {
		t.Errorf("URL: %+v, %v", opts, err)
	}
}
