package serve

import (
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

	"parley/core/backing"
)

// collector reads a pool's own counts when it is scraped, and costs nothing
// between.
type collector struct {
	descs   []*prometheus.Desc
	collect func(chan<- prometheus.Metric)
}

// Describe implements [prometheus.Collector].
func (c *collector) Describe(to chan<- *prometheus.Desc) {
	for _, d := range c.descs {
		to <- d
	}
}

// Collect implements [prometheus.Collector].
func (c *collector) Collect(to chan<- prometheus.Metric) { c.collect(to) }

// describe adds a metric to what c collects.
func (c *collector) describe(name, help string, always prometheus.Labels, labels ...string) *prometheus.Desc {
	d := prometheus.NewDesc(name, help, labels, always)
	c.descs = append(c.descs, d)
	return d
}

// PostgresMetrics returns the metrics of a pool, which go by its name.
func PostgresMetrics(name string, pool *pgxpool.Pool) prometheus.Collector {
	c, always := &collector{}, prometheus.Labels{"pool": name}
	connections := c.describe("parley_postgres_connections", "Connections to Postgres, by what they do.", always, "state")
	limit := c.describe("parley_postgres_connections_limit", "Connections that the pool may have.", always)
	acquired := c.describe("parley_postgres_acquires_total", "Connections that were asked for, and got.", always)
	waited := c.describe("parley_postgres_acquires_waited_total", "Those of them that had to be waited for, or made.", always)
	canceled := c.describe("parley_postgres_acquires_canceled_total", "Connections that were given up before they came.", always)
	wait := c.describe("parley_postgres_acquire_wait_seconds_total", "Time spent waiting for connections.", always)
	c.collect = func(to chan<- prometheus.Metric) {
		s := pool.Stat()
		gauge(to, connections, s.AcquiredConns(), "used")
		gauge(to, connections, s.IdleConns(), "idle")
		gauge(to, connections, s.ConstructingConns(), "opening")
		gauge(to, limit, s.MaxConns())
		counter(to, acquired, float64(s.AcquireCount()))
		counter(to, waited, float64(s.EmptyAcquireCount()))
		counter(to, canceled, float64(s.CanceledAcquireCount()))
		counter(to, wait, s.EmptyAcquireWaitTime().Seconds())
	}
	return c
}

// ReplicaMetrics returns the metrics of the replicas of Postgres: whether each is
// asked, and how that ends.
func ReplicaMetrics(replicas *backing.Replicas) prometheus.Collector {
	c := &collector{}
	good := c.describe("parley_postgres_replica_up", "1 while a replica is asked for what it has.", nil, "replica")
	reads := c.describe("parley_postgres_replica_reads_total", "Reads that replicas were asked for: those that aren't answered went to the primary.", nil, "replica", "result")
	c.collect = func(to chan<- prometheus.Metric) {
		for _, one := range replicas.All() {
			up := int32(0)
			if replicas.Good(one) {
				up = 1
			}
			gauge(to, good, up, one.Name)
			counter(to, reads, float64(one.Answered.Load()), one.Name, "answered")
			counter(to, reads, float64(one.Behind.Load()), one.Name, "behind")
			counter(to, reads, float64(one.Failed.Load()), one.Name, "failed")
		}
	}
	return c
}

// RedisMetrics returns the metrics of a client's pool; in a Cluster, of those to
// all masters together. Connections that subscribe are not in it.
func RedisMetrics(client redis.UniversalClient) prometheus.Collector {
	c := &collector{}
	connections := c.describe("parley_redis_connections", "Connections to Redis for commands, by what they do.", nil, "state")
	limit := c.describe("parley_redis_connections_limit", "Connections that the pool may have, to each server.", nil)
	waited := c.describe("parley_redis_acquires_waited_total", "Connections that had to be waited for.", nil)
	canceled := c.describe("parley_redis_acquires_canceled_total", "Connections that were given up: the wait took too long.", nil)
	wait := c.describe("parley_redis_acquire_wait_seconds_total", "Time spent waiting for connections.", nil)
	c.collect = func(to chan<- prometheus.Metric) {
		s := client.PoolStats()
		gauge(to, connections, int32(s.TotalConns-min(s.IdleConns, s.TotalConns)), "used") //nolint:gosec // few
		gauge(to, connections, int32(s.IdleConns), "idle")                                 //nolint:gosec // few
		gauge(to, limit, int32(poolSize(client)))                                          //nolint:gosec // few
		counter(to, waited, float64(s.WaitCount))
		counter(to, canceled, float64(s.Timeouts))
		counter(to, wait, float64(s.WaitDurationNs)/1e9)
	}
	return c
}

// poolSize is how many connections a client may have to each server.
func poolSize(client redis.UniversalClient) int {
	switch client := client.(type) {
	case *redis.Client:
		return client.Options().PoolSize
	case *redis.ClusterClient:
		return client.Options().PoolSize
	}
	return 0
}

func gauge(to chan<- prometheus.Metric, d *prometheus.Desc, n int32, labels ...string) {
	to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(n), labels...)
}

func counter(to chan<- prometheus.Metric, d *prometheus.Desc, n float64, labels ...string) {
	to <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, n, labels...)
}
