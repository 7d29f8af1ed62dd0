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
//
// In a Cluster a channel is heard on the server alone that has its slot, so
// there is such a subscription, a line, to each master. Which master has which
// slots is asked whenever a line is lost or a server redirects us; the topics of
// slots that have moved go from one line to another.
package doorbell

import (
	"context"
	"log/slog"

	"github.com/redis/go-redis/v9"

	"parley/core/session"
	"parley/core/wire"
)

// Handlers take what arrives. They run on a receiving goroutine, one at a
// time, and must be quick: Redis cuts off a subscriber that doesn't read.
type Handlers struct {
	Message func(topic wire.Topic, payload []byte)
	Ended   func([]session.Key)
	Renewed func() // a subscription has begun: publishes before it may be lost
}

// Doorbell is this replica's subscription.
type Doorbell struct {
	one     *line    // nil in a Cluster
	cluster *cluster // nil elsewhere
}

// New returns a doorbell that is down until [Doorbell.Run].
func New(client redis.UniversalClient, log *slog.Logger, metrics *Metrics) *Doorbell {
	if client, ok := client.(*redis.ClusterClient); ok {
		return &Doorbell{cluster: newCluster(client, log, metrics)}
	}
	one := newLine(client, log, metrics)
	one.join(sessionsEnded)
	return &Doorbell{one: one}
}

// Join wants a log's channel. The returned channel is closed once Redis has
// acknowledged the subscription, or at once while Redis is away.
func (d *Doorbell) Join(topic wire.Topic) <-chan struct{} {
	if d.cluster != nil {
		return d.cluster.join(topic)
	}
	return d.one.join(topic)
}

// Leave no longer wants a log's channel.
func (d *Doorbell) Leave(topic wire.Topic) {
	if d.cluster != nil {
		d.cluster.leave(topic)
		return
	}
	d.one.leave(topic)
}

// Run keeps a subscription alive until ctx ends.
func (d *Doorbell) Run(ctx context.Context, h Handlers) {
	if d.cluster != nil {
		d.cluster.run(ctx, h)
		return
	}
	d.one.run(ctx, h)
}

// sessionsEnded stands for [wire.SessionsEndedChannel] among the topics: it is
// no log's.
const sessionsEnded wire.Topic = ""

func channelOf(topic wire.Topic) string {
	if topic == sessionsEnded {
		return wire.SessionsEndedChannel
	}
	return topic.Channel()
}

// topicOf returns the topic of a channel made by [channelOf].
func topicOf(channel string) (topic wire.Topic, ok bool) {
	if channel == wire.SessionsEndedChannel {
		return sessionsEnded, true
	}
	return wire.TopicOf(channel)
}
