package testkit

import (
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"

	"parley/core/backing"
)

func TestMain(m *testing.M) { Main(m) }

func TestDatabaseIsMigratedAndPrivate(t *testing.T) {
	t.Parallel()
	one, two := Database(t), Database(t)
	if _, err := one.Exec(t.Context(), `INSERT INTO rooms (name) VALUES ('mine')`); err != nil {
		t.Fatal(err)
	}
	var rooms int
	if err := two.QueryRow(t.Context(), `SELECT count(*) FROM rooms`).Scan(&rooms); err != nil {
		t.Fatal(err)
	}
	if rooms != 1 {
		t.Errorf("a second database has %d rooms, want general alone", rooms)
	}
}

func TestPostgresKeepsDataOverARestart(t *testing.T) {
	t.Parallel()
	server, url := Postgres(t)
	pool := connect(t, url)
	if _, err := pool.Exec(t.Context(), `INSERT INTO rooms (name) VALUES ('kept')`); err != nil {
		t.Fatal(err)
	}
	if err := server.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	var kept bool
	if err := connect(t, url).QueryRow(t.Context(), `SELECT EXISTS (SELECT FROM rooms WHERE name = 'kept')`).Scan(&kept); err != nil {
		t.Fatal(err)
	}
	if !kept {
		t.Error("the room did not outlive the restart")
	}
}

func TestRedisComesBackEmpty(t *testing.T) {
	t.Parallel()
	server := Redis(t)
	opts, err := redis.ParseURL(server.URL())
	if err != nil {
		t.Fatal(err)
	}
	client := redis.NewClient(opts)
	t.Cleanup(func() { _ = client.Close() })
	if err := client.Set(t.Context(), "key", "value", 0).Err(); err != nil {
		t.Fatal(err)
	}
	if err := server.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := client.Exists(t.Context(), "key").Val(); n != 0 {
		t.Error("the key outlived the restart")
	}
}

func connect(t *testing.T, url string) *pgxpool.Pool {
	t.Helper()
	pool, err := backing.Postgres(t.Context(), url, "test", 2)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}
