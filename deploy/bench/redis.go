package bench

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"parley/deploy/bench/internal/load"
	"parley/testkit"
)

const (
	redisShards  = 3
	redisStreams = 100
	redisRooms   = 60 // of every stream: they are spread over all shards
	redisPosts   = 200
	startsWithin = 30 * time.Second
)

// redis measures deliveries through a Redis Cluster beside those through one
// server: the same Postgres, and services of each one's own.
func (b *bench) redis(ctx context.Context) (err error) {
	cluster, err := testkit.NewRedisCluster(filepath.Join(b.dir, "cluster"), redisShards, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, cluster.Stop()) }()
	if err := cluster.Start(ctx); err != nil {
		return err
	}
	sharded, stop, err := b.startSharded(ctx, cluster)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	subjects := []*subject{sharded, b.parley}
	rounds, err := b.takeTurns(ctx, subjects)
	if err != nil {
		return err
	}
	name := fmt.Sprintf("of %d streams in %d rooms, %d posts/s", redisStreams, redisRooms, redisPosts)
	b.report.add(b.compare("through a Redis Cluster of 3+3 (beside it: one server): µs of the services a delivery, "+name, "%.2f", rounds, subjects,
		func(_ *subject, r *round) float64 { return r.perDelivery("stream", "messages") }, nil))
	b.report.add(b.compare("of that, µs of Redis a post", "%.1f", rounds, subjects,
		func(_ *subject, r *round) float64 { return r.perDelivery("Redis") * redisStreams }, nil))
	return nil
}

// takeTurns measures the subjects in turn, each in rooms of its own: who listens
// to one shall hear nothing of the other.
func (b *bench) takeTurns(ctx context.Context, subjects []*subject) ([][]*round, error) {
	plan := load.Plan{Rate: redisPosts, For: full(b, 5*time.Second, time.Second), Connections: 8}
	crowds, rooms := make([]*load.Crowd, len(subjects)), make([][]string, len(subjects))
	for i, s := range subjects {
		var err error
		if rooms[i], err = b.system.makeRooms(ctx, "redis-"+strconv.Itoa(i), redisRooms); err != nil {
			return nil, err
		}
		if crowds[i], err = b.openCrowd(ctx, s, redisStreams, rooms[i]...); err != nil {
			return nil, err
		}
		defer crowds[i].Close()
	}
	results := make([][]*round, len(subjects))
	for turn := range full(b, 6, 2) { // the first is to get warm
		for i, s := range subjects {
			plan.Posts = s.templates(redisStreams, redisRooms, rooms[i]) // by who doesn't listen
			r, err := b.measure(ctx, s, crowds[i], plan, redisStreams)
			if err != nil {
				return nil, err
			}
			r.orders = 1 // in each room; rooms may mix
			if turn > 0 {
				results[i] = append(results[i], r)
				b.logf("redis    %-8s %6.2f µs, p50 %s, p99 %s %s", s.name, r.total(), short(r.tally.Latency.Quantile(0.5)), short(r.tally.Latency.Quantile(0.99)), r.faults())
			}
		}
	}
	return results, nil
}

// startSharded starts one replica of each service beside those of the stack, on
// the stack's Postgres and a Redis Cluster.
func (b *bench) startSharded(ctx context.Context, cluster *testkit.RedisCluster) (_ *subject, stop func() error, err error) {
	var processes []*testkit.Process
	stop = func() error {
		var errs []error
		for _, p := range processes {
			errs = append(errs, end(p))
		}
		return errors.Join(errs...)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, stop())
		}
	}()
	addrs := make(map[string]netip.AddrPort)
	var parts []part
	for _, service := range []string{"messages", "stream"} {
		process, addr, err := b.startService(ctx, service, cluster.URL())
		if err != nil {
			return nil, stop, err
		}
		processes = append(processes, process)
		addrs[service] = addr
		parts = append(parts, part{service, process.PID()})
	}
	for _, server := range cluster.Servers() {
		parts = append(parts, part{"Redis", server.Process().PID()})
	}
	s := b.parleyAt("Cluster", addrs["stream"], addrs["messages"], "stream")
	s.parts = parts
	return s, stop, nil
}

func (b *bench) startService(ctx context.Context, service, redisURL string) (*testkit.Process, netip.AddrPort, error) {
	addr, err := freeAddr()
	if err != nil {
		return nil, addr, err
	}
	metrics, err := freeAddr()
	if err != nil {
		return nil, addr, err
	}
	cmd := exec.Command(filepath.Join(b.cfg.Bin, service))
	cmd.Env = append(b.cfg.environment(), "DATABASE_URL="+b.system.stack.DatabaseURL(), "REDIS_URL="+redisURL,
		"LISTEN_ADDR="+addr.String(), "METRICS_ADDR="+metrics.String())
	process, err := testkit.Start(cmd)
	if err != nil {
		return nil, addr, err
	}
	err = process.Await(ctx, startsWithin, func(ctx context.Context) error {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+metrics.String()+"/readyz", nil)
		if err != nil {
			return err
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		if response.StatusCode != http.StatusOK {
			return fmt.Errorf("%s is not ready: %s", service, response.Status)
		}
		return nil
	})
	if err != nil {
		return nil, addr, errors.Join(err, end(process))
	}
	return process, addr, nil
}
