package chaos

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"parley/core/wire"
)

// redisFaults are those that go by Redis's own commands, behind the proxy's back.
func redisFaults() []Fault {
	on := []string{"redis"}
	return []Fault{
		{Name: "redis emptied", On: on, Hint: true, Strike: func(ctx context.Context, b *Blow) error {
			return b.redis(ctx, func(c *redis.Client) error { return c.FlushAll(ctx).Err() })
		}},
		{Name: "redis kills its subscribers", On: on, Hint: true, Strike: killSubscribers},
		{Name: "redis kills all its clients", On: on, Hint: true, Strike: func(ctx context.Context, b *Blow) error {
			return b.redis(ctx, func(c *redis.Client) error { return c.ClientKillByFilter(ctx, "TYPE", "normal").Err() })
		}},
		{Name: "redis pauses its clients", On: on, Hint: true, Strike: func(ctx context.Context, b *Blow) error {
			err := b.redis(ctx, func(c *redis.Client) error { return c.ClientPause(ctx, b.Last).Err() })
			return errors.Join(err, b.last(ctx))
		}},
		{Name: "redis cuts a slow subscriber", On: []string{"redis", "stream-N"}, Strike: overflow},
	}
}

func killSubscribers(ctx context.Context, b *Blow) error {
	return b.redis(ctx, func(c *redis.Client) error {
		for range 3 {
			killed, err := c.ClientKillByFilter(ctx, "TYPE", "pubsub").Result()
			if err != nil {
				return err
			}
			if err := b.Run.AwaitPosts(ctx, 3+killed); err != nil {
				return err
			}
		}
		return nil
	})
}

const (
	limits      = "client-output-buffer-limit"
	tinyLimit   = "pubsub 64kb 32kb 1"
	usualLimit  = "pubsub 32mb 8mb 60"
	junkSize    = 512 << 10
	mostOfJunk  = 200 // what kernels buffer on the way is a few MB
	subscribers = "pubsub"
)

// overflow freezes a replica of stream and publishes, on a channel to which
// every replica listens, until Redis cuts it off.
func overflow(ctx context.Context, b *Blow) error {
	return b.redis(ctx, func(c *redis.Client) (err error) {
		if err := c.ConfigSet(ctx, limits, tinyLimit).Err(); err != nil {
			return err
		}
		part := b.part("stream-N")
		if err := b.subscribed(ctx, part); err != nil {
			return err
		}
		defer func() {
			ctx := context.WithoutCancel(ctx)
			err = errors.Join(err, b.Parley.Resume(ctx, part), c.ConfigSet(ctx, limits, usualLimit).Err())
		}()
		before, err := subscriberIDs(ctx, c)
		if err != nil {
			return err
		}
		if err := b.Parley.Pause(ctx, part); err != nil {
			return err
		}
		return flood(ctx, c, wire.SessionsEndedChannel, before)
	})
}

// subscribed waits until a replica of stream listens to Redis.
func (b *Blow) subscribed(ctx context.Context, part string) error {
	return b.await(ctx, part+" has subscribed", func(ctx context.Context) error {
		m, err := Metrics(ctx, b.Parley, part)
		if err == nil && m["parley_stream_redis_up"] != 1 {
			err = errors.New("it has not")
		}
		return err
	})
}

// flood publishes junk until one of those subscribers is gone.
func flood(ctx context.Context, c *redis.Client, channel string, before []string) error {
	junk := strings.Repeat("x", junkSize)
	for range mostOfJunk {
		if err := c.Publish(ctx, channel, junk).Err(); err != nil {
			return err
		}
		now, err := subscriberIDs(ctx, c)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(before, func(id string) bool { return !slices.Contains(now, id) }) {
			return nil
		}
	}
	return fmt.Errorf("%d times %d bytes did not overflow a buffer", mostOfJunk, junkSize)
}

// subscriberIDs returns the ids of the connections that have subscribed.
func subscriberIDs(ctx context.Context, c *redis.Client) ([]string, error) {
	list, err := c.Do(ctx, "CLIENT", "LIST", "TYPE", subscribers).Text()
	if err != nil {
		return nil, fmt.Errorf("list clients: %w", err)
	}
	var ids []string
	for line := range strings.Lines(list) {
		id, _, _ := strings.Cut(line, " ")
		ids = append(ids, id)
	}
	return ids, nil
}

const commandPatience = 10 * time.Second

// redis runs f with a client that goes to Redis itself.
func (b *Blow) redis(ctx context.Context, f func(*redis.Client) error) error {
	url, err := b.Parley.RedisURL(ctx)
	if err != nil {
		return err
	}
	options, err := redis.ParseURL(url)
	if err != nil {
		return err
	}
	options.ReadTimeout, options.MaxRetries = commandPatience, 2
	c := redis.NewClient(options)
	defer c.Close()
	return f(c)
}
