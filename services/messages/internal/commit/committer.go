// Package commit stores messages, many in one transaction.
//
// One goroutine per replica gathers the posts that arrive while the previous
// transaction commits, and stores them together:
//
//	Store ─┐                  ┌─ dedupe ─ check sessions, raise heads, insert, commit ─┐
//	Store ─┼─▶ queue ─▶ batch ┤                one statement, one round trip           ├─▶ publish, answer
//	Store ─┘                  └─ rooms whose lock is held ─▶ a lane each ──────────────┘
//
// There is no timer: an idle system commits at once, a busy one in batches as
// long as its disk is slow. Within a room posts are stored in the order in
// which they arrived.
package commit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"

	"parley/core/batch"
	"parley/core/chat"
	"parley/core/session"
)

// ErrBusy is returned when a post can't be stored in time: too many wait
// already, or something else holds the room's lock.
var ErrBusy = errors.New("too busy to store the message")

// ErrClosed is returned after Close.
var ErrClosed = errors.New("the committer is closed")

const (
	queueLength = 4096
	maxBatch    = 512
)

// Post is a message to be stored.
type Post struct {
	Room     string
	Username string
	Body     string
	ClientID string // "" for none

	// Session has to be live when the post is stored. The zero Key is nobody's:
	// whoever posts so has been identified by other means.
	Session session.Key
}

// Receipt says that a message is stored.
type Receipt struct {
	ID       chat.Position
	Repeated bool // it was stored before: the same room, username and client id
}

// job is a post that waits to be stored.
type job struct {
	Post
	ctx   context.Context // of the author's request: who has left is not waited for
	since time.Time
	done  chan outcome // buffered: the committer never waits for an author
}

type outcome struct {
	receipt Receipt
	err     error
}

func (j *job) answer(receipt Receipt, err error) { j.done <- outcome{receipt, err} }

// Committer stores messages.
type Committer struct {
	pool    *pgxpool.Pool
	publish func([]chat.Message)
	log     *slog.Logger
	metrics *metrics

	closing sync.RWMutex // held by those who send on queue
	closed  bool
	queue   chan *job
	done    chan struct{} // closed when the goroutine has ended

	lanes lanes
	wary  atomic.Int32 // batches left to be looked up first
}

// New starts a committer on a pool of its own: a storm of reads elsewhere must
// not keep messages from being stored. publish gets what was stored anew, after
// the commit, per room in order of position; it must not block. The caller
// must Close the committer.
func New(pool *pgxpool.Pool, publish func([]chat.Message), log *slog.Logger, registry prometheus.Registerer) *Committer {
	c := &Committer{
		pool:    pool,
		publish: publish,
		log:     log,
		queue:   make(chan *job, queueLength),
		done:    make(chan struct{}),
	}
	c.lanes.open = make(map[string]*lane)
	c.metrics = newMetrics(registry, func() int { return len(c.queue) }, c.lanes.count)
	go c.run()
	return c
}

// Store stores a post, in order within its room, and returns when it is
// committed. The post must be valid; Postgres refuses what isn't. Errors:
// [room.ErrNotFound], [session.ErrNotFound], [ErrBusy], [ErrClosed], that ctx has ended, or Postgres's.
// After the latter two the post may be stored nevertheless.
func (c *Committer) Store(ctx context.Context, post Post) (Receipt, error) {
	j := &job{Post: post, ctx: ctx, since: time.Now(), done: make(chan outcome, 1)}
	if err := c.enqueue(j); err != nil {
		return Receipt{}, err
	}
	select {
	case o := <-j.done:
		return o.receipt, o.err
	case <-ctx.Done():
		return Receipt{}, fmt.Errorf("wait for the commit: %w", ctx.Err())
	}
}

// Close stores what is queued and ends the committer.
func (c *Committer) Close() {
	c.closing.Lock()
	if !c.closed {
		c.closed = true
		close(c.queue)
	}
	c.closing.Unlock()
	<-c.done
}

func (c *Committer) enqueue(j *job) error {
	c.closing.RLock()
	defer c.closing.RUnlock()
	if c.closed {
		return ErrClosed
	}
	select {
	case c.queue <- j:
		return nil
	default:
		return ErrBusy
	}
}

func (c *Committer) run() {
	defer close(c.done)
	jobs := make([]*job, 0, maxBatch)
	for first := range c.queue {
		jobs = batch.Gather(append(jobs[:0], first), c.queue, maxBatch)
		c.commit(c.lanes.divert(present(jobs)), attempts)
		clear(jobs)
	}
	c.lanes.wait()
}

// present drops the jobs whose authors have left, and those whose patience is
// over, in place.
func present(jobs []*job) []*job {
	kept := jobs[:0]
	for _, j := range jobs {
		switch err := j.ctx.Err(); {
		case err != nil:
			j.answer(Receipt{}, err)
		case time.Since(j.since) >= patience:
			j.answer(Receipt{}, ErrBusy)
		default:
			kept = append(kept, j)
		}
	}
	return kept
}
