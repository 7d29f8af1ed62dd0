package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"parley/core/chat"
	"parley/core/sse"
	"parley/core/wire"
	"parley/deploy/e2e/client"
)

// followAll follows everything of a user's, and checks at the end of the test
// that all promises were kept.
func followAll(t testing.TB, user *client.User, after map[string]chat.Position) *client.Everything {
	t.Helper()
	follower := user.FollowAll(t.Context(), after)
	t.Cleanup(func() {
		if err := follower.Stop(); err != nil {
			t.Error(err)
		}
	})
	if err := follower.AwaitLive(patient(t)); err != nil {
		t.Fatal(err)
	}
	return follower
}

// newPrivate makes a private room with these people in it.
func newPrivate(t testing.TB, maker *client.User, people ...*client.User) string {
	t.Helper()
	room := unique("private")
	if err := maker.CreatePrivateRoom(patient(t), room); err != nil {
		t.Fatal(err)
	}
	for _, user := range people {
		if err := maker.Add(patient(t), room, user.Name); err != nil {
			t.Fatal(err)
		}
	}
	return room
}

// soon fails unless what is awaited comes within the design's 2 s.
func soon(t testing.TB, what string, await func() error) {
	t.Helper()
	began := time.Now()
	if err := await(); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > arrivesWithin {
		t.Errorf("%s after %s, want %s", what, took, arrivesWithin)
	}
}

// A room begins on the stream that is open when its person is added, and ends
// when they are removed; added back, they get all from there on.
func TestRoomsBeginAndEndOnTheOpenStream(t *testing.T) {
	t.Parallel()
	ada, bob := newUser(t), newUser(t)
	follower := followAll(t, bob, nil)
	room := newPrivate(t, ada)
	post(t, ada, room, "before bob")
	comesAndGoes(t, ada, bob, room, follower)
}

func TestRoomsBeginAndEndWithoutRedis(t *testing.T) {
	ada, bob := newUser(t), newUser(t)
	follower := followAll(t, bob, nil)
	room := newPrivate(t, ada)
	post(t, ada, room, "before bob")
	breakPart(t, "redis", parley.Kill, parley.Start)
	comesAndGoes(t, ada, bob, room, follower)
}

func comesAndGoes(t *testing.T, ada, bob *client.User, room string, follower *client.Everything) {
	t.Helper()
	var heard []string
	for turn := range 2 {
		if err := ada.Add(patient(t), room, bob.Name); err != nil {
			t.Fatal(err)
		}
		soon(t, "the room began", func() error { return follower.AwaitLive(patient(t), room) })
		body := fmt.Sprintf("bob is in for the %d. time", turn+1)
		heard = append(heard, body)
		id := post(t, ada, room, body)
		soon(t, "a message came", func() error { return follower.AwaitPosition(patient(t), room, id) })
		if err := ada.Remove(patient(t), room, bob.Name); err != nil {
			t.Fatal(err)
		}
		soon(t, "the room ended", func() error {
			return follower.AwaitMembership(patient(t), room, func(m wire.Membership) bool { return !m.Member })
		})
		answer, err := bob.Get(patient(t), "/chat/"+room+"/messages")
		want(t, answer, err, http.StatusNotFound, "room_not_found")
		end := time.Now().Add(client.OutWithin)
		for time.Now().Before(end) { // the follower objects to what comes too late
			post(t, ada, room, "bob is out")
			time.Sleep(50 * time.Millisecond)
		}
	}
	follower.Look(func(s *client.Sight) {
		got := bodies(s.Messages[room])
		if got = slices.DeleteFunc(got, func(body string) bool { return body == "bob is out" }); !slices.Equal(got, heard) {
			t.Errorf("bob heard %q, want %q", got, heard)
		}
		if s.Streams != 1 {
			t.Errorf("it took %d streams, want the one that was open", s.Streams)
		}
	})
}

func bodies(messages []chat.Message) (all []string) {
	for _, m := range messages {
		all = append(all, m.Body)
	}
	return all
}

// A stream of one room ends when its person may no longer read it, and does not
// open again.
func TestStreamOfOneRoomEndsWithMembership(t *testing.T) {
	t.Parallel()
	ada, bob := newUser(t), newUser(t)
	room := newPrivate(t, ada, bob)
	var streams []*client.Stream
	for _, base := range []string{replica(t, "stream-1"), replica(t, "stream-2"), parley.URL()} {
		stream := open(t, bob.At(base), "/chat/"+room+"/stream", "")
		expect(t, stream, "ready 0")
		streams = append(streams, stream)
	}
	if err := ada.Remove(patient(t), room, bob.Name); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	for _, stream := range streams {
		awaitEnd(t, stream, sse.EndSession)
	}
	if took := time.Since(began); took > endsWithin {
		t.Errorf("streams ended after %s, want %s", took, endsWithin)
	}
	answer, err := bob.Get(patient(t), "/chat/"+room+"/stream")
	want(t, answer, err, http.StatusNotFound, "room_not_found")
}

// What a person's log and the rooms held meanwhile comes to who returns.
func TestEverythingResumes(t *testing.T) {
	t.Parallel()
	ada, bob := newUser(t), newUser(t)
	a, b := newPrivate(t, ada, bob), newPrivate(t, ada)
	say(t, ada, a, 3)
	before := readRooms(t, bob)
	say(t, ada, b, 2)
	if err := ada.Add(patient(t), b, bob.Name); err != nil {
		t.Fatal(err)
	}
	follower := followAll(t, bob, map[string]chat.Position{"@" + bob.Name: before.Me, a: 1, b: 1})
	if err := follower.AwaitLive(patient(t), a, b); err != nil {
		t.Fatal(err)
	}
	follower.Look(func(s *client.Sight) {
		if got := bodies(s.Messages[a]); !slices.Equal(got, []string{"2", "3"}) {
			t.Errorf("of the one room came %q", got)
		}
		if got := bodies(s.Messages[b]); !slices.Equal(got, []string{"2"}) {
			t.Errorf("of the other came %q", got)
		}
		if m, ok := s.Memberships[b]; !ok || !m.Member || len(s.Memberships) != 1 {
			t.Errorf("memberships %+v, want that of %s", s.Memberships, b)
		}
	})
}

// roomsOf is what GET /chat tells.
type roomsOf struct {
	Rooms []struct {
		Name, Title, Kind string
		Head, Read        chat.Position
		Unread            int
		Notify            string
	}
	Me chat.Position
}

func readRooms(t testing.TB, user *client.User) (all roomsOf) {
	t.Helper()
	answer, err := user.Get(patient(t), "/chat")
	want(t, answer, err, http.StatusOK, "")
	if err := json.Unmarshal(answer.Body, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func unread(t testing.TB, user *client.User, room string) int {
	t.Helper()
	for _, r := range readRooms(t, user).Rooms {
		if r.Name == room {
			return r.Unread
		}
	}
	t.Fatalf("%s is not among the rooms of %s", room, user.Name)
	return 0
}

// What one device reads the others know at once, and what is unread is one
// number for all.
func TestReadPositionsAgree(t *testing.T) {
	t.Parallel()
	ada, bob := newUser(t), newUser(t)
	room := newPrivate(t, ada, bob)
	phone, laptop := followAll(t, bob, nil), followAll(t, bob, nil)
	for range 5 {
		post(t, ada, room, "hello")
	}
	if n := unread(t, bob, room); n != 5 {
		t.Errorf("%d are unread, want 5", n)
	}
	for _, step := range []struct {
		read chat.Position
		want chat.Position // it only grows, and not beyond the head
		left int
	}{{2, 2, 3}, {1, 2, 3}, {1000, 5, 0}} {
		if err := bob.Expect(patient(t), http.StatusNoContent, http.MethodPut, "/chat/"+room+"/read", map[string]int64{"id": step.read}); err != nil {
			t.Fatal(err)
		}
		for _, device := range []*client.Everything{phone, laptop} {
			soon(t, "the read position came", func() error {
				return device.AwaitMembership(patient(t), room, func(m wire.Membership) bool { return m.Read == step.want })
			})
		}
		if n := unread(t, bob, room); n != step.left {
			t.Errorf("after reading up to %d %d are unread, want %d", step.read, n, step.left)
		}
	}
	post(t, ada, room, "one more")
	if n := unread(t, bob, room); n != 1 {
		t.Errorf("%d are unread, want 1", n)
	}
	post(t, bob, room, "I know")
	if n := unread(t, bob, room); n != 0 {
		t.Errorf("after an answer %d are unread", n)
	}
	for range 120 {
		post(t, ada, room, "and so on")
	}
	if n := unread(t, bob, room); n != 100 { // "more than 99"
		t.Errorf("%d are unread, want 100 for more than 99", n)
	}
}

// There is no limit to the rooms of a stream.
func TestStreamOfVeryManyRooms(t *testing.T) {
	t.Parallel()
	const many = 300
	ada, bob := newUser(t), newUser(t)
	prefix := unique("many")
	query(t, `
		WITH made AS (
			INSERT INTO rooms (name, title, kind) SELECT $1 || '-' || i, $1, 'private' FROM generate_series(1, $3::int) AS i RETURNING name
		), joined AS (
			INSERT INTO memberships (username, room, revision, moderator)
			SELECT username, made.name, head + row_number() OVER (PARTITION BY username ORDER BY made.name), true
			FROM users, made WHERE username = ANY($2)
		)
		UPDATE users SET head = head + $3 WHERE username = ANY($2)`, prefix, []string{ada.Name, bob.Name}, many)
	follower := followAll(t, bob, nil)
	var rooms []string
	for i := range many {
		rooms = append(rooms, fmt.Sprintf("%s-%d", prefix, i+1))
	}
	if err := follower.AwaitLive(patient(t), rooms...); err != nil {
		t.Fatal(err)
	}
	for _, room := range []string{rooms[0], rooms[150], rooms[299]} {
		id := post(t, ada, room, "hello")
		soon(t, "a message came", func() error { return follower.AwaitPosition(patient(t), room, id) })
	}
}

// Somebody who types is seen by who is in the room, and by nobody else.
func TestTypingStaysInTheRoom(t *testing.T) {
	t.Parallel()
	ada, bob, eve := newUser(t), newUser(t), newUser(t)
	room := newPrivate(t, ada, bob)
	in, out := followAll(t, bob, nil), followAll(t, eve, nil)
	if err := in.AwaitLive(patient(t), room); err != nil {
		t.Fatal(err)
	}
	if err := ada.Expect(patient(t), http.StatusNoContent, http.MethodPost, "/chat/"+room+"/typing", nil); err != nil {
		t.Fatal(err)
	}
	if err := in.AwaitNotice(patient(t), func(n wire.Notice) bool {
		typing, ok := n.(*wire.Typing)
		return ok && *typing == wire.Typing{Room: room, Username: ada.Name}
	}); err != nil {
		t.Error(err)
	}
	id := post(t, eve, "general", "nobody types here")
	if err := out.AwaitPosition(patient(t), "general", id); err != nil {
		t.Error(err)
	}
	out.Look(func(s *client.Sight) {
		for _, n := range s.Notices {
			if n.Type() == wire.TypeTyping {
				t.Errorf("eve was told %+v", n)
			}
		}
	})
	answer, err := eve.PostJSON(patient(t), "/chat/"+room+"/typing", nil)
	want(t, answer, err, http.StatusNotFound, "room_not_found")
}

// A new title takes a position on the room's log, and comes to all.
func TestTitleComesToAll(t *testing.T) {
	t.Parallel()
	ada, bob := newUser(t), newUser(t)
	room := newPrivate(t, ada, bob)
	follower := followAll(t, bob, nil)
	plain := follow(t, bob, room)
	say(t, ada, room, 1)
	for _, title := range []string{"One", "Two"} {
		if err := ada.Expect(patient(t), http.StatusOK, http.MethodPatch, "/chat/"+room, map[string]string{"title": title}); err != nil {
			t.Fatal(err)
		}
	}
	if id := post(t, ada, room, "4"); id != 4 {
		t.Errorf("the message after two titles has position %d, want 4", id)
	}
	if err := plain.AwaitPosition(patient(t), 4); err != nil {
		t.Error(err)
	}
	if err := follower.AwaitPosition(patient(t), room, 4); err != nil {
		t.Fatal(err)
	}
	follower.Look(func(s *client.Sight) {
		if s.Rooms[room].Title != "Two" {
			t.Errorf("the room is %+v", s.Rooms[room])
		}
	})
	stream := open(t, bob, "/chat/"+room+"/stream", "0")
	var got []string
	for len(got) == 0 || got[len(got)-1] != "ready 4" {
		e, err := stream.Next(patient(t))
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, e.Name+" "+e.ID)
	}
	// The first title is superseded. A log that holds it still may send it nevertheless.
	superseded := "room." + room + " 2"
	got = slices.DeleteFunc(got, func(event string) bool { return event == superseded })
	if want := []string{"room." + room + " 1", "room." + room + " 3", "room." + room + " 4", "ready 4"}; !slices.Equal(got, want) {
		t.Errorf("replayed %v, want %v", got, want)
	}
}
