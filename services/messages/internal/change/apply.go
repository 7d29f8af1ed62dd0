package change

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"parley/core/session"
	"parley/core/trace"
	"parley/core/wire"
)

// Applier makes changes that are rare: each is a transaction of its own.
type Applier struct {
	pool    *pgxpool.Pool
	publish Publish
}

// NewApplier returns an applier on pool. publish gets what was changed, after
// the commit.
func NewApplier(pool *pgxpool.Pool, publish Publish) *Applier { return &Applier{pool, publish} }

// Scope says on whose behalf a change is made, and which logs it touches.
type Scope struct {
	Session session.Key // has to be live; the zero Key is nobody's
	Rooms   []string    // whose heads it may raise; one that doesn't exist is passed over
	People  []string    // the same
}

// Tx is the transaction of a change. The heads of its scope are locked: the
// rooms' first, in order of name, then the people's. So changes don't wait for
// each other in a circle, and what it reads of these logs stays as it is.
type Tx struct {
	pgx.Tx
	span *trace.Span
	told []told
}

// told is an event that is to be published.
type told struct {
	span  *trace.Span // of the change
	topic wire.Topic
	event wire.Event
}

// Tell has an event published after the commit.
func (t *Tx) Tell(topic wire.Topic, event wire.Event) {
	t.told = append(t.told, told{t.span, topic, event})
}

// Apply runs do in a transaction and publishes, after the commit, the events
// that do tells. An error of do undoes all. A deadlock has do run again.
// Errors: [session.ErrNotFound] if the session has ended, do's, Postgres's.
func (a *Applier) Apply(ctx context.Context, scope Scope, do func(context.Context, *Tx) error) (err error) {
	const tries = 3
	span := trace.Start(ctx, "commit")
	ctx = span.Context(ctx)
	defer func() { span.End(err) }()
	for range tries {
		tx := Tx{span: span}
		err = pgx.BeginFunc(ctx, a.pool, func(inner pgx.Tx) error {
			tx.Tx = inner
			if err := tx.lock(ctx, scope); err != nil {
				return err
			}
			return do(ctx, &tx)
		})
		if err == nil {
			for _, t := range tx.told {
				a.publish(t.span, t.topic, t.event)
			}
			return nil
		}
		if !retryable(err) {
			break
		}
	}
	return err
}

// lock makes sure that the session is live, and locks the heads, in one round
// trip.
func (t *Tx) lock(ctx context.Context, scope Scope) error {
	batch := &pgx.Batch{}
	batch.Queue(`SELECT $1::bytea IS NULL OR EXISTS (SELECT FROM sessions WHERE token_hash = $1 AND expires_at > now())`, keyOrNull(scope.Session))
	if len(scope.Rooms) > 0 {
		batch.Queue(`SELECT FROM rooms WHERE name = ANY($1) ORDER BY name FOR NO KEY UPDATE`, scope.Rooms)
	}
	if len(scope.People) > 0 {
		batch.Queue(`SELECT FROM users WHERE username = ANY($1) ORDER BY username FOR NO KEY UPDATE`, scope.People)
	}
	results := t.SendBatch(ctx, batch)
	var live bool
	err := results.QueryRow().Scan(&live)
	if err = errors.Join(err, results.Close()); err != nil {
		return fmt.Errorf("lock logs: %w", err)
	}
	if !live {
		return session.ErrNotFound
	}
	return nil
}

// keyOrNull returns key as Postgres takes it: NULL for nobody's.
func keyOrNull(key session.Key) []byte {
	if key == (session.Key{}) {
		return nil
	}
	return key[:]
}
