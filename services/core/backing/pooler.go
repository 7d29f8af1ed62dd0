package backing

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// A pooler such as PgBouncer in transaction mode gives a connection another
// session of Postgres for each transaction. So nothing can be left in a session:
// no prepared statement, no setting. A URL says that there is one by
// default_query_exec_mode=cache_describe.

// pooled reports whether the connections go by way of a pooler.
func pooled(cfg *pgxpool.Config) bool {
	return cfg.ConnConfig.DefaultQueryExecMode != pgx.QueryExecModeCacheStatement
}

// errSettings is what a session is refused for.
var errSettings = errors.New("the sessions of the pooler lack settings")

// underPooler completes the configuration of a pool whose connections go by way
// of a pooler. What every session is to have is the role's own there, and is
// looked at once for a connection.
func underPooler(cfg *pgxpool.Config, options []Option) error {
	if mode := cfg.ConnConfig.DefaultQueryExecMode; mode != pgx.QueryExecModeCacheDescribe {
		return fmt.Errorf("default_query_exec_mode is %s: want cache_describe behind a pooler, or nothing", mode)
	}
	for _, o := range options {
		if s, ok := o.(Setting); ok {
			return fmt.Errorf("a pooler can't be told %s: name Postgres itself", s.Name)
		}
		o.apply(cfg)
	}
	for _, s := range sessionSettings {
		delete(cfg.ConnConfig.RuntimeParams, s.Name)
	}
	cfg.ConnConfig.DescriptionCacheCapacity = statements
	cfg.AfterConnect = checkSettings
	return nil
}

// checkSettings refuses a session in which what is acknowledged may not be
// stored, or in which nothing ends by itself.
func checkSettings(ctx context.Context, conn *pgx.Conn) error {
	var user, commit, statement, idle string
	err := conn.QueryRow(ctx, `
		SELECT current_user, current_setting('synchronous_commit'), current_setting('statement_timeout'),
			current_setting('idle_in_transaction_session_timeout')`).Scan(&user, &commit, &statement, &idle)
	if err != nil {
		return fmt.Errorf("look at settings: %w", err)
	}
	if slices.Contains([]string{"on", "remote_apply"}, commit) && statement != "0" && idle != "0" {
		return nil
	}
	return fmt.Errorf("%w: synchronous_commit is %s, statement_timeout %s, idle_in_transaction_session_timeout %s: set them for the role %s (ALTER ROLE … SET), and reconnect the pooler",
		errSettings, commit, statement, idle, user)
}

// Tuned is a pool whose sessions have settings of their own. Behind a pooler
// Query and SendBatch bring them along, in their transaction and in the same
// round trip; what else the pool can do knows nothing of them there.
type Tuned struct {
	*pgxpool.Pool
	local string // a statement to begin with; "" if the sessions have the settings
}

// OpenTuned is [Postgres] for a tuned pool.
func OpenTuned(ctx context.Context, url, service string, maxConns int32, options ...Option) (*Tuned, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("DATABASE_URL: %w", err)
	}
	t := &Tuned{}
	if pooled(cfg) {
		settings, others := split(options)
		t.local, options = Local(settings...), others
	}
	if t.Pool, err = Postgres(ctx, url, service, maxConns, options...); err != nil {
		return nil, err
	}
	return t, nil
}

func split(options []Option) (settings []Setting, others []Option) {
	for _, o := range options {
		if s, ok := o.(Setting); ok {
			settings = append(settings, s)
		} else {
			others = append(others, o)
		}
	}
	return settings, others
}

// Local returns a statement that makes settings for the rest of its transaction.
func Local(settings ...Setting) string {
	var sql strings.Builder
	for i, s := range settings {
		sql.WriteString([]string{"SELECT ", ", "}[min(i, 1)])
		fmt.Fprintf(&sql, "set_config('%s', '%s', true)", s.Name, s.Value)
	}
	return sql.String()
}

// Close closes the pool. A nil *Tuned has none.
func (t *Tuned) Close() {
	if t != nil {
		t.Pool.Close()
	}
}

// SendBatch is [pgxpool.Pool.SendBatch]. The batch must be one transaction.
func (t *Tuned) SendBatch(ctx context.Context, batch *pgx.Batch) pgx.BatchResults {
	if t.local == "" {
		return t.Pool.SendBatch(ctx, batch)
	}
	whole := &pgx.Batch{}
	whole.Queue(t.local)
	whole.QueuedQueries = append(whole.QueuedQueries, batch.QueuedQueries...)
	results := t.Pool.SendBatch(ctx, whole)
	_, _ = results.Exec() // the results that follow fail with it
	return results
}

// Query is [pgxpool.Pool.Query]. The rows must be closed.
func (t *Tuned) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	if t.local == "" {
		return t.Pool.Query(ctx, sql, args...)
	}
	batch := &pgx.Batch{}
	batch.Queue(sql, args...)
	results := t.SendBatch(ctx, batch)
	rows, err := results.Query()
	if err != nil {
		return nil, errors.Join(err, results.Close())
	}
	return &batchRows{rows, results}, nil
}

// batchRows are the rows of a batch of one statement.
type batchRows struct {
	pgx.Rows
	results pgx.BatchResults
}

// Close gives back the connection as well.
func (r *batchRows) Close() {
	r.Rows.Close()
	_ = r.results.Close() // Err says the same
}
