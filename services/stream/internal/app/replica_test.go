package app

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"parley/core/backing"
	"parley/core/session"
	"parley/testkit"
)

// A replay of what no log holds comes from a replica, unless that has not all
// that there was when the stream was asked for: who changed a message a moment
// ago is sure that nobody is shown what it was.
func TestReplayFromAReplica(t *testing.T) {
	t.Parallel()
	primary, standby := testkit.Pair(t)
	b := startOn(t, primary.URL("postgres"), testkit.Redis(t), func(cfg *Config) { cfg.ReadURLs = []string{standby.URL("postgres")} })
	one := b.replica()
	ada := b.signIn("ada", time.Hour)
	for pass, paused := range []bool{false, true, false} {
		do := standby.Resume
		if paused {
			do = standby.Pause
		}
		if err := do(t.Context()); err != nil {
			t.Fatal(err)
		}
		answered, behind := one.Answered.Load(), one.Behind.Load()
		for round := 0; round < 3 || !paused && one.Answered.Load() == answered && round < 100; round++ { // it needs a moment to catch up
			room := fmt.Sprintf("room-%d-%d", pass, round) // no log has anything of it
			b.room(room)
			m := b.insert(room, "as it was")
			b.insertMany(room, 120)
			b.edit(m, "as it is")
			b.insertMany(room, 120) // the log begins with the newest of them
			bodies, count := b.replayed(ada, room)
			if !strings.Contains(bodies, "as it is") || strings.Contains(bodies, "as it was") || count != 241 {
				t.Errorf("paused %v: replayed %d messages, and of the one that was changed %s", paused, count, bodies)
			}
		}
		t.Logf("paused %v: the replica answered %d times, was behind %d times", paused, one.Answered.Load()-answered, one.Behind.Load()-behind)
		if paused == (one.Answered.Load() > answered) || paused && one.Behind.Load() == behind {
			t.Error("that proves nothing")
		}
	}
}

// insertMany stores n messages, and publishes none.
func (b *testBundle) insertMany(room string, n int) {
	b.t.Helper()
	_, err := b.pool.Exec(b.t.Context(), `
		WITH raised AS (UPDATE rooms SET head = head + $2 WHERE name = $1 RETURNING head - $2 AS base)
		INSERT INTO messages (room, id, revision, username, body)
		SELECT $1, base + n, base + n, 'ada', 'more' FROM raised, generate_series(1, $2::int) AS n`, room, n)
	if err != nil {
		b.t.Fatal(err)
	}
}

// replica returns the service's replica of Postgres, once it is asked.
func (b *testBundle) replica() *backing.Replica {
	b.t.Helper()
	one := b.app.replicas.All()[0]
	for end := time.Now().Add(30 * time.Second); !b.app.replicas.Good(one); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			b.t.Fatal("the replica is never asked")
		}
	}
	return one
}

// replayed returns what a stream from a room's beginning says of message 1, and
// how many messages it had.
func (b *testBundle) replayed(token session.Token, room string) (bodies string, count int) {
	b.t.Helper()
	c := b.listen("/chat/"+room+"/stream", token, "0")
	defer c.resp.Body.Close()
	for {
		switch e := c.next(); {
		case e.Name == "ready":
			return bodies, count
		case strings.Contains(e.Data, `"id":1,`):
			bodies += e.Data
			fallthrough
		default:
			count++
		}
	}
}
