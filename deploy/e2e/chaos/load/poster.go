package load

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"

	"parley/core/chat"
	"parley/deploy/e2e/client"
	"parley/deploy/e2e/history"
)

const (
	answerPatience = 4 * time.Second // a page's user would have lost theirs
	maxRetryPause  = 300 * time.Millisecond
)

// poster posts one message after the other. Most have a client_id and are sent
// again until they are acknowledged, now and then twice at once, or cut off amid.
type poster struct {
	of   *Run
	name string
	user *client.User
	rng  *rand.Rand
}

func (p *poster) run() {
	for i := 0; p.of.posting.Err() == nil; i++ {
		p.say(p.message(i))
		pause(p.of.posting, time.Duration(p.rng.ExpFloat64()*float64(p.of.plan.Think)))
	}
}

func (p *poster) message(i int) history.Post {
	post := history.Post{
		Room: p.of.Rooms[p.rng.IntN(len(p.of.Rooms))], Username: p.user.Name,
		Body: fmt.Sprintf("%s says %d in %s", p.name, i, p.of.Rooms[0]),
	}
	if p.rng.IntN(2) == 0 {
		post.Room = p.of.Rooms[0]
	}
	if p.rng.IntN(10) < 7 {
		post.ClientID = fmt.Sprintf("%s-%d", p.name, i)
	}
	if p.of.plan.Changers > 0 {
		p.answer(&post)
	}
	if p.of.plan.Large && p.rng.IntN(8) == 0 {
		post.Body += strings.Repeat("ß", chat.MaxBody-len(post.Body))
	}
	return post
}

// answer lets one message in eight answer another, one in sixteen stand in a
// thread, and one in eight mention somebody.
func (p *poster) answer(post *history.Post) {
	if other, ok := p.of.targets.draw(p.rng, post.Room, anyTarget); ok && p.rng.IntN(8) == 0 {
		post.ReplyTo = other.id
	}
	if root, ok := p.of.targets.draw(p.rng, post.Room, func(t target) bool { return !t.threaded }); ok && p.rng.IntN(16) == 0 {
		post.Thread = root.id
	}
	if p.rng.IntN(8) == 0 {
		post.Body += " @" + p.of.site.Users[p.rng.IntN(len(p.of.site.Users))].Name
	}
}

// say sends a message. One without a client_id is sent once: whether it was
// stored when no answer came, nobody knows.
func (p *poster) say(post history.Post) {
	if post.ClientID == "" {
		p.attempt(post, answerPatience)
		return
	}
	switch p.rng.IntN(30) {
	case 0: // a nervous finger, or a retry that overtook
		var twice sync.WaitGroup
		twice.Go(func() { p.attempt(post, answerPatience) })
		defer twice.Wait()
	case 1: // the connection breaks while the answer is on its way
		p.attempt(post, time.Duration(p.rng.Int64N(int64(20*time.Millisecond))))
	}
	for p.of.finishing.Err() == nil {
		if status := p.attempt(post, answerPatience); status != 0 && status != http.StatusServiceUnavailable {
			return
		}
		pause(p.of.finishing, time.Duration(p.rng.Int64N(int64(maxRetryPause))))
	}
}

// attempt sends post once, records what came of it, and returns the status.
func (p *poster) attempt(post history.Post, patience time.Duration) int {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	message := map[string]any{"body": post.Body}
	if post.ClientID != "" {
		message["client_id"] = post.ClientID
	}
	if post.ReplyTo != 0 {
		message["reply_to"] = post.ReplyTo
	}
	if post.Thread != 0 {
		message["thread"] = post.Thread
	}
	post.Sent = p.of.recorder.Now()
	answer, err := p.user.PostJSON(ctx, "/chat/"+post.Room+"/messages", message)
	post.Answered = p.of.recorder.Now()
	if err == nil {
		post.Status = answer.Status
	}
	if post.Status == http.StatusCreated || post.Status == http.StatusOK {
		var stored struct{ ID int64 }
		if err := json.Unmarshal(answer.Body, &stored); err == nil {
			post.ID = stored.ID // without one Check objects: 0 is no position
		}
		p.of.acked.Add(1)
		p.of.targets.add(post.Room, target{id: post.ID, author: post.Username, threaded: post.Thread != 0})
	}
	p.of.recorder.Post(post)
	return post.Status
}
