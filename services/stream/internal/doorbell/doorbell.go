// Package doorbell listens to Redis: to the channels of the logs that are
// wanted here, and to ended sessions.
//
// go-redis mends a broken subscription by itself and doesn't say so, nor does
// it notice a Redis that hangs. So a subscription here has one life: it ends
// at the first error, or when a probe published to itself doesn't come back,
// and a new one begins with everything that is wanted then. Whoever listens
// learns of each beginning, because publishes in between are lost.
//
//	   ┌── error, or probe missed ──┐
//	   ▼                            │
//	down ──connect, subscribe──▶ receive ──▶ Handlers
package doorbell

import (
	"context"
	"crypto/rand"
	"log/slog"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"parley/core/session"
	"parley/core/wire"
	"parley/stream/internal/slab"
)

// Handlers take what arrives. They run on the receiving goroutine, one at a
// time, and must be quick: Redis cuts off a subscriber that doesn't read.
type Handlers struct {
	Message func(topic wire.Topic, payload []byte)
	Ended   func([]session.Key)
	Renewed func() // a subscription has begun: publishes before it may be lost
}

// Doorbell is this replica's subscription.
type Doorbell struct {
	client  redis.UniversalClient
	log     *slog.Logger
	metrics *Metrics
	probe   string // a channel of our own
	changed chan struct{}

	mu      sync.Mutex
	up      bool
	wanted  map[wire.Topic]struct{}
	awaited map[wire.Topic]chan struct{} // of those that are wanted: closed once Redis has acknowledged
	names   slab.Names                   // of channels
	dirty   map[wire.Topic]struct{}      // logs to subscribe or unsubscribe
}

// acknowledged is the channel of every subscription that Redis has
// acknowledged, or for which there is no use in waiting.
var acknowledged = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

// acknowledge lets nobody wait for a subscription any more, and reports whether
// somebody might have waited. d.mu is held.
func (d *Doorbell) acknowledge(topic wire.Topic) (awaited bool) {
	c, awaited := d.awaited[topic]
	if awaited {
		close(c)
		delete(d.awaited, topic)
	}
	return awaited
}

// New returns a doorbell that is down until [Doorbell.Run].
func New(client redis.UniversalClient, log *slog.Logger, metrics *Metrics) *Doorbell {
	return &Doorbell{
		client: client, log: log, metrics: metrics,
		probe:   probePrefix + rand.Text(),
		changed: make(chan struct{}, 1),
		wanted:  make(map[wire.Topic]struct{}),
		awaited: make(map[wire.Topic]chan struct{}),
		dirty:   make(map[wire.Topic]struct{}),
	}
}

// Join wants a log's channel. The returned channel is closed once Redis has
// acknowledged the subscription, or at once while Redis is away.
func (d *Doorbell) Join(topic wire.Topic) <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, ok := d.wanted[topic]; !ok {
		d.wanted[topic] = struct{}{}
		d.touch(topic)
		if d.up {
			d.awaited[topic] = make(chan struct{})
		}
	}
	if c, ok := d.awaited[topic]; ok {
		return c
	}
	return acknowledged
}

// Leave no longer wants a log's channel.
func (d *Doorbell) Leave(topic wire.Topic) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, ok := d.wanted[topic]; ok {
		d.acknowledge(topic)
		delete(d.wanted, topic)
		d.touch(topic)
	}
}

func (d *Doorbell) touch(topic wire.Topic) {
	d.dirty[topic] = struct{}{}
	select {
	case d.changed <- struct{}{}:
	default:
	}
}

const (
	minBackoff = 50 * time.Millisecond
	maxBackoff = time.Second
	healthy    = 5 * time.Second // a life this long resets the backoff
)

// Run keeps a subscription alive until ctx ends.
func (d *Doorbell) Run(ctx context.Context, h Handlers) {
	backoff := minBackoff
	for {
		began := time.Now()
		err := d.live(ctx, h)
		d.down()
		if ctx.Err() != nil {
			return
		}
		if time.Since(began) > healthy {
			backoff = minBackoff
		}
		d.metrics.Lost.Inc()
		d.log.Warn("redis subscription lost", "error", err, "again_in", backoff)
		select {
		case <-time.After(backoff):
		case <-ctx.Done():
			return
		}
		backoff = min(2*backoff, maxBackoff)
	}
}

// down lets nobody wait for an acknowledgement any more.
func (d *Doorbell) down() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.up = false
	d.metrics.Up.Set(0)
	for topic := range d.awaited {
		d.acknowledge(topic)
	}
}

// take hands an arrived payload to its handler.
func (d *Doorbell) take(h Handlers, m *redis.Message) {
	if topic, ok := wire.TopicOf(m.Channel); ok {
		d.metrics.Received.Inc()
		h.Message(topic, []byte(m.Payload))
		return
	}
	if m.Channel == wire.SessionsEndedChannel {
		ended, err := wire.ParseSessionsEnded([]byte(m.Payload))
		if err != nil {
			d.log.Warn("session notice rejected", "error", err)
			return
		}
		h.Ended(ended.Keys)
	}
}
