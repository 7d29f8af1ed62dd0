// Package backing opens what both services stand on, Postgres and Redis, with
// deadlines everywhere: a peer that hangs must turn into an error in seconds.
package backing

import (
	"context"
	"fmt"
	"net"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	dialTimeout = 3 * time.Second
	// userTimeout bounds how long sent data may stay unacknowledged.
	userTimeout = 5 * time.Second
	// statements is how many a connection keeps prepared. A service has fewer;
	// pgx would make room for 512 on each connection.
	statements = 128
)

// Option is something about a pool's connections: a [Setting], or [Traced].
type Option interface{ apply(*pgxpool.Config) }

// Setting is a parameter of a Postgres session.
type Setting struct{ Name, Value string }

func (s Setting) apply(cfg *pgxpool.Config) { cfg.ConnConfig.RuntimeParams[s.Name] = s.Value }

// Traced has Queries told of every query.
type Traced struct{ Queries pgx.QueryTracer }

func (t Traced) apply(cfg *pgxpool.Config) { cfg.ConnConfig.Tracer = t.Queries }

// Postgres returns a pool of at most maxConns connections. It doesn't connect
// yet: a service starts, and says that it is not ready, while Postgres is away.
// service shows in pg_stat_activity. options hold for every connection; a pooler
// forbids settings, see [Tuned].
func Postgres(ctx context.Context, url, service string, maxConns int32, options ...Option) (*pgxpool.Pool, error) {
	cfg, err := configure(url, service, maxConns, options)
	if err != nil {
		return nil, fmt.Errorf("DATABASE_URL: %w", err)
	}
	return open(ctx, cfg)
}

// CheckURL returns an error unless [Postgres] takes the URL.
func CheckURL(url string) error {
	_, err := configure(url, "", 1, nil)
	return err
}

// configure returns how a pool is to be opened.
func configure(url, service string, maxConns int32, options []Option) (*pgxpool.Config, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	cfg.MaxConns = maxConns
	cfg.MaxConnLifetime = time.Hour
	cfg.MaxConnLifetimeJitter = 10 * time.Minute
	cfg.HealthCheckPeriod = 10 * time.Second
	cfg.PingTimeout = dialTimeout
	cfg.ConnConfig.StatementCacheCapacity = statements
	cfg.ConnConfig.ConnectTimeout = dialTimeout
	cfg.ConnConfig.DialFunc = dialer().DialContext
	params := cfg.ConnConfig.RuntimeParams
	params["application_name"] = service
	params["timezone"] = "UTC"
	if pooled(cfg) {
		return cfg, underPooler(cfg, options)
	}
	for _, s := range sessionSettings {
		if params[s.Name] == "" || s.Name == synchronousCommit {
			params[s.Name] = s.Value
		}
	}
	for _, o := range options {
		o.apply(cfg)
	}
	return cfg, nil
}

const synchronousCommit = "synchronous_commit"

// sessionSettings are those of every session.
var sessionSettings = []Setting{
	{synchronousCommit, "on"},                        // acknowledged is stored
	{"idle_in_transaction_session_timeout", "10000"}, // ms: a hung replica must not keep a room's lock
	{"statement_timeout", "10000"},                   // ms
}

// open opens the pool.
func open(ctx context.Context, cfg *pgxpool.Config) (pool *pgxpool.Pool, err error) {
	keep := cfg.ConnConfig.OnPgError
	cfg.ConnConfig.OnPgError = func(conn *pgconn.PgConn, err *pgconn.PgError) bool {
		if err.Routine == changedResult {
			pool.Reset()
		}
		return keep(conn, err)
	}
	if pool, err = pgxpool.NewWithConfig(ctx, cfg); err != nil {
		return nil, fmt.Errorf("open Postgres pool: %w", err)
	}
	return pool, nil
}

// changedResult is where Postgres refuses a prepared statement whose result has
// other types since: the schema was changed, or made anew. Every statement of
// every connection may be such, and each would fail once, so all connections are
// replaced.
const changedResult = "RevalidateCachedQuery"

// dialer returns a dialer whose connections notice a peer that went silent.
func dialer() *net.Dialer {
	return &net.Dialer{
		Timeout:         dialTimeout,
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 5 * time.Second, Interval: 2 * time.Second, Count: 3},
		Control:         boundSilence,
	}
}
