package doorbell

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"parley/core/wire"
)

const (
	probePrefix   = "chat:probe."
	probeEvery    = time.Second
	probePatience = 2500 * time.Millisecond // without one coming back, the subscription is dead
	commandLimit  = 500                     // channels named in one command
)

var errDeaf = errors.New("probe did not come back")

// life is one subscription, from connecting to its first failure.
type life struct {
	*Doorbell
	pubsub *redis.PubSub
	heard  atomic.Int64 // when a probe last came back, Unix nanoseconds
}

// live runs one life. It returns why it ended, and leaves no goroutine.
func (d *Doorbell) live(ctx context.Context, h Handlers) error {
	ctx, cancel := context.WithCancelCause(ctx)
	l := &life{Doorbell: d, pubsub: d.client.Subscribe(ctx)}
	l.heard.Store(time.Now().UnixNano())

	var helpers sync.WaitGroup
	defer helpers.Wait()
	defer cancel(nil)
	helpers.Go(func() { // Receive ends only when its connection does
		<-ctx.Done()
		_ = l.pubsub.Close() // it may be broken already
	})

	if err := l.pubsub.Subscribe(ctx, l.probe, wire.SessionsEndedChannel); err != nil {
		return fmt.Errorf("subscribe: %w", err)
	}
	helpers.Go(func() { l.watch(ctx, cancel) })
	helpers.Go(func() { l.follow(ctx, cancel) })

	for {
		received, err := l.pubsub.Receive(ctx)
		if err != nil {
			if cause := context.Cause(ctx); cause != nil {
				return cause
			}
			return fmt.Errorf("receive: %w", err)
		}
		switch m := received.(type) {
		case *redis.Message:
			if m.Channel == l.probe {
				l.heard.Store(time.Now().UnixNano())
				continue
			}
			l.take(h, m)
		case *redis.Subscription:
			l.confirmed(h, m)
		}
	}
}

// confirmed handles Redis's answer to a subscription. The first, to our own
// channels, means that the life has begun.
func (l *life) confirmed(h Handlers, s *redis.Subscription) {
	if s.Kind != "subscribe" {
		return
	}
	if s.Channel == wire.SessionsEndedChannel {
		l.begin()
		return
	}
	topic, ok := wire.TopicOf(s.Channel)
	if !ok {
		return
	}
	l.mu.Lock()
	_, wanted := l.wanted[topic]
	awaited := l.acknowledge(topic)
	l.mu.Unlock()
	if wanted && !awaited { // nobody waited for this: the room was listening before
		h.Renewed()
	}
}

// begin asks for every wanted room.
func (l *life) begin() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.up = true
	l.metrics.Up.Set(1)
	for topic := range l.wanted {
		l.touch(topic)
	}
}

// follow subscribes and unsubscribes as rooms come and go.
func (l *life) follow(ctx context.Context, cancel context.CancelCauseFunc) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.changed:
		}
		join, leave := l.changes()
		for len(join) > 0 || len(leave) > 0 {
			if err := errors.Join(
				command(ctx, &join, l.pubsub.Subscribe),
				command(ctx, &leave, l.pubsub.Unsubscribe),
			); err != nil {
				cancel(fmt.Errorf("change subscription: %w", err))
				return
			}
		}
	}
}

// changes takes the rooms that came and went since it was last called. While
// down it takes none: [life.begin] will name them all.
func (l *life) changes() (join, leave []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.up {
		return nil, nil
	}
	for topic := range l.dirty {
		if _, wanted := l.wanted[topic]; wanted {
			join = append(join, l.names.Keep(topic.Channel()))
		} else {
			leave = append(leave, topic.Channel())
		}
	}
	l.dirty = make(map[wire.Topic]struct{}) // a crowd's memory goes with it
	return join, leave
}

// command sends the first channels of the list, if any, and takes them off it.
func command(ctx context.Context, channels *[]string, send func(context.Context, ...string) error) error {
	n := min(len(*channels), commandLimit)
	if n == 0 {
		return nil
	}
	err := send(ctx, (*channels)[:n]...)
	*channels = (*channels)[n:]
	return err
}

// watch publishes to ourselves and ends the life when nothing comes back,
// whatever the reason: a hung Redis, a dead connection, a lost subscription.
func (l *life) watch(ctx context.Context, cancel context.CancelCauseFunc) {
	tick := time.NewTicker(probeEvery)
	defer tick.Stop()
	for {
		if err := l.client.Publish(ctx, l.probe, "").Err(); err != nil && ctx.Err() == nil {
			l.log.Debug("probe not published", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if time.Since(time.Unix(0, l.heard.Load())) > probePatience {
			cancel(errDeaf)
			return
		}
	}
}
