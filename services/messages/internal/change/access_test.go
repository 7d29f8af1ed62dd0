package change

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"parley/core/access"
	"parley/core/chat"
	"parley/core/session"
)

func TestWhoIsNotInTheRoomFailsAlone(t *testing.T) {
	t.Parallel()
	pool := database(t)
	addRooms(t, pool, "other", "closed")
	_, err := pool.Exec(t.Context(), `
		WITH removed AS (UPDATE memberships SET member = false WHERE username = 'bob' AND room = 'general')
		UPDATE rooms SET archived_at = now() WHERE name = 'closed'`)
	if err != nil {
		t.Fatal(err)
	}
	c, p := start(t, pool)
	bob := func(room string) Post { return Post{Room: room, Username: "bob", Body: "hi"} }
	posts := []Post{
		say("general", "one"), bob("general"), bob("other"), say("closed", "late"),
		{Room: "general", Username: "nobody", Body: "hi"}, bob("general"), say("nowhere", "lost"), say("general", "two"),
	}
	jobs := jobsFor(t, posts...)
	c.commit(jobs, attempts)
	for i, want := range []error{nil, access.ErrNotFound, nil, access.ErrArchived, access.ErrNotFound, access.ErrNotFound, access.ErrNotFound, nil} {
		if o := <-jobs[i].done; !errors.Is(o.err, want) {
			t.Errorf("%+v: %v, want %v", posts[i], o.err, want)
		}
	}
	assertDense(t, pool, "general", 2)
	assertDense(t, pool, "other", 1)
	assertDense(t, pool, "closed", 0)
	if got := fmt.Sprint(p.in("general")); got != "[1 2]" {
		t.Errorf("published %s", got)
	}
}

func TestTwinsOfTwoSessionsAreStoredAtOnce(t *testing.T) {
	t.Parallel()
	pool := database(t)
	c, _ := start(t, pool)
	sessions := session.NewStore(pool.Pool)
	twin := say("general", "hi")
	twin.ClientID = "x"
	first, second := twin, twin
	first.Session, second.Session = live(t, sessions, time.Hour), live(t, sessions, time.Hour)
	jobs := jobsFor(t, first, say("general", "between"), second)
	if left, err := c.storeOrAnswer(jobs); len(left) != 0 || err != nil {
		t.Fatalf("%d left, %v", len(left), err)
	}
	if c.wary.Load() > 0 {
		t.Error("it cost a transaction in vain")
	}
	for i, want := range []Receipt{{ID: 1}, {ID: 2}, {ID: 1, Repeated: true}} {
		if o := <-jobs[i].done; o.err != nil || o.receipt != want {
			t.Errorf("job %d: %+v, want %+v", i, o, want)
		}
	}
}

func TestReadPositions(t *testing.T) {
	t.Parallel()
	pool := database(t)
	addRooms(t, pool, "other", "private", "gone")
	_, err := pool.Exec(t.Context(), `
		WITH made AS (UPDATE rooms SET kind = 'private' WHERE name = 'private')
		UPDATE memberships SET member = false WHERE username = 'ada' AND room IN ('private', 'gone')`)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Exec(t.Context(), `UPDATE rooms SET head = 10`); err != nil {
		t.Fatal(err)
	}
	c, p := start(t, pool)
	sessions := session.NewStore(pool.Pool)
	read := func(room string, upto chat.Position) *Read { return &Read{Room: room, Username: "ada", Upto: upto} }
	ended := read("general", 9)
	ended.Session = live(t, sessions, -time.Second)
	for round, row := range []struct {
		reads []*Read
		want  []error
		told  string // ada's log
	}{
		{[]*Read{read("general", 3), read("other", 99), read("general", 5), ended, read("general", 4)},
			[]error{nil, nil, nil, session.ErrNotFound, nil}, "[5:general:5 6:other:10]"},
		{[]*Read{read("general", 5), read("other", 1), read("private", 1), read("gone", 1), read("nowhere", 1)},
			[]error{nil, nil, access.ErrNotFound, access.ErrNotMember, access.ErrNotFound}, "[]"},
		{[]*Read{read("general", 6)}, []error{nil}, "[7:general:6]"},
	} {
		p.reset()
		var jobs []*job
		for _, r := range row.reads {
			jobs = append(jobs, newJob(t.Context(), r))
		}
		jobs = append(jobs, jobsFor(t, say("general", "among them"))...)
		c.commit(jobs, attempts)
		for i, j := range jobs {
			o := <-j.done
			if i < len(row.want) && !errors.Is(o.err, row.want[i]) || i == len(row.want) && o.err != nil {
				t.Errorf("round %d, %d: %v", round, i, o.err)
			}
		}
		if got := p.memberships("@ada"); got != row.told {
			t.Errorf("round %d: told %s, want %s", round, got, row.told)
		}
	}
	var head, bobs int
	err = pool.QueryRow(t.Context(), `SELECT head, (SELECT sum(read) FROM memberships WHERE username = 'bob') FROM users WHERE username = 'ada'`).Scan(&head, &bobs)
	if err != nil || head != 7 || bobs != 0 {
		t.Errorf("%v: head %d, bob has read %d; want 7, 0", err, head, bobs)
	}
}

func TestLockedPersonDoesNotHoldUpOthers(t *testing.T) {
	t.Parallel()
	pool := database(t)
	c, _ := start(t, pool)
	tx, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `SELECT FROM users WHERE username = 'ada' FOR UPDATE`); err != nil {
		t.Fatal(err)
	}
	stuck := make(chan error, 1)
	go func() { stuck <- c.Read(t.Context(), Read{Room: "general", Username: "ada", Upto: 1}) }()
	eventually(t, func() bool { return c.lanes.count() == 1 })
	if err := c.Read(t.Context(), Read{Room: "general", Username: "bob", Upto: 1}); err != nil {
		t.Error(err)
	}
	if _, err := c.Post(t.Context(), say("general", "hi")); err != nil {
		t.Error(err)
	}
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-stuck; err != nil {
		t.Error(err)
	}
}

// A message that is stored already is told again only to who is still in the
// room: for others a private room doesn't exist.
func TestARetryOfWhoWasRemovedIsRefused(t *testing.T) {
	t.Parallel()
	pool := database(t)
	c, _ := start(t, pool)
	post := Post{Room: "general", Username: "ada", Body: "hi", ClientID: "one"}
	for range 2 { // from the second on repetitions are looked for
		if receipt, err := c.Post(t.Context(), post); err != nil || receipt.ID != 1 {
			t.Fatalf("%+v, %v", receipt, err)
		}
	}
	if _, err := pool.Exec(t.Context(), `UPDATE memberships SET member = false WHERE username = 'ada' AND room = 'general'`); err != nil {
		t.Fatal(err)
	}
	if receipt, err := c.Post(t.Context(), post); !errors.Is(err, access.ErrNotFound) {
		t.Errorf("%+v, %v", receipt, err)
	}
}
