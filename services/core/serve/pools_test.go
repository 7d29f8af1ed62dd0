package serve_test

import (
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"parley/core/backing"
	"parley/core/serve"
	"parley/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func TestPostgresMetrics(t *testing.T) {
	t.Parallel()
	pool, err := backing.Postgres(t.Context(), testkit.Database(t).Config().ConnString(), "test", 3)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(serve.PostgresMetrics("one", pool), serve.PostgresMetrics("other", pool))
	conn, err := pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	want := `
# HELP parley_postgres_acquires_total Connections that were asked for, and got.
# TYPE parley_postgres_acquires_total counter
parley_postgres_acquires_total{pool="one"} 1
parley_postgres_acquires_total{pool="other"} 1
# HELP parley_postgres_connections Connections to Postgres, by what they do.
# TYPE parley_postgres_connections gauge
parley_postgres_connections{pool="one",state="idle"} 0
parley_postgres_connections{pool="one",state="opening"} 0
parley_postgres_connections{pool="one",state="used"} 1
parley_postgres_connections{pool="other",state="idle"} 0
parley_postgres_connections{pool="other",state="opening"} 0
parley_postgres_connections{pool="other",state="used"} 1
# HELP parley_postgres_connections_limit Connections that the pool may have.
# TYPE parley_postgres_connections_limit gauge
parley_postgres_connections_limit{pool="one"} 3
parley_postgres_connections_limit{pool="other"} 3
`
	if err := testutil.GatherAndCompare(registry, strings.NewReader(want),
		"parley_postgres_acquires_total", "parley_postgres_connections", "parley_postgres_connections_limit"); err != nil {
		t.Error(err)
	}
	if n, err := testutil.GatherAndCount(registry); err != nil || n != 2*8 {
		t.Errorf("%d metrics, %v", n, err)
	}
}

func TestRedisMetrics(t *testing.T) {
	t.Parallel()
	client, err := backing.Redis(testkit.Redis(t).URL(), "test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(serve.RedisMetrics(client))
	if err := client.Ping(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	want := `
# HELP parley_redis_connections Connections to Redis for commands, by what they do.
# TYPE parley_redis_connections gauge
parley_redis_connections{state="idle"} 1
parley_redis_connections{state="used"} 0
`
	if err := testutil.GatherAndCompare(registry, strings.NewReader(want), "parley_redis_connections"); err != nil {
		t.Error(err)
	}
	if n, err := testutil.GatherAndCount(registry); err != nil || n != 6 {
		t.Errorf("%d metrics, %v", n, err)
	}
}
