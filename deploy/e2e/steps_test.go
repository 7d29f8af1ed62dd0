package e2e

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"parley/core/sse"
	"parley/core/wire"
	"parley/deploy/e2e/client"
	"parley/deploy/e2e/system"
)

// patience bounds a step; the promises of the design that are shorter are
// checked where they are made.
const patience = 30 * time.Second

var number atomic.Int64

// unique returns a name that no other test, nor an earlier run, has used.
func unique(prefix string) string {
	return prefix + "-" + strconv.FormatInt(time.Now().Unix(), 36) + "-" + strconv.FormatInt(number.Add(1), 10)
}

func patient(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

// another starts a Parley of the test's own. It returns nil where there is one at
// a time: in containers.
func another(t *testing.T, options system.Options) system.System {
	t.Helper()
	if _, ok := parley.(system.Network); ok {
		t.Log("containers have one Parley at a time")
		return nil
	}
	ctx, cancel := context.WithTimeout(t.Context(), startPatience)
	defer cancel()
	driver := "native"
	if _, ok := parley.(system.Cluster); ok {
		driver = "kubernetes"
	}
	own, err := system.New(ctx, driver, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := own.Close(); err != nil {
			t.Error(err)
		}
	})
	return own
}

// newUser registers somebody new.
func newUser(t testing.TB) *client.User {
	t.Helper()
	user := client.NewUser(parley.URL(), unique("user"))
	if err := user.Register(patient(t)); err != nil {
		t.Fatal(err)
	}
	return user
}

// newRoom makes a room, so that its positions are the test's own.
func newRoom(t testing.TB, user *client.User) string {
	t.Helper()
	name := unique("room")
	if err := user.CreateRoom(patient(t), name); err != nil {
		t.Fatal(err)
	}
	return name
}

// post sends a message that must be stored.
func post(t testing.TB, user *client.User, room, body string) int64 {
	t.Helper()
	id, err := user.Post(patient(t), room, body, "")
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// say posts the messages "1" to "n" to an empty room.
func say(t testing.TB, user *client.User, room string, n int) {
	t.Helper()
	for i := range n {
		want := int64(i + 1)
		if id := post(t, user, room, strconv.FormatInt(want, 10)); id != want {
			t.Fatalf("message got position %d, want %d", id, want)
		}
	}
}

func open(t testing.TB, user *client.User, path, cursor string) *client.Stream {
	t.Helper()
	stream, err := user.Open(t.Context(), path, cursor)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stream.Close)
	return stream
}

// next returns the stream's next event, pings aside.
func next(t testing.TB, stream *client.Stream) sse.Event {
	t.Helper()
	ctx := patient(t)
	for {
		e, err := stream.Next(ctx)
		if err != nil {
			t.Fatalf("next event: %s", err)
		}
		if e.Name != "ping" {
			return e
		}
	}
}

// expect checks name and id of the next events: "room.general 4", "ready 7".
func expect(t testing.TB, stream *client.Stream, events ...string) {
	t.Helper()
	for i, want := range events {
		e := next(t, stream)
		if got := e.Name + " " + e.ID; got != want {
			t.Fatalf("event %d is %q (%s), want %q of %q", i+1, got, e.Data, want, events)
		}
	}
}

// messages returns what expect takes for the messages from first to last.
func messages(room string, first, last int) []string {
	var events []string
	for id := first; id <= last; id++ {
		events = append(events, wire.RoomTopic(room).EventName()+" "+strconv.Itoa(id))
	}
	return events
}

// follow follows a room from its beginning, and checks at the end of the test
// that all promises were kept.
func follow(t testing.TB, user *client.User, room string) *client.Follower {
	t.Helper()
	follower := user.Follow(t.Context(), room, 0)
	t.Cleanup(func() {
		if _, err := follower.Stop(); err != nil {
			t.Error(err)
		}
	})
	if err := follower.AwaitReady(patient(t)); err != nil {
		t.Fatal(err)
	}
	return follower
}

// eventually tries until it succeeds, for as long as within.
func eventually(t testing.TB, within time.Duration, what string, try func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	var last error // but for the one that says that it takes too long
	for {
		err := try(ctx)
		if err == nil {
			return
		}
		if last == nil || ctx.Err() == nil {
			last = err
		}
		select {
		case <-ctx.Done():
			t.Fatalf("not within %s: %s: %s", within, what, last)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// want checks an answer's status and, for an error, its code.
func want(t testing.TB, answer *client.Answer, err error, status int, code string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if answer.Status != status || answer.Code() != code {
		t.Errorf("answer is %s, want %s", answer, strings.TrimSpace(fmt.Sprint(status, " ", code)))
	}
}
