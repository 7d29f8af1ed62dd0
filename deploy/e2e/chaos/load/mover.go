package load

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"parley/deploy/e2e/client"
	"parley/deploy/e2e/history"
)

// mover changes in which rooms one person is: a moderator adds and removes
// them, they join and leave. Each change is asked for until it is acknowledged.
type mover struct {
	of     *Run
	mod    *client.User
	person *client.User
	rng    *rand.Rand
	pace   time.Duration // between two moves, on average
}

// move sets the movers to work, each with two devices that listen to all of
// theirs. The first is the quickest; the last is out for long enough, and a
// laptop on one stream, to be judged for what still comes.
func (r *Run) move() {
	if r.plan.Move == 0 {
		return
	}
	for i, person := range r.site.Movers {
		r.listenAll(fmt.Sprintf("mover-%d-phone", i+1), person, uint64(2*i), r.plan.Stay)
		r.listenAll(fmt.Sprintf("mover-%d-laptop", i+1), person, uint64(2*i+1), 0)
		m := &mover{of: r, mod: r.site.Users[0], person: person, rng: r.random(1<<35 + uint64(i))}
		m.pace = time.Duration(1+4*i) * r.plan.Move
		r.posters.Go(m.run)
	}
	if r.plan.Retitle > 0 {
		r.posters.Go(r.retitle)
	}
}

func (m *mover) run() {
	for {
		pause(m.of.posting, time.Duration(m.rng.ExpFloat64()*float64(m.pace)))
		if m.of.posting.Err() != nil {
			return
		}
		m.read()
		m.act(m.draw())
	}
}

// act is something to ask for, and who asks.
type act struct {
	by           *client.User
	method, path string
	room         string
	member       bool
}

// draw returns an act that the person or the moderator may ask for, whatever
// the person is in.
func (m *mover) draw() act {
	a := act{by: m.mod, member: m.rng.IntN(2) == 0}
	if len(m.of.private) == 0 || m.rng.IntN(4) == 0 {
		a.room, a.by, a.method = m.of.Rooms[0], m.person, http.MethodPost
		a.path = "/chat/" + a.room + "/leave"
		if a.member {
			a.path = "/chat/" + a.room + "/join"
		}
		return a
	}
	a.room = m.of.private[m.rng.IntN(len(m.of.private))]
	a.path, a.method = "/chat/"+a.room+"/members/"+m.person.Name, http.MethodDelete
	if a.member {
		a.method = http.MethodPut
	}
	return a
}

// act asks until there is an answer that is one.
func (m *mover) act(a act) {
	for m.of.finishing.Err() == nil {
		record := history.Act{By: a.by.Name, Person: m.person.Name, Room: a.room, Member: a.member, Sent: m.of.recorder.Now()}
		ctx, cancel := context.WithTimeout(context.Background(), answerPatience)
		answer, err := a.by.Do(ctx, a.method, a.path, nil)
		cancel()
		record.Answered = m.of.recorder.Now()
		if err == nil {
			record.Status = answer.Status
		}
		m.of.recorder.Act(record)
		if record.Status != 0 && record.Status != http.StatusServiceUnavailable {
			m.of.moved.Add(1)
			return
		}
		pause(m.of.finishing, time.Duration(m.rng.Int64N(int64(maxRetryPause))))
	}
}

// read moves a read position, which is a change of a membership too. Whether
// the person is in the room just now is left open.
func (m *mover) read() {
	if m.rng.IntN(2) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), answerPatience)
	defer cancel()
	room := m.of.Rooms[m.rng.IntN(len(m.of.Rooms))]
	// It is no fault of anybody's if this fails.
	_, _ = m.person.Do(ctx, http.MethodPut, "/chat/"+room+"/read", map[string]int64{"id": m.rng.Int64N(1000)})
}

// retitle changes the titles of rooms, which takes positions on their logs.
func (r *Run) retitle() {
	rng := r.random(1 << 36)
	for i := 0; r.posting.Err() == nil; i++ {
		pause(r.posting, time.Duration(rng.ExpFloat64()*float64(r.plan.Retitle)))
		ctx, cancel := context.WithTimeout(context.Background(), answerPatience)
		path := "/chat/" + r.Rooms[rng.IntN(len(r.Rooms))]
		// What comes of it Postgres tells.
		_, _ = r.site.Users[0].Do(ctx, http.MethodPatch, path, map[string]string{"title": fmt.Sprintf("title %d", i)})
		cancel()
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
