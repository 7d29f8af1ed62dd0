// Package presence knows who is here. Nothing of it is durable: it stands in
// Redis, written by those who know, and ends by itself when they do.
//
//	stream   ─▶ parley:{presence}:replicas          the replicas of stream
//	         ─▶ parley:{presence}:alive:<replica>   for 15 s after its last beat
//	         ─▶ parley:{presence}:here:<replica>    the people with streams at it
//	messages ─▶ parley:{presence}:active:<username> for six minutes after it was told that they act
//
// Whoever has a stream at a live replica is online, or away if they have not
// acted for five minutes, on whatever device. That somebody came, went or is
// away is told in the rooms that they are in, as a [wire.Presence]: a hint, of
// which some are lost, and shed before anything else. What is true, [Store.States]
// says.
package presence

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"parley/core/wire"
)

const (
	// IdleAfter is how long after their last act somebody is away.
	IdleAfter = 5 * time.Minute
	// ActEvery is how often a device tells that somebody acts, at most.
	ActEvery = time.Minute
	// BeatEvery is how often a replica tells that it lives.
	BeatEvery = 5 * time.Second
	// MaxAsked is how many people can be asked about at once.
	MaxAsked = 200

	aliveFor = 3 * BeatEvery
	actedFor = IdleAfter + ActEvery // what was told last is a minute old at most

	// The braces have a cluster keep all keys on one server.
	prefix   = "parley:{presence}:"
	replicas = prefix + "replicas"
)

func alive(replica string) string   { return prefix + "alive:" + replica }
func here(replica string) string    { return prefix + "here:" + replica }
func active(username string) string { return prefix + "active:" + username }

// Store keeps presence in Redis. A nil Store is off: nobody is ever here.
type Store struct{ redis redis.UniversalClient }

// NewStore returns a store in Redis.
func NewStore(client redis.UniversalClient) *Store { return &Store{client} }

// States returns [wire.Online] or [wire.Away] for those of usernames, MaxAsked
// at most, who are here; the others are offline.
func (s *Store) States(ctx context.Context, usernames []string) (map[string]string, error) {
	states := make(map[string]string)
	if s == nil || len(usernames) == 0 {
		return states, nil
	}
	usernames = usernames[:min(len(usernames), MaxAsked)]
	are, err := s.at(ctx, usernames, "")
	if err != nil {
		return nil, err
	}
	acted := make([]*redis.IntCmd, len(usernames))
	_, err = s.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, username := range usernames {
			if are[i] {
				acted[i] = p.Exists(ctx, active(username))
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("ask who is away: %w", err)
	}
	for i, username := range usernames {
		switch {
		case !are[i]:
		case acted[i].Val() > 0:
			states[username] = wire.Online
		default:
			states[username] = wire.Away
		}
	}
	return states, nil
}

// at reports for each of usernames whether they are at a live replica other
// than except.
func (s *Store) at(ctx context.Context, usernames []string, except string) ([]bool, error) {
	ids, err := s.redis.SMembers(ctx, replicas).Result()
	if err != nil {
		return nil, fmt.Errorf("list replicas of stream: %w", err)
	}
	ids = slices.DeleteFunc(ids, func(id string) bool { return id == except })
	are := make([]bool, len(usernames))
	if len(ids) == 0 {
		return are, nil
	}
	names := anys(usernames)
	lives, members := make([]*redis.IntCmd, len(ids)), make([]*redis.BoolSliceCmd, len(ids))
	_, err = s.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, id := range ids {
			lives[i], members[i] = p.Exists(ctx, alive(id)), p.SMIsMember(ctx, here(id), names...)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("ask who is here: %w", err)
	}
	for i := range ids {
		if lives[i].Val() == 0 {
			continue
		}
		for j, is := range members[i].Val() {
			are[j] = are[j] || is
		}
	}
	return are, nil
}

// Act notes that somebody acts. back reports whether they had not for
// [IdleAfter].
func (s *Store) Act(ctx context.Context, username string) (back bool, err error) {
	if s == nil {
		return false, nil
	}
	err = s.redis.SetArgs(ctx, active(username), "1", redis.SetArgs{TTL: actedFor, Get: true}).Err()
	if errors.Is(err, redis.Nil) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("note that somebody acts: %w", err)
	}
	return false, nil
}

// Rest notes that somebody has not acted on one of their devices for
// [IdleAfter]. away reports whether they have on no other.
func (s *Store) Rest(ctx context.Context, username string) (away bool, err error) {
	if s == nil {
		return false, nil
	}
	left, err := s.redis.TTL(ctx, active(username)).Result()
	if err != nil {
		return false, fmt.Errorf("ask when somebody acted: %w", err)
	}
	if left > ActEvery { // another device has told of it since
		return false, nil
	}
	if err := s.redis.Del(ctx, active(username)).Err(); err != nil {
		return false, fmt.Errorf("note that somebody rests: %w", err)
	}
	return true, nil
}
