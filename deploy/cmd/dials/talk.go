package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"parley/deploy/e2e/client"
	"parley/deploy/stack"
)

const (
	listeners = 120
	room      = "general"
)

// talk has people listen and post, faster from the middle on. For the last
// third a stream replica is away, and they come back to the others.
func talk(ctx context.Context, parley *stack.Stack, load time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, load)
	defer cancel()
	user := client.NewUser(parley.Gateway(), "ada")
	if err := user.Register(ctx); err != nil {
		return err
	}
	var listening sync.WaitGroup
	followers := make([]*client.Follower, listeners)
	for i := range followers {
		followers[i] = user.Follow(ctx, room, 0)
	}
	began := time.Now()
	var err error
	stopped := false
	for ctx.Err() == nil && err == nil {
		pause := 100 * time.Millisecond
		if time.Since(began) > load/3 {
			pause = 30 * time.Millisecond
		}
		_, err = user.Post(ctx, room, "What the dials show", "")
		if !stopped && time.Since(began) > load*2/3 {
			stopped = true
			err = errors.Join(err, parley.Part("stream-3").Stop())
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
		}
	}
	if ctx.Err() != nil {
		err = nil // it is over
	}
	faults := make([]error, listeners)
	for i, f := range followers {
		listening.Go(func() { _, faults[i] = f.Stop() })
	}
	listening.Wait()
	return errors.Join(append(faults, err)...)
}
