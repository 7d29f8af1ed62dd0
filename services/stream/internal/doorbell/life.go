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
	shardedLimit  = 1                       // the same in a Cluster, where all of one command have to be of one slot
)

var (
	errDeaf   = errors.New("probe did not come back")
	errIdle   = errors.New("the server has no slots")
	errProbe  = errors.New("the probe's slot has moved")
	errItself = errors.New("the server redirects to itself")
)

// life is one subscription, from connecting to its first failure.
type life struct {
	*line
	pubsub  *redis.PubSub
	sharded bool
	channel string       // of the probe
	heard   atomic.Int64 // when a probe last came back, Unix nanoseconds
}

// live runs one life. It returns why it ended, and leaves no goroutine.
func (l *line) live(ctx context.Context, h Handlers) error {
	one := &life{line: l, sharded: l.cluster != nil, channel: l.probe()}
	if one.channel == "" {
		return errIdle
	}
	return one.receive(ctx, h)
}

// receive connects, subscribes, and hands on what arrives, until it fails.
func (l *life) receive(ctx context.Context, h Handlers) error {
	ctx, cancel := context.WithCancelCause(ctx)
	l.pubsub = l.client.Subscribe(ctx)
	l.heard.Store(time.Now().UnixNano())

	var helpers sync.WaitGroup
	defer helpers.Wait()
	defer cancel(nil)
	helpers.Go(func() { // Receive ends only when its connection does
		<-ctx.Done()
		_ = l.pubsub.Close() // it may be broken already
	})

	if err := l.subscribe(ctx, l.channel); err != nil {
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
			if err := l.redirected(err); err != nil {
				return fmt.Errorf("receive: %w", err)
			}
			continue
		}
		switch m := received.(type) {
		case *redis.Message:
			if m.Channel == l.channel {
				l.heard.Store(time.Now().UnixNano())
				continue
			}
			l.take(h, m)
		case *redis.Subscription:
			if err := l.confirmed(h, m); err != nil {
				return err
			}
		}
	}
}

// confirmed handles Redis's answer to a subscription. The first, to our own
// channel, means that the life has begun.
func (l *life) confirmed(h Handlers, s *redis.Subscription) error {
	switch s.Kind {
	case "subscribe", "ssubscribe":
		if s.Channel == l.channel {
			l.begin()
			return nil
		}
	case "sunsubscribe":
		return l.ended(s.Channel)
	default:
		return nil
	}
	topic, ok := topicOf(s.Channel)
	if !ok {
		return nil
	}
	l.mu.Lock()
	_, wanted := l.wanted[topic]
	awaited := l.acknowledge(topic)
	l.mu.Unlock()
	if wanted && !awaited { // nobody waited for this: the room was listening before
		h.Renewed()
	}
	return nil
}

// ended handles the end of a subscription in a Cluster: we have asked for it, or
// the slot has moved. Then we ask for it again, to be told where it is.
func (l *life) ended(channel string) error {
	if channel == l.channel {
		return errProbe
	}
	topic, ok := topicOf(channel)
	if !ok {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, wanted := l.wanted[topic]; wanted {
		l.touch(topic)
	}
	return nil
}

// redirected takes the error by which a server of a Cluster says where a slot
// is. It returns all others.
func (l *life) redirected(err error) error {
	addr, moved := redis.IsMovedError(err)
	if !moved || !l.sharded {
		return err
	}
	slot, ok := movedSlot(err)
	switch {
	case !ok:
		return err
	case slot == slotOf(l.channel):
		return errProbe
	case !l.cluster.moved(l.line, slot, addr):
		return errItself
	}
	return nil
}

// begin asks for every wanted room.
func (l *life) begin() {
	l.mu.Lock()
	l.up = true
	for topic := range l.wanted {
		l.touch(topic)
	}
	l.mu.Unlock()
	l.tell(true)
}

// follow subscribes and unsubscribes as rooms come and go.
func (l *life) follow(ctx context.Context, cancel context.CancelCauseFunc) {
	limit := commandLimit
	if l.sharded {
		limit = shardedLimit
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.changed:
		}
		join, leave := l.changes()
		for len(join) > 0 || len(leave) > 0 {
			if err := errors.Join(
				command(ctx, limit, &join, l.subscribe),
				command(ctx, limit, &leave, l.unsubscribe),
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
			join = append(join, l.names.Keep(channelOf(topic)))
		} else {
			leave = append(leave, channelOf(topic))
		}
	}
	l.dirty = make(map[wire.Topic]struct{}) // a crowd's memory goes with it
	return join, leave
}

// command sends the first channels of the list, if any, and takes them off it.
func command(ctx context.Context, limit int, channels *[]string, send func(context.Context, ...string) error) error {
	n := min(len(*channels), limit)
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
		if err := l.publish(ctx); err != nil && ctx.Err() == nil {
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

func (l *life) publish(ctx context.Context) error {
	if l.sharded {
		return l.client.SPublish(ctx, l.channel, "").Err()
	}
	return l.client.Publish(ctx, l.channel, "").Err()
}

func (l *life) subscribe(ctx context.Context, channels ...string) error {
	if l.sharded {
		return l.pubsub.SSubscribe(ctx, channels...)
	}
	return l.pubsub.Subscribe(ctx, channels...)
}

func (l *life) unsubscribe(ctx context.Context, channels ...string) error {
	if l.sharded {
		return l.pubsub.SUnsubscribe(ctx, channels...)
	}
	return l.pubsub.Unsubscribe(ctx, channels...)
}

// take hands an arrived payload to its handler.
func (l *life) take(h Handlers, m *redis.Message) {
	topic, ok := topicOf(m.Channel)
	switch {
	case !ok:
	case topic == sessionsEnded:
		ended, err := wire.ParseSessionsEnded([]byte(m.Payload))
		if err != nil {
			l.log.Warn("session notice rejected", "error", err)
			return
		}
		h.Ended(ended.Keys)
	default:
		l.metrics.Received.Inc()
		h.Message(topic, []byte(m.Payload))
	}
}
