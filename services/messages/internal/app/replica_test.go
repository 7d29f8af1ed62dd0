package app

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"parley/core/session"
	"parley/testkit"
)

// With a replica that has stopped to replay, and with one that replays: what one
// service is told, another that reads from the replica knows at once.
func TestReplicaIsNeverBehind(t *testing.T) {
	t.Parallel()
	primary, standby := testkit.Pair(t)
	writer := start(t, func(cfg *Config) { cfg.DatabaseURL = primary.URL("postgres") })
	reader := start(t, func(cfg *Config) {
		cfg.DatabaseURL, cfg.ReadURLs, cfg.RedisURL = primary.URL("postgres"), []string{standby.URL("postgres")}, writer.redis.URL()
	})
	one := reader.app.replicas.All()[0]
	for end := time.Now().Add(30 * time.Second); !reader.app.replicas.Good(one); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the replica is never asked")
		}
	}
	ada := writer.register("ada")
	for _, paused := range []bool{false, true, false} {
		do := standby.Resume
		if paused {
			do = standby.Pause
		}
		if err := do(t.Context()); err != nil {
			t.Fatal(err)
		}
		answered, behind := one.Answered.Load(), one.Behind.Load()
		for round := range 4 {
			tell(t, writer, reader, ada, fmt.Sprintf("r%d-%t-%d", answered, paused, round))
		}
		t.Logf("paused %v: the replica answered %d times, was behind %d times", paused, one.Answered.Load()-answered, one.Behind.Load()-behind)
		switch {
		case paused && one.Answered.Load() > answered+4: // what it has replayed already
			t.Errorf("a replica that is paused answered %d times", one.Answered.Load()-answered)
		case paused && one.Behind.Load() == behind:
			t.Error("a replica that is paused was never asked")
		case !paused && one.Answered.Load() == answered:
			t.Error("the replica never answered")
		}
	}
}

// tell has things happen at the writer, and asks the reader for them.
func tell(t *testing.T, writer, reader *bundle, ada *client, name string) {
	t.Helper()
	bob := writer.register("bob-" + name)
	there := &client{t: t, url: reader.url, cookie: bob.cookie}
	room := "cabinet-" + name
	must := func(a answer, status int) {
		t.Helper()
		if a.status != status {
			t.Fatalf("%d %s, want %d", a.status, a.body, status)
		}
	}
	reads := func(what string, yes, no string) {
		t.Helper()
		for _, path := range []string{"/chat/" + room + "/messages", "/chat/" + room + "/messages?around=1", "/chat/" + room + "/messages?after=0", "/chat/" + room} {
			a := there.get(path, "Accept", map[bool]string{true: "text/html", false: "application/json"}[path == "/chat/"+room])
			must(a, 200)
			if !strings.Contains(a.body, yes) || no != "" && strings.Contains(a.body, no) {
				t.Errorf("%s, %s: want %q and not %q in\n%s", what, path, yes, no, a.body)
			}
		}
		if a := there.get("/search?q=" + yes); !strings.Contains(a.body, yes) {
			t.Errorf("%s: not found: %d %s", what, a.status, a.body)
		}
		if no == "" {
			return
		}
		if a := there.get("/search?q=" + no); a.status != 200 || strings.Contains(a.body, `"id"`) {
			t.Errorf("%s: found as it was: %d %s", what, a.status, a.body)
		}
	}
	must(there.get("/chat/general/messages"), 200) // from now on the reader recalls the session
	must(ada.post("/chat", fields{"name": room, "kind": "private"}), 201)
	must(ada.do(http.MethodPut, "/chat/"+room+"/members/bob-"+name, "", nil), 204)
	first, second := "first"+name, "second"+name
	ada.say(room, first)
	reads("posted", first, "")
	must(ada.patch("/chat/"+room+"/messages/1", `{"body":"`+second+`"}`), 200)
	reads("edited", second, first)
	ada.say(room, "last"+name)
	must(ada.do(http.MethodDelete, "/chat/"+room+"/messages/1", "", nil), 200)
	reads("deleted", "last"+name, second)
	must(ada.do(http.MethodDelete, "/chat/"+room+"/members/bob-"+name, "", nil), 204)
	for _, path := range []string{"/messages", "/messages?around=1", "/messages?before=3", ""} {
		must(there.get("/chat/"+room+path), 404)
	}
	if a := there.get("/search?q=last" + name); a.status != 200 || strings.Contains(a.body, `"id"`) {
		t.Errorf("who was removed finds %d %s", a.status, a.body)
	}
	must(there.get("/chat/general/messages"), 200)
	must(bob.post("/logout", nil), 204)
	for _, path := range []string{"/chat/general/messages", "/search?q=last"} {
		must(there.get(path), 401)
	}
}

// Behind PgBouncer, whose sessions are anybody's, all goes on: what is posted is
// read and found, a room that somebody holds locked doesn't hold up the others, and
// the search has its settings.
func TestBehindPgBouncer(t *testing.T) {
	t.Parallel()
	server, _ := testkit.Postgres(t)
	for _, setting := range []string{"synchronous_commit = 'on'", "statement_timeout = '10s'", "idle_in_transaction_session_timeout = '10s'"} {
		if err := server.Run(t.Context(), `ALTER ROLE postgres SET `+setting); err != nil {
			t.Fatal(err)
		}
	}
	b := start(t, func(cfg *Config) { cfg.DatabaseURL = testkit.PgBouncer(t, server).URLOf("postgres", "postgres") })
	ada := b.register("ada")
	for _, room := range []string{"held", "free"} {
		if a := ada.post("/chat", fields{"name": room}); a.status != 201 {
			t.Fatalf("%d %s", a.status, a.body)
		}
	}
	for n := range 20 {
		ada.say("free", fmt.Sprint("deployed ", n))
	}
	if _, found := ada.search("deploy"); len(found.Messages) != 20 {
		t.Errorf("found %d", len(found.Messages))
	}
	tx, err := b.db.Begin(t.Context())
	if err == nil {
		_, err = tx.Exec(t.Context(), `SELECT FROM rooms WHERE name = 'held' FOR UPDATE`)
	}
	if err != nil {
		t.Fatal(err)
	}
	posted := make(chan int)
	go func() {
		r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, b.url+"/chat/held/messages", strings.NewReader(`{"body":"waits"}`))
		if err != nil {
			t.Error(err)
			return
		}
		r.Header.Set("Content-Type", "application/json")
		r.AddCookie(&http.Cookie{Name: session.CookieName, Value: ada.cookie})
		answer, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Error(err)
			return
		}
		_ = answer.Body.Close()
		posted <- answer.StatusCode
	}()
	began := time.Now()
	for n := range 5 { // the lock's timeout of a second, which comes with each batch
		ada.say("free", fmt.Sprint("meanwhile ", n))
	}
	if took := time.Since(began); took > 8*time.Second {
		t.Errorf("a room that is held held up another for %s", took)
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if status := <-posted; status != 201 {
		t.Errorf("what waited was answered %d", status)
	}
}
