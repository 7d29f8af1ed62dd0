package testkit

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// RedisSlots is how many slots a Redis Cluster has.
const RedisSlots = 16384

// nodeTimeout is after what silence a Cluster's node is taken for dead.
const nodeTimeout = time.Second

// RedisCluster is a private Redis Cluster: masters, and a replica of each. Its
// servers are [RedisServer]s, each of which may be stopped and started.
type RedisCluster struct {
	shards  int
	servers []*RedisServer // the masters, then their replicas, in the same order, as they are at first
	buses   []int
}

// NewRedisCluster prepares, but doesn't start, a Cluster of that many masters and
// as many replicas. out gets their logs. Settings are lines of their
// configuration.
func NewRedisCluster(dir string, shards int, out io.Writer, settings ...string) (*RedisCluster, error) {
	c := &RedisCluster{shards: shards}
	for i := range 2 * shards {
		bus, err := FreePort()
		if err != nil {
			return nil, err
		}
		server, err := NewRedis(filepath.Join(dir, strconv.Itoa(i+1)), 0, out, slices.Concat(settings, []string{
			"cluster-enabled yes", "cluster-port " + strconv.Itoa(bus),
			"cluster-node-timeout " + strconv.FormatInt(nodeTimeout.Milliseconds(), 10),
			"cluster-replica-validity-factor 0", "cluster-require-full-coverage no",
			"repl-diskless-sync-delay 0", "repl-ping-replica-period 1",
		})...)
		if err != nil {
			return nil, err
		}
		c.servers, c.buses = append(c.servers, server), append(c.buses, bus)
	}
	return c, nil
}

// Protect is [RedisServer.Protect] of all servers.
func (c *RedisCluster) Protect(password string) {
	for _, s := range c.servers {
		s.Protect(password)
	}
}

// Servers returns all servers: what are the masters at first, then their
// replicas in the same order.
func (c *RedisCluster) Servers() []*RedisServer { return c.servers }

// URL returns the Cluster's URL, which names two of its servers.
func (c *RedisCluster) URL() string {
	first, second := c.servers[0], c.servers[1]
	user := ""
	if first.password != "" {
		user = ":" + first.password + "@"
	}
	return "redis+cluster://" + user + first.addr() + "," + second.addr()
}

// Start starts all servers and joins them.
func (c *RedisCluster) Start(ctx context.Context) error {
	if err := c.each(func(i int) error { return c.servers[i].Start(ctx) }); err != nil {
		return err
	}
	return c.Join(ctx)
}

// Join makes a Cluster of the servers, which run and know nothing of each other
// yet, and waits until all know all.
func (c *RedisCluster) Join(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, redisPatience)
	defer cancel()
	if err := c.each(func(i int) error { return c.give(ctx, i) }); err != nil {
		return err
	}
	if err := c.each(func(i int) error { return c.introduce(ctx, i) }); err != nil {
		return err
	}
	if err := c.each(func(i int) error { return c.await(ctx, i, c.knowsAll) }); err != nil {
		return err
	}
	if err := c.each(func(i int) error { return c.follow(ctx, i) }); err != nil {
		return err
	}
	return c.each(func(i int) error { return c.await(ctx, i, c.isWhole) })
}

// Stop ends all servers.
func (c *RedisCluster) Stop() error {
	return c.each(func(i int) error { return c.servers[i].Stop() })
}

// Master returns the server that is the master of a key's or channel's slot now,
// as a server tells that runs.
func (c *RedisCluster) Master(ctx context.Context, key string) (*RedisServer, error) {
	var errs []error
	for _, s := range c.servers {
		select {
		case <-s.Process().Done():
			continue
		default:
		}
		master, err := c.masterBy(ctx, s, key)
		if err == nil {
			return master, nil
		}
		errs = append(errs, err)
	}
	return nil, fmt.Errorf("find the master of %s: %w", key, errors.Join(errs...))
}

func (c *RedisCluster) masterBy(ctx context.Context, asked *RedisServer, key string) (*RedisServer, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	client := asked.Client()
	defer client.Close()
	slot, err := client.ClusterKeySlot(ctx, key).Result()
	if err != nil {
		return nil, err
	}
	ranges, err := client.ClusterSlots(ctx).Result() //nolint:staticcheck // CLUSTER SHARDS names dead masters too
	if err != nil {
		return nil, err
	}
	for _, r := range ranges {
		if int(slot) < r.Start || int(slot) > r.End {
			continue
		}
		for _, s := range c.servers {
			if s.addr() == r.Nodes[0].Addr {
				return s, nil
			}
		}
	}
	return nil, errors.New("nobody has its slot")
}

// give gives server i an epoch of its own, as long as it knows nobody, and slots
// if it is a master.
func (c *RedisCluster) give(ctx context.Context, i int) error {
	client := c.servers[i].Client()
	defer client.Close()
	if err := client.Do(ctx, "CLUSTER", "SET-CONFIG-EPOCH", i+1).Err(); err != nil {
		return fmt.Errorf("set epoch: %w", err)
	}
	if i < c.shards {
		first, next := i*RedisSlots/c.shards, (i+1)*RedisSlots/c.shards
		if err := client.ClusterAddSlotsRange(ctx, first, next-1).Err(); err != nil {
			return fmt.Errorf("give slots: %w", err)
		}
	}
	return nil
}

// introduce tells server i of the first.
func (c *RedisCluster) introduce(ctx context.Context, i int) error {
	if i == 0 {
		return nil
	}
	client := c.servers[i].Client()
	defer client.Close()
	if err := client.Do(ctx, "CLUSTER", "MEET", "127.0.0.1", c.servers[0].port, c.buses[0]).Err(); err != nil {
		return fmt.Errorf("meet: %w", err)
	}
	return nil
}

// follow makes a replica of server i, if it is to be one.
func (c *RedisCluster) follow(ctx context.Context, i int) error {
	if i < c.shards {
		return nil
	}
	master := c.servers[i-c.shards].Client()
	defer master.Close()
	id, err := master.Do(ctx, "CLUSTER", "MYID").Text()
	if err != nil {
		return fmt.Errorf("ask for id: %w", err)
	}
	return c.await(ctx, i, func(ctx context.Context, client *redis.Client) error {
		return client.ClusterReplicate(ctx, id).Err()
	})
}

func (c *RedisCluster) knowsAll(ctx context.Context, client *redis.Client) error {
	info, err := client.ClusterInfo(ctx).Result()
	if err == nil && (!strings.Contains(info, "cluster_state:ok") || !strings.Contains(info, fmt.Sprintf("cluster_known_nodes:%d\r", len(c.servers)))) {
		err = errors.New("it does not know all")
	}
	return err
}

// isWhole tells whether a server sees a replica of each master, and is in step
// with its own.
func (c *RedisCluster) isWhole(ctx context.Context, client *redis.Client) error {
	ranges, err := client.ClusterSlots(ctx).Result() //nolint:staticcheck // CLUSTER SHARDS names dead masters too
	if err != nil {
		return err
	}
	for _, r := range ranges {
		if len(r.Nodes) < 2 {
			return errors.New("a master has no replica")
		}
	}
	info, err := client.Info(ctx, "replication").Result()
	if err == nil && strings.Contains(info, "master_link_status:down") {
		err = errors.New("it does not follow yet")
	}
	return err
}

func (c *RedisCluster) await(ctx context.Context, i int, ready func(context.Context, *redis.Client) error) error {
	client := c.servers[i].Client()
	defer client.Close()
	return c.servers[i].process.Await(ctx, redisPatience, func(ctx context.Context) error { return ready(ctx, client) })
}

// each runs f for all servers at once.
func (c *RedisCluster) each(f func(i int) error) error {
	errs := make([]error, len(c.servers))
	var wg sync.WaitGroup
	for i := range c.servers {
		wg.Go(func() {
			if err := f(i); err != nil {
				errs[i] = fmt.Errorf("server %d: %w", i+1, err)
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}
