package e2e

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"parley/core/sse"
	"parley/deploy/e2e/client"
	"parley/deploy/e2e/system"
)

// arrivesWithin is the design's, for messages that Redis does not tell of: 2 s.
// The rest is for the machine.
const arrivesWithin = 2*time.Second + 500*time.Millisecond

func TestRedisIsAHint(t *testing.T) {
	user := newUser(t)
	room := newRoom(t, user)
	follower := follow(t, user, room)
	for _, row := range []struct {
		name       string
		away, back func(context.Context, string) error
	}{
		{"killed", parley.Kill, parley.Start},
		{"frozen", parley.Pause, parley.Resume},
	} {
		t.Run(row.name, func(t *testing.T) {
			breakPart(t, "redis", row.away, row.back)
			for range 3 {
				arrives(t, user, room, follower)
			}
		})
		arrives(t, user, room, follower)
	}
}

// arrives posts a message, which must be stored at once and delivered soon.
func arrives(t testing.TB, user *client.User, room string, follower *client.Follower) {
	t.Helper()
	id := post(t, user, room, "stored")
	began := time.Now()
	if err := follower.AwaitPosition(patient(t), id); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > arrivesWithin {
		t.Errorf("message %d arrived after %s, want %s", id, took, arrivesWithin)
	}
}

func TestPostgresAwayIsNotSignedOut(t *testing.T) {
	user := newUser(t)
	room := newRoom(t, user)
	follower := follow(t, user, room)
	post(t, user, room, "before")
	t.Run("killed", func(t *testing.T) {
		breakPart(t, "postgres", parley.Kill, parley.Start)
		for _, request := range []func() (*client.Answer, error){
			func() (*client.Answer, error) { return user.Get(patient(t), "/chat") },
			func() (*client.Answer, error) { return user.Get(patient(t), "/chat/"+room+"/messages") },
			func() (*client.Answer, error) {
				return user.PostJSON(patient(t), "/chat/"+room+"/messages", map[string]string{"body": "lost"})
			},
			func() (*client.Answer, error) {
				return user.PostJSON(patient(t), "/login", map[string]string{"username": user.Name, "password": client.Password})
			},
		} {
			answer, err := request()
			want(t, answer, err, http.StatusServiceUnavailable, "unavailable")
			if answer.Header.Get("Retry-After") == "" || answer.Header.Get("Set-Cookie") != "" {
				t.Errorf("headers are %v, want Retry-After and no cookie", answer.Header)
			}
		}
		// An error status would make a browser's EventSource give up.
		answer, err := user.Get(patient(t), "/chat/"+room+"/stream")
		want(t, answer, err, http.StatusOK, "")
	})
	eventually(t, patience, "a message is stored again", func(ctx context.Context) error {
		_, err := user.Post(ctx, room, "after", "the-same")
		return err
	})
	if err := follower.AwaitPosition(patient(t), 2); err != nil {
		t.Error(err)
	}
	if slices.Contains(follower.Ends(), sse.EndSession) {
		t.Error("a stream ended as if its session had")
	}
}

// One replica after the other goes, in whatever way, and comes back: a deploy,
// or a bad day. All clients move, and miss nothing.
func TestStreamReplicasGoInTurn(t *testing.T) {
	for _, row := range []struct {
		name string
		away func(context.Context, string) error
		ends []string // what clients may be told
	}{
		{"killed", parley.Kill, nil},
		{"stopped", parley.Stop, []string{sse.EndDrain}},
	} {
		t.Run(row.name, func(t *testing.T) {
			user := newUser(t)
			room := newRoom(t, user)
			var followers []*client.Follower
			for range 8 {
				followers = append(followers, follow(t, user, room))
			}
			writing := write(t, user, room)
			for _, part := range []string{"stream-1", "stream-2"} {
				t.Run(part, func(t *testing.T) {
					breakPart(t, part, row.away, parley.Start)
					writing.await(t, 20)
					awaitLive(t, followers)
				})
			}
			last := writing.stop()
			for _, follower := range followers {
				checkMoved(t, follower, last, row.ends)
			}
		})
	}
}

// checkMoved checks that a follower has all messages up to last, over more than
// one stream, and what it was told whenever one ended.
func checkMoved(t testing.TB, follower *client.Follower, last int64, told []string) {
	t.Helper()
	if err := follower.AwaitPosition(patient(t), last); err != nil {
		t.Error(err)
	}
	if follower.Streams() < 2 {
		t.Error("a follower kept a stream that both replicas have lost")
	}
	if ends := slices.Compact(follower.Ends()); !slices.Equal(ends, told) {
		t.Errorf("a follower was sent away because of %q, want %q", ends, told)
	}
}

func awaitLive(t testing.TB, followers []*client.Follower) {
	t.Helper()
	for _, follower := range followers {
		if err := follower.AwaitReady(patient(t)); err != nil {
			t.Error(err)
		}
	}
}

// Writers retry what was not acknowledged, as the page does.
func TestMessagesReplicaGoes(t *testing.T) {
	user := newUser(t)
	for _, row := range []struct {
		name string
		away func(context.Context, string) error
	}{{"killed", parley.Kill}, {"stopped", parley.Stop}} {
		t.Run(row.name, func(t *testing.T) {
			room := unique("room")
			// In a cluster a pod that is gone may still be among those that serve.
			eventually(t, patience, "a room is made", func(ctx context.Context) error { return user.CreateRoom(ctx, room) })
			follower := follow(t, user, room)
			writing := write(t, user, room)
			breakPart(t, "messages-1", row.away, parley.Start)
			writing.await(t, 40)
			last := writing.stop()
			if err := follower.AwaitPosition(patient(t), last); err != nil {
				t.Fatal(err)
			}
			seen := make(map[string]int)
			messages, err := follower.Stop()
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range messages {
				seen[m.Body]++
			}
			for body, id := range writing.acked {
				if seen[body] != 1 {
					t.Errorf("message %q, acknowledged as %d, was delivered %d times", body, id, seen[body])
				}
			}
		})
	}
}

func TestGatewayGoes(t *testing.T) {
	user := newUser(t)
	room := newRoom(t, user)
	follower := follow(t, user, room)
	post(t, user, room, "before")
	t.Run("stopped", func(t *testing.T) {
		breakPart(t, "nginx", parley.Stop, parley.Start)
		direct := user.At(replica(t, "messages-1"))
		post(t, direct, room, "meanwhile")
	})
	post(t, user, room, "after")
	if err := follower.AwaitPosition(patient(t), 3); err != nil {
		t.Error(err)
	}
}

// breakPart does something to a part, and undoes it when the test is over.
func breakPart(t testing.TB, part string, away, back func(context.Context, string) error) {
	t.Helper()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*patience)
		defer cancel()
		if err := back(ctx, part); err != nil {
			t.Fatalf("bring %s back: %s", part, err)
		}
		awaitAll(ctx, t)
	})
	if err := away(patient(t), part); err != nil {
		t.Fatal(err)
	}
}

// awaitAll waits until every service is ready, and the gateway reaches them.
func awaitAll(ctx context.Context, t testing.TB) {
	t.Helper()
	for _, part := range system.Parts()[2:] {
		for {
			err := system.Ready(ctx, parley, part)
			if err == nil {
				break
			}
			select {
			case <-ctx.Done():
				t.Fatalf("%s does not become ready again: %v", part, err)
			case <-time.After(20 * time.Millisecond):
			}
		}
	}
}

// writing is somebody who posts one message after the other, and posts again
// what was not acknowledged.
type writing struct {
	cancel context.CancelFunc
	ended  chan struct{}

	mu    sync.Mutex
	acked map[string]int64 // positions by body
	last  int64
}

func write(t testing.TB, user *client.User, room string) *writing {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	w := &writing{cancel: cancel, ended: make(chan struct{}), acked: make(map[string]int64)}
	t.Cleanup(func() { w.stop() })
	go func() {
		defer close(w.ended)
		for i := 0; ctx.Err() == nil; i++ {
			w.write(user, room, strconv.Itoa(i))
		}
	}()
	w.await(t, 5)
	return w
}

// write ends when the message is acknowledged: there must come a time.
func (w *writing) write(user *client.User, room, body string) {
	for {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		id, err := user.Post(ctx, room, body, "client-"+body)
		cancel()
		if err == nil {
			w.mu.Lock()
			w.acked[body] = id
			w.last = max(w.last, id)
			w.mu.Unlock()
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// await waits until n more messages are acknowledged.
func (w *writing) await(t testing.TB, n int) {
	t.Helper()
	count := func() int {
		w.mu.Lock()
		defer w.mu.Unlock()
		return len(w.acked)
	}
	goal := count() + n
	eventually(t, patience, strconv.Itoa(n)+" more messages are stored", func(context.Context) error {
		if now := count(); now < goal {
			return errors.New(strconv.Itoa(now) + " of " + strconv.Itoa(goal))
		}
		return nil
	})
}

// stop waits for the message at hand and returns the last position.
func (w *writing) stop() int64 {
	w.cancel()
	<-w.ended
	return w.last
}

func TestPartsAreTheSystems(t *testing.T) {
	for _, part := range system.Parts() {
		if _, err := parley.Addr(patient(t), part); err != nil {
			t.Error(err)
		}
	}
}
