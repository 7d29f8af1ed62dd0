package doorbell

import (
	"context"
	"crypto/rand"
	"log/slog"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"parley/core/wire"
	"parley/stream/internal/slab"
)

// line is a subscription to one server.
type line struct {
	client  redis.UniversalClient
	log     *slog.Logger
	metrics *Metrics
	probe   func() string // returns a channel of our own; "" if the server has none for us
	cluster *cluster      // nil: there is but this line
	addr    string        // of the server, in a cluster
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
// somebody might have waited. l.mu is held.
func (l *line) acknowledge(topic wire.Topic) (awaited bool) {
	c, awaited := l.awaited[topic]
	if awaited {
		close(c)
		delete(l.awaited, topic)
	}
	return awaited
}

// newLine returns a line that is down until run.
func newLine(client redis.UniversalClient, log *slog.Logger, metrics *Metrics) *line {
	probe := probePrefix + rand.Text()
	return &line{
		client: client, log: log, metrics: metrics,
		probe:   func() string { return probe },
		changed: make(chan struct{}, 1),
		wanted:  make(map[wire.Topic]struct{}),
		awaited: make(map[wire.Topic]chan struct{}),
		dirty:   make(map[wire.Topic]struct{}),
	}
}

// join wants a log's channel. The returned channel is closed once Redis has
// acknowledged the subscription, or at once while Redis is away.
func (l *line) join(topic wire.Topic) <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, ok := l.wanted[topic]; !ok {
		l.wanted[topic] = struct{}{}
		l.touch(topic)
		if l.up {
			l.awaited[topic] = make(chan struct{})
		}
	}
	if c, ok := l.awaited[topic]; ok {
		return c
	}
	return acknowledged
}

// leave no longer wants a log's channel.
func (l *line) leave(topic wire.Topic) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, ok := l.wanted[topic]; ok {
		l.acknowledge(topic)
		delete(l.wanted, topic)
		l.touch(topic)
	}
}

func (l *line) touch(topic wire.Topic) {
	l.dirty[topic] = struct{}{}
	select {
	case l.changed <- struct{}{}:
	default:
	}
}

const (
	minBackoff = 50 * time.Millisecond
	maxBackoff = time.Second
	healthy    = 5 * time.Second // a life this long resets the backoff
)

// run keeps a subscription alive until ctx ends.
func (l *line) run(ctx context.Context, h Handlers) {
	backoff := minBackoff
	for {
		began := time.Now()
		err := l.live(ctx, h)
		l.down()
		if ctx.Err() != nil {
			return
		}
		if time.Since(began) > healthy {
			backoff = minBackoff
		}
		l.metrics.Lost.Inc()
		l.log.Warn("redis subscription lost", "error", err, "again_in", backoff)
		select {
		case <-time.After(backoff):
		case <-ctx.Done():
			return
		}
		backoff = min(2*backoff, maxBackoff)
	}
}

// down lets nobody wait for an acknowledgement any more.
func (l *line) down() {
	l.mu.Lock()
	l.up = false
	for topic := range l.awaited {
		l.acknowledge(topic)
	}
	l.mu.Unlock()
	l.tell(false)
}

// tell tells whether the line stands.
func (l *line) tell(up bool) {
	switch {
	case l.cluster != nil:
		l.cluster.count()
		if !up {
			l.cluster.doubtIt()
		}
	case up:
		l.metrics.Up.Set(1)
	default:
		l.metrics.Up.Set(0)
	}
}

// standing reports whether the line stands, and whether it has anything to do.
func (l *line) standing() (up, used bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.up, len(l.wanted) > 0
}

// give hands those of the line's topics to others that are theirs now.
func (l *line) give(whose func(wire.Topic) *line) {
	l.mu.Lock()
	moved := make(map[wire.Topic]*line)
	for topic := range l.wanted {
		if to := whose(topic); to != l {
			moved[topic] = to
			l.acknowledge(topic)
			delete(l.wanted, topic)
			l.touch(topic)
		}
	}
	l.mu.Unlock()
	for topic, to := range moved {
		to.adopt(topic)
	}
}

// adopt wants a topic for which nobody waits: publishes in between are lost, and
// the acknowledgement tells so.
func (l *line) adopt(topic wire.Topic) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wanted[topic] = struct{}{}
	l.touch(topic)
}
