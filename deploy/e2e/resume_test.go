package e2e

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"parley/deploy/e2e/client"
)

func TestStreamResumesAfterAPosition(t *testing.T) {
	t.Parallel()
	user := newUser(t)
	room := newRoom(t, user)
	say(t, user, room, 7)
	stream := open(t, user, "/chat/"+room+"/stream", "3")
	expect(t, stream, append(messages(room, 4, 7), "ready 7")...)
	post(t, user, room, "live")
	e := next(t, stream)
	m, ok, err := client.Message(e)
	if err != nil || !ok {
		t.Fatalf("%+v is no message: %v", e, err)
	}
	if e.ID != "8" || m.ID != 8 || m.Revision != 8 || m.Room != room || m.Username != user.Name || m.Body != "live" || m.CreatedAt.IsZero() {
		t.Errorf("live message is %+v with id %s", m, e.ID)
	}
}

func TestCursorMayStandInTheQuery(t *testing.T) {
	t.Parallel()
	user := newUser(t)
	room := newRoom(t, user)
	say(t, user, room, 3)
	expect(t, open(t, user, "/chat/"+room+"/stream?after=1", ""), append(messages(room, 2, 3), "ready 3")...)
	expect(t, open(t, user, "/chat/"+room+"/stream?after=0", ""), append(messages(room, 1, 3), "ready 3")...)
	// What a browser sends by itself is newer than the address that it was given once.
	expect(t, open(t, user, "/chat/"+room+"/stream?after=1", "2"), append(messages(room, 3, 3), "ready 3")...)
}

func TestStreamWithoutCursorBeginsAtTheHead(t *testing.T) {
	t.Parallel()
	user := newUser(t)
	room := newRoom(t, user)
	expect(t, open(t, user, "/chat/"+room+"/stream", ""), "ready 0")
	say(t, user, room, 2)
	stream := open(t, user, "/chat/"+room+"/stream", "")
	expect(t, stream, "ready 2")
	post(t, user, room, "3")
	expect(t, stream, messages(room, 3, 3)...)
}

func TestUnservableCursorIsReset(t *testing.T) {
	t.Parallel()
	user := newUser(t)
	room := newRoom(t, user)
	say(t, user, room, 2)
	var streams []*client.Stream
	for _, cursor := range []string{"abc", "-1", "99999999999999999999", "3"} {
		stream := open(t, user, "/chat/"+room+"/stream", cursor)
		expect(t, stream, "reset 2")
		streams = append(streams, stream)
	}
	post(t, user, room, "3")
	for _, stream := range streams {
		e := next(t, stream)
		if e.Name == "ready" {
			e = next(t, stream)
		}
		if e.ID != "3" {
			t.Errorf("after the reset comes %+v, want message 3", e)
		}
	}
}

func TestNothingIsMissedOverACut(t *testing.T) {
	t.Parallel()
	user := newUser(t)
	room := newRoom(t, user)
	say(t, user, room, 2)
	stream := open(t, user, "/chat/"+room+"/stream", "0")
	expect(t, stream, append(messages(room, 1, 2), "ready 2")...)
	stream.Close()
	for i := 3; i <= 60; i++ { // more than a page of history
		post(t, user, room, strconv.Itoa(i))
	}
	stream = open(t, user, "/chat/"+room+"/stream", "2")
	expect(t, stream, append(messages(room, 3, 60), "ready 60")...)
}

func TestStreamOfManyRooms(t *testing.T) {
	t.Parallel()
	user := newUser(t)
	a, b, c := newRoom(t, user), newRoom(t, user), newRoom(t, user)
	say(t, user, a, 2)
	say(t, user, b, 1)
	say(t, user, c, 1)
	stream := open(t, user, "/chat/stream?after="+a+":1,"+b+":0,"+c, "")
	missing := map[string]bool{ // the order between logs is free
		"room." + a + " " + a + ":2": true, "ready " + a + ":2": true,
		"room." + b + " " + b + ":1": true, "ready " + b + ":1": true,
		"ready " + c + ":1": true,
	}
	own := "@" + user.Name
	for len(missing) > 0 {
		e := next(t, stream)
		got := e.Name + " " + e.ID
		if !missing[got] && !strings.Contains(got, own) && got != "ready general:"+strings.TrimPrefix(e.ID, "general:") {
			t.Fatalf("got %q, while %v are missing", got, missing)
		}
		delete(missing, got)
	}
	post(t, user, c, "live")
	expectOf(t, stream, "room."+c+" "+c+":2")
	post(t, user, a, "live")
	expectOf(t, stream, "room."+a+" "+a+":3")
}

// expectOf passes over what other tests say in general.
func expectOf(t testing.TB, stream *client.Stream, want string) {
	t.Helper()
	for {
		e := next(t, stream)
		if strings.HasSuffix(e.Name, "general") {
			continue
		}
		if got := e.Name + " " + e.ID; got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
		return
	}
}

func TestSilentStreamPings(t *testing.T) {
	t.Parallel()
	user := newUser(t)
	room := newRoom(t, user)
	say(t, user, room, 1)
	stream := open(t, user, "/chat/"+room+"/stream", "")
	expect(t, stream, "ready 1")
	e, err := stream.Next(patient(t))
	if err != nil {
		t.Fatal(err)
	}
	if e.Name != "ping" || e.ID != "1" || e.Data != "{}" {
		t.Errorf("silence brings %+v, want a ping that leaves the cursor at 1", e)
	}
}

func TestStreamSaysWhenToComeBack(t *testing.T) {
	t.Parallel()
	user := newUser(t)
	stream := open(t, user, "/chat/general/stream", "")
	next(t, stream)
	stream.Close()
	if retry := stream.Retry(); retry < time.Second || retry > 5*time.Second {
		t.Errorf("retry: %s, want 1 to 5 s", retry)
	}
}
