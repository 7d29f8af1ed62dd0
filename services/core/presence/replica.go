package presence

import (
	"context"
	"fmt"
	"slices"

	"github.com/redis/go-redis/v9"
)

// Replica is what one replica of stream writes.
type Replica struct {
	store *Store
	id    string
}

// Replica returns what the replica id writes; no other may have the id, nor may
// it after a restart.
func (s *Store) Replica(id string) *Replica { return &Replica{s, id} }

// Beat tells that the replica lives, and returns how many people are noted as
// here at it.
func (r *Replica) Beat(ctx context.Context) (people int64, err error) {
	var card *redis.IntCmd
	_, err = r.store.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
		p.Set(ctx, alive(r.id), "1", aliveFor)
		p.SAdd(ctx, replicas, r.id)
		card = p.SCard(ctx, here(r.id))
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("tell that the replica lives: %w", err)
	}
	return card.Val(), nil
}

// Came notes people as here, and returns those who were at no other replica, and
// how many were not noted yet. Those who are new have acted.
func (r *Replica) Came(ctx context.Context, usernames []string) (news []string, noted int64, err error) {
	if news, err = r.nowhereElse(ctx, usernames); err != nil {
		return nil, 0, err
	}
	var added *redis.IntCmd
	_, err = r.store.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
		added = p.SAdd(ctx, here(r.id), anys(usernames)...)
		for _, username := range news {
			p.Set(ctx, active(username), "1", actedFor)
		}
		return nil
	})
	if err != nil {
		return nil, 0, fmt.Errorf("note who came: %w", err)
	}
	return news, added.Val(), nil
}

// Left notes that people are not here any more, and returns those who are at no
// other replica either, and how many were noted.
func (r *Replica) Left(ctx context.Context, usernames []string) (gone []string, noted int64, err error) {
	if noted, err = r.store.redis.SRem(ctx, here(r.id), anys(usernames)...).Result(); err != nil {
		return nil, 0, fmt.Errorf("note who left: %w", err)
	}
	gone, err = r.nowhereElse(ctx, usernames)
	return gone, noted, err
}

// Clear notes that nobody is here.
func (r *Replica) Clear(ctx context.Context) error {
	if err := r.store.redis.Del(ctx, here(r.id)).Err(); err != nil {
		return fmt.Errorf("note that nobody is here: %w", err)
	}
	return nil
}

// Stop tells that the replica is about to end; others see to its people.
func (r *Replica) Stop(ctx context.Context) error {
	if err := r.store.redis.Del(ctx, alive(r.id)).Err(); err != nil {
		return fmt.Errorf("tell that the replica ends: %w", err)
	}
	return nil
}

// Bury takes up to most people from replicas that live no more, and returns
// those of them who are nowhere now. Each is returned to one replica only.
func (r *Replica) Bury(ctx context.Context, most int) (gone []string, err error) {
	dead, err := r.dead(ctx)
	if err != nil {
		return nil, err
	}
	for _, id := range dead {
		names, err := r.store.redis.SPopN(ctx, here(id), int64(most)).Result()
		if err != nil {
			return nil, fmt.Errorf("take the people of a dead replica: %w", err)
		}
		if len(names) == 0 {
			if err := r.store.redis.SRem(ctx, replicas, id).Err(); err != nil {
				return nil, fmt.Errorf("forget a dead replica: %w", err)
			}
			continue
		}
		are, err := r.store.at(ctx, names, "")
		if err != nil {
			return nil, err
		}
		return without(names, are), nil
	}
	return nil, nil
}

func (r *Replica) dead(ctx context.Context) (dead []string, err error) {
	ids, err := r.store.redis.SMembers(ctx, replicas).Result()
	if err != nil {
		return nil, fmt.Errorf("list replicas of stream: %w", err)
	}
	lives := make([]*redis.IntCmd, len(ids))
	_, err = r.store.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, id := range ids {
			lives[i] = p.Exists(ctx, alive(id))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("ask which replicas live: %w", err)
	}
	for i, id := range ids {
		if lives[i].Val() == 0 && id != r.id {
			dead = append(dead, id)
		}
	}
	return dead, nil
}

func (r *Replica) nowhereElse(ctx context.Context, usernames []string) ([]string, error) {
	are, err := r.store.at(ctx, usernames, r.id)
	if err != nil {
		return nil, err
	}
	return without(usernames, are), nil
}

// without returns the names that are not.
func without(names []string, are []bool) []string {
	i := -1
	return slices.DeleteFunc(slices.Clone(names), func(string) bool { i++; return are[i] })
}

func anys(names []string) []any {
	all := make([]any, len(names))
	for i, name := range names {
		all[i] = name
	}
	return all
}
