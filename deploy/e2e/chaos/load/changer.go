package load

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"parley/core/chat"
	"parley/deploy/e2e/client"
	"parley/deploy/e2e/history"
)

// emojis are few, so that people react with the same.
var emojis = []string{"👍", "🎉", "😂", "🚀", "👀"}

// changer changes messages, one change after the other. Each is asked for until
// it is acknowledged, now and then twice at once, or cut off amid.
type changer struct {
	of   *Run
	name string
	user *client.User
	mod  bool // may delete what others said
	rng  *rand.Rand
	n    int
}

// change sets the changers to work.
func (r *Run) change() {
	for i := range r.plan.Changers {
		user := i % len(r.site.Users)
		c := &changer{of: r, name: fmt.Sprintf("changer-%d", i+1), user: r.site.Users[user], mod: user == 0, rng: r.random(1<<38 + uint64(i))}
		r.posters.Go(c.run)
	}
}

func (c *changer) run() {
	for {
		pause(c.of.posting, time.Duration(c.rng.ExpFloat64()*float64(c.of.plan.Change)))
		if c.of.posting.Err() != nil {
			return
		}
		change, ok := c.draw()
		if !ok {
			continue
		}
		c.ask(change)
		if change.Aim == history.Delete && c.rng.IntN(4) > 0 { // some are asked for still
			c.of.targets.remove(change.Room, change.ID)
		}
	}
}

// draw returns a change that may be asked for, unless there is no message for it.
func (c *changer) draw() (change history.Change, ok bool) {
	change = history.Change{By: c.user.Name, Room: c.of.Rooms[c.rng.IntN(len(c.of.Rooms))]}
	if c.rng.IntN(2) == 0 {
		change.Room = c.of.Rooms[0]
	}
	var one target
	mine := func(t target) bool { return t.author == c.user.Name }
	switch n := c.rng.IntN(32); {
	case n == 0:
		change.Aim = history.Delete
		one, ok = c.of.targets.draw(c.rng, change.Room, func(t target) bool { return mine(t) || c.mod })
	case n < 10:
		change.Aim, change.With = history.Edit, c.body()
		one, ok = c.of.targets.draw(c.rng, change.Room, mine)
	case n < 15: // of few messages: a room has at most 100 pins
		change.Aim = history.Pin
		if c.rng.IntN(2) == 0 {
			change.Aim = history.Unpin
		}
		one, ok = c.of.targets.drawFirst(c.rng, change.Room)
	default:
		change.Aim, change.With = history.React, emojis[c.rng.IntN(len(emojis))]
		if c.rng.IntN(3) == 0 {
			change.Aim = history.Unreact
		}
		one, ok = c.of.targets.draw(c.rng, change.Room, anyTarget)
	}
	change.ID = one.id
	return change, ok
}

// body returns a text that nobody has written before.
func (c *changer) body() string {
	c.n++
	return fmt.Sprintf("%s edits for the %d. time in %s", c.name, c.n, c.of.Rooms[0])
}

// ask asks for a change until there is an answer that is one.
func (c *changer) ask(change history.Change) {
	switch c.rng.IntN(30) {
	case 0: // a nervous finger
		var twice sync.WaitGroup
		twice.Go(func() { c.attempt(change, answerPatience) })
		defer twice.Wait()
	case 1: // the connection breaks while the answer is on its way
		c.attempt(change, time.Duration(c.rng.Int64N(int64(20*time.Millisecond))))
	}
	for c.of.finishing.Err() == nil {
		if status := c.attempt(change, answerPatience); status != 0 && status != http.StatusServiceUnavailable {
			return
		}
		pause(c.of.finishing, time.Duration(c.rng.Int64N(int64(maxRetryPause))))
	}
}

// attempt asks once, records what came of it, and returns the status.
func (c *changer) attempt(change history.Change, patience time.Duration) int {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	method, path, body := request(&change)
	change.Sent = c.of.recorder.Now()
	answer, err := c.user.Do(ctx, method, path, body)
	change.Answered = c.of.recorder.Now()
	if err == nil {
		change.Status = answer.Status
	}
	if change.Status == http.StatusOK {
		var receipt struct{ Revision chat.Position }
		if err := json.Unmarshal(answer.Body, &receipt); err == nil {
			change.Revision = receipt.Revision // without one Check objects: 0 is no position
		}
		c.of.changed.Add(1)
	}
	c.of.recorder.Change(change)
	return change.Status
}

// request returns how a change is asked for.
func request(change *history.Change) (method, path string, body any) {
	path = client.MessagePath(change.Room, change.ID)
	switch change.Aim {
	case history.Edit:
		return http.MethodPatch, path, map[string]string{"body": change.With}
	case history.Delete:
		return http.MethodDelete, path, nil
	case history.Pin:
		return http.MethodPut, path + "/pin", nil
	case history.Unpin:
		return http.MethodDelete, path + "/pin", nil
	case history.React:
		return http.MethodPut, client.ReactionPath(change.Room, change.ID, change.With), nil
	default:
		return http.MethodDelete, client.ReactionPath(change.Room, change.ID, change.With), nil
	}
}
