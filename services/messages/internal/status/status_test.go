package status

import (
	"log/slog"
	"reflect"
	"testing"

	"parley/core/backing"
	"parley/core/replica"
	"parley/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func TestReadTellsWhoIsUp(t *testing.T) {
	t.Parallel()
	pool, server := testkit.Database(t), testkit.Redis(t)
	client, err := backing.Redis(server.URL(), "test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	if _, err := pool.Exec(t.Context(), `INSERT INTO rooms (name) VALUES ('one'), ('two');
		INSERT INTO users (username, password_hash, role) VALUES ('ada', 'x', 'owner');
		INSERT INTO messages (room, id, revision, username, body) SELECT 'one', n, n, 'ada', 'x' FROM generate_series(1, 5) n`); err != nil {
		t.Fatal(err)
	}
	s := NewStore(pool, client, slog.New(slog.NewTextHandler(t.Output(), nil)))
	now := s.Read(t.Context())
	if p := now.Postgres; !p.Up || p.Took <= 0 || p.Version == "" || p.Bytes < 1<<20 {
		t.Errorf("Postgres: %+v", p)
	}
	if p := now.Redis; !p.Up || p.Took <= 0 || p.Version == "" || p.Bytes < 1<<10 {
		t.Errorf("Redis: %+v", p)
	}
	if want := (Counts{People: 1, Rooms: 3, Messages: 5}); now.Counts != want { // with general
		t.Errorf("counts: %+v, want %+v", now.Counts, want)
	}
	if err := server.Stop(); err != nil {
		t.Fatal(err)
	}
	if now := s.Read(t.Context()); now.Redis.Up || !now.Postgres.Up || now.Replicas != nil {
		t.Errorf("without Redis: %+v", now)
	}
	pool.Close()
	if now := s.Read(t.Context()); now.Postgres.Up || now.Counts != (Counts{}) {
		t.Errorf("without Postgres: %+v", now)
	}
}

func TestWhatReplicasTellTogether(t *testing.T) {
	t.Parallel()
	of := func(service, version string, gone bool, figures map[string]float64) replica.Seen {
		return replica.Seen{Report: replica.Report{Service: service, Version: version, Figures: figures}, Gone: gone}
	}
	now := Status{Replicas: []replica.Seen{
		of("messages", "b", false, map[string]float64{"cpu": 1}),
		of("stream", "a", false, map[string]float64{"streams": 3, "lag": 0.5}),
		of("stream", "b", false, map[string]float64{"streams": 4, "lag": 0.25}),
		of("stream", "c", true, map[string]float64{"streams": 100, "lag": 100}),
	}}
	if sum, ok := now.Sum("streams"); sum != 7 || !ok {
		t.Errorf("%v streams", sum)
	}
	if worst, ok := now.Worst("lag"); worst != 0.5 || !ok {
		t.Errorf("a lag of %v", worst)
	}
	if _, ok := now.Sum("none"); ok {
		t.Error("there is a sum of nothing")
	}
	if _, ok := now.Worst("none"); ok {
		t.Error("there is a worst of nothing")
	}
	if got := now.Versions(); !reflect.DeepEqual(got, []string{"a", "b"}) {
		t.Errorf("versions %v", got)
	}
	if n := len(now.Living("stream")); n != 2 {
		t.Errorf("%d streams live", n)
	}
}
