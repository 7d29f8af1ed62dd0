// Package status finds out how the whole deployment does: it asks Postgres and
// Redis themselves, and reads what the replicas have told of themselves.
package status

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"

	"parley/core/backing"
	"parley/core/replica"
)

// patience is how long a part may take to answer before it counts as away.
const patience = 2 * time.Second

// maxCounted is up to how many messages are counted. Beyond, their number is
// what Postgres's last ANALYZE estimated.
const maxCounted = 100_000

// Part is how something does that the services stand on.
type Part struct {
	Up      bool
	Took    time.Duration // to answer
	Version string        // "" if it isn't told
	Bytes   int64         // that it holds: the database, or memory
}

// Counts are how much there is.
type Counts struct {
	People, Rooms, Messages int64
	Estimated               bool // Messages is
}

// Status is how the deployment does.
type Status struct {
	Postgres, Redis Part
	Counts          Counts
	Replicas        []replica.Seen // none while Redis is away
}

// Store asks.
type Store struct {
	pool  *pgxpool.Pool
	redis redis.UniversalClient
	log   *slog.Logger
}

// NewStore returns a store on what the service stands on.
func NewStore(pool *pgxpool.Pool, client redis.UniversalClient, log *slog.Logger) *Store {
	return &Store{pool, client, log}
}

// Read asks all parts at once. One that doesn't answer within 2 s is not up; why
// is logged.
func (s *Store) Read(ctx context.Context) Status {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var now Status
	var asking sync.WaitGroup
	asking.Go(func() { now.Postgres, now.Counts = s.postgres(ctx) })
	asking.Go(func() { now.Redis = s.askRedis(ctx) })
	asking.Go(func() {
		all, err := replica.List(ctx, s.redis)
		if err != nil {
			s.log.Warn("replicas are not known", "error", err)
		}
		now.Replicas = all
	})
	asking.Wait()
	return now
}

func (s *Store) postgres(ctx context.Context) (p Part, c Counts) {
	began := time.Now()
	if err := s.pool.Ping(ctx); err != nil {
		s.log.Warn("Postgres does not answer", "error", err)
		return Part{}, Counts{}
	}
	p.Up, p.Took = true, time.Since(began)
	var estimate int64
	err := s.pool.QueryRow(ctx, `
		SELECT current_setting('server_version'), pg_database_size(current_database()),
			(SELECT count(*) FROM users), (SELECT count(*) FROM rooms),
			(SELECT count(*) FROM (SELECT FROM messages LIMIT $1) AS counted),
			(SELECT reltuples::int8 FROM pg_class WHERE oid = 'messages'::regclass)`, maxCounted+1).
		Scan(&p.Version, &p.Bytes, &c.People, &c.Rooms, &c.Messages, &estimate)
	if err != nil {
		s.log.Warn("nothing is counted", "error", err)
		return Part{}, Counts{}
	}
	p.Version, _, _ = strings.Cut(p.Version, " ") // what follows is who packaged it
	if c.Messages > maxCounted {
		c.Messages, c.Estimated = max(estimate, c.Messages), true
	}
	return p, c
}

// askRedis asks the server; in a Cluster each master, and all have to answer. It
// took as long as the slowest, and is as large as all together.
func (s *Store) askRedis(ctx context.Context) (p Part) {
	var mu sync.Mutex
	err := backing.EachMaster(ctx, s.redis, func(ctx context.Context, master *redis.Client) error {
		began := time.Now()
		if err := master.Ping(ctx).Err(); err != nil {
			return err
		}
		took := time.Since(began)
		version := info(ctx, master, "server", "redis_version")
		var bytes int64
		if _, err := fmt.Sscan(info(ctx, master, "memory", "used_memory"), &bytes); err != nil {
			bytes = 0 // INFO is forbidden there
		}
		mu.Lock()
		defer mu.Unlock()
		p.Took, p.Version, p.Bytes = max(p.Took, took), max(p.Version, version), p.Bytes+bytes
		return nil
	})
	if err != nil {
		s.log.Warn("Redis does not answer", "error", err)
		return Part{}
	}
	p.Up = true
	return p
}

// info returns one line of a section of INFO, "" if there is none.
func info(ctx context.Context, server *redis.Client, section, name string) string {
	for line := range strings.Lines(server.Info(ctx, section).Val()) {
		if value, found := strings.CutPrefix(strings.TrimSpace(line), name+":"); found {
			return value
		}
	}
	return ""
}

// Living returns the replicas of a service that aren't gone.
func (s Status) Living(service string) []replica.Seen {
	return slices.DeleteFunc(slices.Clone(s.Replicas), func(r replica.Seen) bool { return r.Gone || r.Service != service })
}

// Sum returns a figure's sum over all replicas, and whether any has it.
func (s Status) Sum(figure string) (sum float64, ok bool) {
	for _, r := range s.Replicas {
		if value, has := r.Figures[figure]; has && !r.Gone {
			sum, ok = sum+value, true
		}
	}
	return sum, ok
}

// Worst returns a figure's greatest value of all replicas, and whether any has it.
func (s Status) Worst(figure string) (worst float64, ok bool) {
	for _, r := range s.Replicas {
		if value, has := r.Figures[figure]; has && !r.Gone {
			worst, ok = max(worst, value), true
		}
	}
	return worst, ok
}

// Versions returns those that run, in order.
func (s Status) Versions() (all []string) {
	for _, r := range s.Replicas {
		if !r.Gone {
			all = append(all, r.Version)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
