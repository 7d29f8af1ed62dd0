package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"

	"parley/core/chat"
	"parley/deploy/e2e/client"
)

// mirrorOf returns what a page of a user's has that was loaded just now.
func mirrorOf(t testing.TB, user *client.User) *client.Mirror {
	t.Helper()
	m := client.NewMirror(user)
	t.Cleanup(m.Close)
	if err := m.Load(patient(t)); err != nil {
		t.Fatal(err)
	}
	return m
}

// matches lets a mirror follow its stream up to now, and fails the test if it
// has then anything otherwise than a fresh load.
func matches(t testing.TB, m *client.Mirror, fresh *client.Mirror, what string) {
	t.Helper()
	if err := m.Until(patient(t), fresh); err != nil {
		t.Fatalf("%s: %s", what, err)
	}
	const most = 5
	differences := m.Differences(fresh)
	for _, text := range differences[:min(len(differences), most)] {
		t.Errorf("%s: %s", what, text)
	}
	if len(differences) > 0 {
		t.FailNow()
	}
}

// After every single one of many random acts, done or refused, what a page has that loaded once
// and follows its stream is what a page has that is loaded now: rooms, what is
// unread, what mentions one, and every message to the byte. So has another,
// whose stream is cut now and then, and which is away for some acts.
func TestStreamEqualsASnapshotAfterEveryAct(t *testing.T) {
	t.Parallel()
	const acts = 200
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	p := newPlay(t, seed)
	steady, restless := mirrorOf(t, p.hero), mirrorOf(t, p.hero)
	away := 0
	for n := 0; p.done < acts; n++ {
		if n == 10*acts {
			t.Fatalf("of %d acts %d were done", n, p.done)
		}
		what := fmt.Sprintf("act %d, %s", n, p.act(t))
		fresh := mirrorOf(t, p.hero)
		matches(t, steady, fresh, what)
		switch away--; {
		case away > 0:
			continue
		case p.dice.IntN(10) == 0:
			restless.Close()
		case p.dice.IntN(20) == 0:
			restless.Close()
			away = 1 + p.dice.IntN(20)
			continue
		}
		matches(t, restless, fresh, what+", with cuts")
	}
	if steady.Resets+restless.Resets > 0 {
		t.Errorf("%d resets", steady.Resets+restless.Resets)
	}
	t.Logf("%d acts were done, %d refused", p.done, p.refused)
}

// play is people who do things in rooms, by dice.
type play struct {
	dice   *rand.Rand
	hero   *client.User   // who looks on
	mod    *client.User   // who moderates
	people []*client.User // all of them
	rooms  []string       // the last is open to all
	ids    map[string][]chat.Position

	mu            sync.Mutex
	done, refused int
}

func newPlay(t *testing.T, seed uint64) *play {
	t.Helper()
	p := &play{
		dice: rand.New(rand.NewPCG(seed, 0)),
		hero: newUser(t), mod: newAdmin(t), ids: make(map[string][]chat.Position),
	}
	p.people = []*client.User{p.hero, p.mod, newUser(t), newUser(t)}
	leaveGeneral(t, p.hero) // where others talk
	p.rooms = []string{newPrivate(t, p.mod, p.people[0], p.people[2], p.people[3]), newPrivate(t, p.mod, p.people[2]), newRoom(t, p.mod)}
	for _, room := range p.rooms {
		p.ids[room] = append(p.ids[room], post(t, p.mod, room, "welcome"))
	}
	return p
}

// act does something, and says what.
func (p *play) act(t *testing.T) string {
	t.Helper()
	who, room := p.people[p.dice.IntN(len(p.people))], p.rooms[p.dice.IntN(len(p.rooms))]
	at := "/chat/" + room
	switch n := p.dice.IntN(100); {
	case n < 25:
		return p.post(t, who, room)
	case n < 65:
		return p.change(t, who, room)
	case n < 70:
		return p.crowd(t, room)
	case n < 76:
		read := map[string]any{"id": p.dice.Int64N(60), "unread": p.dice.IntN(3) == 0}
		return p.ask(t, p.hero, http.MethodPut, at+"/read", read)
	case n < 79:
		level := []string{"all", "mentions", "none"}[p.dice.IntN(3)]
		return p.ask(t, p.hero, http.MethodPut, at+"/notify", map[string]string{"level": level})
	case n < 83:
		return p.ask(t, p.mod, http.MethodPatch, at, map[string]string{[]string{"title", "topic"}[p.dice.IntN(2)]: fmt.Sprint("called ", n)})
	case n < 87:
		return p.ask(t, p.mod, http.MethodPatch, at, map[string]bool{"archived": p.dice.IntN(4) == 0})
	case n < 92:
		return p.ask(t, p.mod, http.MethodPut, at+"/members/"+p.person().Name, nil)
	case n < 95:
		return p.ask(t, p.mod, http.MethodDelete, at+"/members/"+p.person().Name, nil)
	case n < 98:
		return p.expire(t, room)
	}
	return p.ask(t, p.hero, http.MethodPost, at+"/"+[]string{"join", "leave"}[p.dice.IntN(2)], nil)
}

// person returns somebody who comes and goes: the hero, most of the time.
func (p *play) person() *client.User {
	if p.dice.IntN(4) == 0 {
		return p.people[2]
	}
	return p.hero
}

func (p *play) post(t *testing.T, who *client.User, room string) string {
	t.Helper()
	message := map[string]any{"body": p.body()}
	switch p.dice.IntN(5) {
	case 0:
		message["reply_to"] = p.id(room)
	case 1:
		message["thread"] = p.id(room) // which may be in a thread itself: refused
	}
	answer := p.send(t, who, http.MethodPost, "/chat/"+room+"/messages", message)
	if answer.Status == http.StatusCreated {
		p.ids[room] = append(p.ids[room], idOf(t, answer))
	}
	return fmt.Sprintf("%s posts %v to %s: %d", who.Name, message, room, answer.Status)
}

func (p *play) body() string {
	text := fmt.Sprint("text ", p.dice.Uint32())
	switch p.dice.IntN(6) {
	case 0:
		return text + " @" + p.hero.Name
	case 1:
		return text + " @room"
	case 2:
		return "**" + text + "** `x < y` @" + p.people[2].Name
	}
	return text
}

// id returns a message of a room; the newer the likelier.
func (p *play) id(room string) chat.Position {
	all := p.ids[room]
	return all[len(all)-1-min(p.dice.IntN(len(all)), p.dice.IntN(len(all)))]
}

// change changes a message, if that is allowed.
func (p *play) change(t *testing.T, who *client.User, room string) string {
	t.Helper()
	path := client.MessagePath(room, p.id(room))
	method := []string{http.MethodPut, http.MethodPut, http.MethodDelete}[p.dice.IntN(3)]
	switch n := p.dice.IntN(20); {
	case n < 7:
		return p.ask(t, who, http.MethodPatch, path, map[string]string{"body": p.body()})
	case n < 9:
		return p.ask(t, who, http.MethodDelete, path, nil)
	case n < 12:
		return p.ask(t, who, method, path+"/pin", nil)
	}
	return p.ask(t, who, method, path+"/reactions/"+[]string{thumbRaw, "%F0%9F%8E%89"}[p.dice.IntN(2)], nil)
}

// crowd has everybody react to one message at once.
func (p *play) crowd(t *testing.T, room string) string {
	t.Helper()
	path := client.MessagePath(room, p.id(room)) + "/reactions/" + thumbRaw
	var crowd sync.WaitGroup
	for _, who := range p.people {
		method := []string{http.MethodPut, http.MethodDelete}[p.dice.IntN(2)]
		crowd.Go(func() { p.send(t, who, method, path, nil) })
	}
	crowd.Wait()
	return "everybody at " + path
}

func (p *play) ask(t *testing.T, who *client.User, method, path string, value any) string {
	t.Helper()
	answer := p.send(t, who, method, path, value)
	return fmt.Sprintf("%s %s %s %v: %d", who.Name, method, path, value, answer.Status)
}

// send asks for something, which may well be refused.
func (p *play) send(t *testing.T, who *client.User, method, path string, value any) *client.Answer {
	t.Helper()
	answer, err := who.Do(context.WithoutCancel(t.Context()), method, path, value)
	if err != nil {
		t.Errorf("%s %s: %s", method, path, err)
		return &client.Answer{}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case answer.Status < 300:
		p.done++
	case answer.Status < 500:
		p.refused++
	default:
		t.Errorf("%s %s: %s", method, path, answer)
	}
	return answer
}

// expire has the older half of a room's messages, at most, expire. It raises the
// floor itself: to make messages older in Postgres is to forge them, and streams
// reset when they notice that.
func (p *play) expire(t *testing.T, room string) string {
	t.Helper()
	all := p.ids[room]
	if len(all) < 2 {
		return "nothing to expire in " + room
	}
	gone := p.dice.IntN((len(all) + 1) / 2)
	query(t, `UPDATE rooms SET head = head + 1, revision = head + 1, floor = $2 WHERE name = $1`, room, all[gone])
	awaitFloor(t, p.mod, room, all[gone])
	p.ids[room] = all[gone+1:]
	p.done++
	return fmt.Sprintf("%s expires up to %d", room, all[gone])
}
