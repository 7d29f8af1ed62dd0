// Package publish rings the doorbell: it tells Redis what has been committed.
//
// Nobody waits for it. A queue in memory feeds one goroutine that sends what
// has gathered in one pipeline, in order. When Redis is away or the queue is
// full, notices are dropped and counted: the stream service finds in Postgres
// what it was not told.
package publish

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

	"parley/core/backing"
	"parley/core/batch"
	"parley/core/session"
	"parley/core/trace"
	"parley/core/wire"
)

const (
	queueLength = 4096            // at 16 KB a message at most, 64 MB
	maxPipeline = 512             // notices
	sendTimeout = 2 * time.Second // for one pipeline
)

// payload is a [wire.Event], a [wire.Notice] or a [wire.SessionsEnded].
type payload interface {
	AppendJSON(b []byte) []byte
}

// notice is something to be published.
type notice struct {
	channel string
	value   payload
	span    *trace.Span // until Redis has it
}

// encode returns what is published, with the span by which the receiver goes on
// with the trace.
func (n *notice) encode() []byte {
	b := n.value.AppendJSON(nil)
	if n.span != nil {
		b = wire.AppendTraceparent(b, n.span.Traceparent())
	}
	return b
}

// Publisher publishes to Redis in the background.
type Publisher struct {
	client  redis.UniversalClient
	sharded bool // a publish goes to one shard of a Cluster
	log     *slog.Logger
	queue   chan notice
	done    chan struct{}

	closing atomic.Bool

	published prometheus.Counter
	dropped   prometheus.Counter

	failing bool // of the goroutine
}

// New starts a publisher. The caller must Close it, and publish nothing after.
func New(client redis.UniversalClient, log *slog.Logger, metrics prometheus.Registerer) *Publisher {
	p := &Publisher{
		client:  client,
		sharded: backing.Sharded(client),
		log:     log,
		queue:   make(chan notice, queueLength),
		done:    make(chan struct{}),
		published: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "parley_published_total", Help: "Notices that Redis accepted.",
		}),
		dropped: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "parley_publish_dropped_total", Help: "Notices that Redis did not get: it was away, or the queue was full.",
		}),
	}
	queued := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "parley_publish_queue_length", Help: "Notices that wait to be published.",
	}, func() float64 { return float64(len(p.queue)) })
	metrics.MustRegister(p.published, p.dropped, queued)
	go p.run()
	return p
}

// Event publishes a durable change on the channel of its log, as a step of a
// span or of none. What is published one after the other arrives in that order.
// It doesn't block.
func (p *Publisher) Event(of *trace.Span, topic wire.Topic, event wire.Event) {
	span := of.Publish()
	span.Int("parley.position", event.At())
	p.enqueue(notice{topic.Channel(), event, span})
}

// Notice publishes what is not durable on the channel of a log. It doesn't
// block.
func (p *Publisher) Notice(topic wire.Topic, n wire.Notice) {
	p.enqueue(notice{channel: topic.Channel(), value: n})
}

// SessionsEnded tells that sessions have ended, in notices of bounded length.
// It doesn't block.
func (p *Publisher) SessionsEnded(keys ...session.Key) {
	for some := range slices.Chunk(keys, wire.MaxEndedKeys) {
		p.enqueue(notice{channel: wire.SessionsEndedChannel, value: wire.SessionsEnded{Keys: some}})
	}
}

// Close publishes what is queued and ends the publisher. With Redis away it
// gives up after a few seconds.
func (p *Publisher) Close() {
	p.closing.Store(true)
	close(p.queue)
	<-p.done
}

func (p *Publisher) enqueue(n notice) {
	select {
	case p.queue <- n:
	default:
		p.drop(n)
	}
}

// errDropped is why a span ends that was not published.
var errDropped = errors.New("not published")

func (p *Publisher) drop(n notice) {
	p.dropped.Inc()
	n.span.End(errDropped)
}

func (p *Publisher) run() {
	defer close(p.done)
	pending := make([]notice, 0, maxPipeline)
	for first := range p.queue {
		pending = batch.Gather(append(pending[:0], first), p.queue, maxPipeline)
		if p.failing && p.closing.Load() {
			for _, n := range pending {
				p.drop(n)
			}
			continue
		}
		p.send(pending)
		clear(pending)
	}
}

func (p *Publisher) send(batch []notice) {
	ctx, cancel := context.WithTimeout(context.Background(), sendTimeout)
	defer cancel()
	pipeline := p.client.Pipeline() // in a Cluster, one to each shard
	publish := pipeline.Publish
	if p.sharded {
		publish = pipeline.SPublish
	}
	for _, n := range batch {
		publish(ctx, n.channel, n.encode())
	}
	results, err := pipeline.Exec(ctx)
	for i, result := range results { // of each command, in order
		batch[i].span.End(result.Err())
		if result.Err() != nil {
			p.dropped.Inc()
		} else {
			p.published.Inc()
		}
	}
	p.note(err)
}

// note logs when Redis goes away and when it is back.
func (p *Publisher) note(err error) {
	failing := err != nil
	if failing == p.failing {
		return
	}
	p.failing = failing
	if failing {
		p.log.Warn("Redis does not take notices; streams find messages in Postgres", "error", err)
	} else {
		p.log.Info("Redis takes notices again")
	}
}
