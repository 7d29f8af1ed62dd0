// Package change stores what people change, and tells of it when it is
// committed.
//
// Frequent changes are stored many in one transaction. One goroutine per
// replica gathers those that arrive while the previous transaction commits:
//
//	Post ─┐                  ┌─ posts: check sessions, raise heads, insert ─┐
//	Read ─┼─▶ queue ─▶ batch ┤            one transaction, one round trip   ├─▶ publish, answer
//	  …  ─┘                  └─ logs whose head is locked ─▶ a lane each ───┘
//
// There is no timer: an idle system commits at once, a busy one in batches as
// long as its disk is slow. Within a log changes are stored in the order in
// which they arrived.
//
// Rare changes are a transaction each: see [Applier].
package change

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"parley/core/backing"
	"parley/core/batch"
	"parley/core/trace"
	"parley/core/wire"
)

// ErrBusy is returned when a change can't be stored in time: too many wait
// already, or something else holds the log's lock.
var ErrBusy = errors.New("too busy to store the change")

// ErrClosed is returned after Close.
var ErrClosed = errors.New("the committer is closed")

const (
	queueLength = 4096
	maxBatch    = 512
)

// Publish tells that an event has been committed to a topic's log, as a step of
// a span or of none. It must not block.
type Publish func(*trace.Span, wire.Topic, wire.Event)

// Committer stores changes, many in one transaction.
type Committer struct {
	pool    *backing.Tuned
	publish Publish
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
// not keep changes from being stored. publish gets what was stored anew, after
// the commit, per log in order of position. The caller must Close the committer.
func New(pool *backing.Tuned, publish Publish, log *slog.Logger, registry prometheus.Registerer) *Committer {
	c := &Committer{
		pool:    pool,
		publish: publish,
		log:     log,
		queue:   make(chan *job, queueLength),
		done:    make(chan struct{}),
	}
	c.lanes.open = make(map[wire.Topic]*lane)
	c.metrics = newMetrics(registry, func() int { return len(c.queue) }, c.lanes.count)
	go c.run()
	return c
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

// submit has a change stored and returns when it is committed, or never will
// be.
func (c *Committer) submit(ctx context.Context, change change) (_ Receipt, err error) {
	j := newJob(ctx, change)
	defer func() { j.span.End(err) }()
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
			j.fail(err)
		case time.Since(j.since) >= patience:
			j.fail(ErrBusy)
		default:
			kept = append(kept, j)
		}
	}
	return kept
}
