package backing

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	lookEvery    = time.Second
	lookPatience = time.Second
	// mostLate is how often in a row a replica may be behind, before it is left
	// alone until the next look.
	mostLate = 8
)

// ErrBehind says that a replica has not come as far as it must.
var ErrBehind = errors.New("the replica is behind")

// Replicas are streaming replicas of one Postgres, the primary. Whoever reads
// from one says how it is seen that the replica has all that it must have, and
// asks the primary otherwise; see docs/decisions/0011.
//
//	Read ─▶ one that is good ─▶ answered
//	              │ away, slow, cancelled by recovery, behind
//	              └──────────▶ false: ask the primary
//	Run ──▶ every second: is it a standby of this primary, on the same timeline?
//
// A nil *Replicas has none.
type Replicas struct {
	all     []*Replica
	turn    atomic.Uint32
	primary *pgxpool.Pool
	origin  *origin // of the primary
	log     *slog.Logger
}

// Replica is one of them. Its counts only grow.
type Replica struct {
	Name                     string // host:port
	Pool                     *pgxpool.Pool
	Answered, Behind, Failed atomic.Int64

	origin origin       // "" while it is away
	late   atomic.Int32 // it was behind so many times in a row
}

// origin tells one history of a database from all others: the identifier of the
// cluster and the timeline, which grows with each promotion. "" is unknown.
type origin struct{ atomic.Pointer[string] }

func (o *origin) get() string {
	if p := o.Load(); p != nil {
		return *p
	}
	return ""
}

func (o *origin) set(text string) { o.Store(&text) }

const (
	primaryOrigin = `SELECT (SELECT system_identifier FROM pg_control_system()) || '.' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8)`
	// A replica says which timeline it is on when it has replayed a checkpoint of it.
	replicaOrigin = `
		SELECT (SELECT system_identifier FROM pg_control_system()) || '.' || lpad(upper(to_hex((SELECT timeline_id FROM pg_control_checkpoint()))), 8, '0')
		WHERE pg_is_in_recovery()`
)

// Moment is an SQL expression: two statements for which it is the same have seen
// the same rows. It is a snapshot of the primary's, and its timeline: after a
// promotion numbers of transactions may come once more. A standby refuses it.
const Moment = `(pg_current_snapshot()::text || ' ' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))`

// Open returns a pool on the primary as [Postgres] does, and pools on its
// replicas, which need [Replicas.Run]; replicas is nil if reads names none.
func Open(ctx context.Context, url string, reads []string, service string, maxConns int32, log *slog.Logger, options ...Option) (primary *pgxpool.Pool, replicas *Replicas, err error) {
	if len(reads) == 0 {
		primary, err = Postgres(ctx, url, service, maxConns, options...)
		return primary, nil, err
	}
	r := &Replicas{origin: &origin{}, log: log}
	cfg, err := configure(url, service, maxConns, options)
	if err != nil {
		return nil, nil, fmt.Errorf("DATABASE_URL: %w", err)
	}
	r.watch(cfg)
	if r.primary, err = open(ctx, cfg); err != nil {
		return nil, nil, err
	}
	for _, url := range reads {
		one := &Replica{}
		if one.Pool, err = Postgres(ctx, url, service, maxConns, options...); err != nil {
			r.Close()
			r.primary.Close()
			return nil, nil, fmt.Errorf("DATABASE_READ_URLS: %w", err)
		}
		to := one.Pool.Config().ConnConfig
		one.Name = net.JoinHostPort(to.Host, strconv.Itoa(int(to.Port)))
		r.all = append(r.all, one)
	}
	return r.primary, r, nil
}

// watch has every new connection to the primary tell its origin: after a
// failover no replica of the primary before is taken for one of the new.
func (r *Replicas) watch(cfg *pgxpool.Config) {
	before := cfg.AfterConnect
	cfg.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		if before != nil {
			if err := before(ctx, conn); err != nil {
				return err
			}
		}
		return r.learn(conn.QueryRow(ctx, primaryOrigin))
	}
}

// learn takes up the origin of the primary.
func (r *Replicas) learn(row pgx.Row) error {
	var is string
	if err := row.Scan(&is); err != nil {
		return fmt.Errorf("ask for the primary's timeline: %w", err)
	}
	if was := r.origin.get(); was != is {
		r.origin.set(is)
		if was != "" {
			r.log.Warn("the primary is another", "was", was, "is", is)
		}
	}
	return nil
}

// All returns the replicas.
func (r *Replicas) All() []*Replica {
	if r == nil {
		return nil
	}
	return r.all
}

// Close closes the replicas' pools.
func (r *Replicas) Close() {
	for _, one := range r.All() {
		one.Pool.Close()
	}
}

// Read lets a replica answer, if there is a good one, and reports whether it
// did. ask must return [ErrBehind] unless the replica has all that it must have.
// A replica that doesn't answer within patience is left alone until it answers a
// look.
func (r *Replicas) Read(ctx context.Context, patience time.Duration, ask func(context.Context, *pgxpool.Pool) error) bool {
	one := r.next()
	if one == nil {
		return false
	}
	asking, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := ask(asking, one.Pool)
	switch {
	case err == nil:
		one.Answered.Add(1)
		one.late.Store(0)
		return true
	case ctx.Err() != nil: // the asker has left
	case errors.Is(err, ErrBehind):
		one.Behind.Add(1)
		one.late.Add(1)
	default:
		one.Failed.Add(1)
		if !strings.HasPrefix(Code(err), "40") { // a conflict with recovery is over with the statement
			r.leave(one, err)
		}
	}
	return false
}

// next returns a replica that is good, in turn; nil if there is none.
func (r *Replicas) next() *Replica {
	if r == nil {
		return nil
	}
	origin, first := r.origin.get(), int(r.turn.Add(1))
	for i := range r.all {
		one := r.all[(first+i)%len(r.all)]
		if origin != "" && one.origin.get() == origin && one.late.Load() < mostLate {
			return one
		}
	}
	return nil
}

// Good reports whether the replica is asked, if it has what is asked for.
func (r *Replicas) Good(one *Replica) bool {
	origin := one.origin.get()
	return origin != "" && origin == r.origin.get()
}

// leave leaves a replica alone until it answers a look.
func (r *Replicas) leave(one *Replica, why error) {
	if one.origin.get() != "" {
		one.origin.set("")
		r.log.Warn("a replica is away", "replica", one.Name, "error", why)
	}
}

// Run looks at the replicas every second until ctx ends.
func (r *Replicas) Run(ctx context.Context) {
	if r == nil {
		return
	}
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		r.look(ctx)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// look asks the primary and every replica where they come from, all at once.
func (r *Replicas) look(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, lookPatience)
	defer cancel()
	looked := make(chan struct{})
	for _, one := range r.all {
		go func() {
			r.lookAt(ctx, one)
			looked <- struct{}{}
		}()
	}
	if err := r.learn(r.primary.QueryRow(ctx, primaryOrigin)); err != nil {
		r.log.Debug("primary not looked at", "error", err)
	}
	for range r.all {
		<-looked
	}
}

func (r *Replicas) lookAt(ctx context.Context, one *Replica) {
	var is string
	err := one.Pool.QueryRow(ctx, replicaOrigin).Scan(&is)
	if errors.Is(err, pgx.ErrNoRows) {
		err = errors.New("it is no standby")
	}
	if err != nil {
		r.leave(one, err)
		return
	}
	one.late.Store(0)
	if one.origin.get() != is {
		one.origin.set(is)
		r.log.Info("a replica answers", "replica", one.Name, "origin", is, "primary", r.origin.get())
	}
}
