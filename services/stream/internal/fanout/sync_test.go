package fanout

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"parley/core/chat"
	"parley/core/sse"
	"parley/core/wire"
	"parley/stream/internal/guard"
	"parley/stream/internal/hub"
)

// everything adds a stream of everything of a person's, who is in room-0, and
// returns the client's end.
func (b *testBundle) everything(person *hub.Log) net.Conn {
	b.t.Helper()
	client, err := net.Dial("tcp", b.listen.Addr().String())
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = client.Close() })
	server, err := b.listen.Accept()
	if err != nil {
		b.t.Fatal(err)
	}
	room, err := b.hub.Acquire(b.t.Context(), roomName(0), true)
	if err != nil {
		b.t.Fatal(err)
	}
	err = b.engine.Add(Stream{
		Conn: server, Session: guard.NewSeat("ada", time.Now().Add(time.Hour)), Tagged: true, Everything: true,
		Person: person, Rooms: []Room{{Log: person}, {Log: room}},
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return client
}

// person makes ada's account, and returns her log.
func (b *testBundle) person() *hub.Log {
	b.t.Helper()
	if _, err := b.pool.Exec(b.t.Context(), `INSERT INTO users (username, password_hash) VALUES ('ada', 'x')`); err != nil {
		b.t.Fatal(err)
	}
	person, err := b.hub.Acquire(b.t.Context(), wire.PersonTopic("ada"), true)
	if err != nil {
		b.t.Fatal(err)
	}
	return person
}

// Somebody leaves a room and comes back while Postgres is asked: the answer says
// that they are out. The coming back was held against the room that was still
// carried, and so was no reason to ask; so the engine asks once more.
func TestAnAnswerThatIsBehindIsAskedForAgain(t *testing.T) {
	t.Parallel()
	b := start(t, newPoller, 1)
	person := b.person()
	events := sse.NewReader(b.everything(person))
	for range 2 { // the stream is there once both of its logs are live
		if e, err := events.Next(); err != nil || e.Name != "ready" {
			t.Fatalf("got %s, %v, want ready", e.Name, err)
		}
	}
	seen := person.Head()
	back := wire.Membership{Revision: 1, Room: string(roomName(0)), Kind: "open", Member: true, Notify: "all"}
	b.hub.Ring(person.Topic, back.AppendJSON(nil))
	b.await("the log to grow", func() bool { return person.Head() == 1 })
	if n := b.syncs.Load(); n != 0 {
		t.Fatalf("%d questions about a room that is carried", n)
	}
	b.engine.Apply(Rooms{Person: person, Seen: seen})
	b.await("the question", func() bool { return b.syncs.Load() > 0 })
	asked := b.syncs.Load()
	b.engine.Apply(Rooms{Person: person, Seen: person.Head()})
	b.await("the room to be given back", func() bool { return b.logs.Load() >= 1 })
	if n := b.syncs.Load(); n != asked {
		t.Errorf("an answer that is not behind was asked for again")
	}
}

// What a stream was opened with may be another by the time it begins: its rooms
// wait for the answer that is of now.
func TestAStreamThatIsBehindItsPersonBeginsWithTheAnswer(t *testing.T) {
	t.Parallel()
	b := start(t, newPoller, 1)
	person := b.person()
	log, err := b.hub.Acquire(t.Context(), roomName(0), true)
	if err != nil {
		t.Fatal(err)
	}
	for at := range int64(3) {
		b.ring(roomName(0), at+1, "hello")
	}
	in := wire.Membership{Revision: 1, Room: string(roomName(0)), Kind: "open", Member: true, Joined: 2, Notify: "all"}
	b.hub.Ring(person.Topic, in.AppendJSON(nil))
	b.await("the log to grow", func() bool { return person.Head() == 1 })
	events := sse.NewReader(b.everything(person)) // as of before
	want := func(id string) {
		t.Helper()
		if e, err := events.Next(); err != nil || e.Name+" "+e.ID != id {
			t.Fatalf("got %s %s, %v, want %s", e.Name, e.ID, err, id)
		}
	}
	want("me @ada:1")
	want("ready @ada:1")
	b.await("the question", func() bool { return b.syncs.Load() > 0 })
	b.engine.Apply(Rooms{Person: person, Seen: person.Head(), In: []Room{{Log: log, At: 2, Joined: 2}}})
	want("room.room-0 room-0:3")
	want("ready room-0:3")
}

// The answer may be there before the loop has looked at the event that it is
// about. The reader is told of the joining first all the same: a room that
// begins before would be taken to begin again.
func TestARoomBeginsBehindItsJoining(t *testing.T) {
	t.Parallel()
	b := startLoops(t, newPoller, 2, 1)
	person := b.person()
	events := sse.NewReader(b.everything(person))
	wantEvents(t, events, []string{"ready @ada:0", "ready 0"})
	room, err := b.hub.Acquire(t.Context(), roomName(1), true)
	if err != nil {
		t.Fatal(err)
	}
	carried, err := b.hub.Acquire(t.Context(), roomName(0), true)
	if err != nil {
		t.Fatal(err)
	}
	b.ring(roomName(1), 1, "before")
	b.ring(roomName(1), 2, "after")
	joining := func(revision int64) {
		in := wire.Membership{Revision: revision, Room: string(roomName(1)), Kind: "open", Member: true, Joined: 1, Notify: "all"}
		b.hub.Ring(person.Topic, in.AppendJSON(nil))
		b.await("the log to grow", func() bool { return person.Head() >= revision })
	}
	b.onSync = func() {
		b.onSync = nil
		joining(2)
		b.engine.loops[0].read(mail{rooms: []Rooms{{Person: person, Seen: 2, In: []Room{
			{Log: carried}, {Log: room, At: 1, Joined: 1},
		}}}})
	}
	joining(1)
	wantEvents(t, events, []string{"me @ada:1", "me @ada:2", "room.room-1 room-1:2", "ready room-1:2"})
}

// Who has been told that they left a room, or joined it again, gets nothing more
// of it until Postgres has said what is true: if they are in it anew, it begins
// anew; if they never left it, it goes on.
func TestARoomThatWasLeftIsHeld(t *testing.T) {
	t.Parallel()
	out, in := wire.Membership{Member: false}, wire.Membership{Member: true, Joined: 2}
	for name, row := range map[string]struct {
		before int64 // what is said, and read, before the reader is told
		told   []wire.Membership
		joined chat.Position // as Postgres says
		want   string
	}{
		"out and back":               {0, []wire.Membership{out, in}, 2, "room.room-0 3, ready 3, room.room-0 4"},
		"the leaving was superseded": {0, []wire.Membership{in}, 2, "room.room-0 3, ready 3, room.room-0 4"},
		"told late":                  {3, []wire.Membership{out, in}, 2, "room.room-0 3, ready 3, room.room-0 4"},
		"superseded and told late":   {3, []wire.Membership{in}, 2, "room.room-0 4"},
		"a forged notice":            {0, []wire.Membership{out, in}, 0, "room.room-0 1, room.room-0 2, room.room-0 3, room.room-0 4"},
		"a forged notice, late":      {3, []wire.Membership{out}, 0, "room.room-0 4"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := start(t, newPoller, 1)
			person := b.person()
			events := sse.NewReader(b.everything(person))
			want := func(all ...string) { t.Helper(); wantEvents(t, events, all) }
			want("ready @ada:0", "ready 0")
			for at := range row.before {
				b.ring(roomName(0), at+1, "hello")
				want(fmt.Sprint("room.room-0 ", at+1))
			}
			for i, m := range row.told {
				m.Revision, m.Room, m.Kind, m.Notify = int64(i+1), string(roomName(0)), "open", "all"
				b.hub.Ring(person.Topic, m.AppendJSON(nil))
				want(fmt.Sprint("me @ada:", i+1))
			}
			for at := row.before; at < 3; at++ {
				b.ring(roomName(0), at+1, "hello")
			}
			log, err := b.hub.Acquire(t.Context(), roomName(0), true)
			if err != nil {
				t.Fatal(err)
			}
			b.engine.Apply(Rooms{Person: person, Seen: person.Head(), In: []Room{{Log: log, At: row.joined, Joined: row.joined}}})
			all := strings.Split(row.want, ", ")
			want(all[:len(all)-1]...)
			b.ring(roomName(0), 4, "after it")
			want(all[len(all)-1])
		})
	}
}

// wantEvents checks which events come next, by name and position.
func wantEvents(t *testing.T, events *sse.Reader, all []string) {
	t.Helper()
	for _, one := range all {
		e, err := events.Next()
		if got := e.Name + " " + strings.TrimPrefix(e.ID, "room-0:"); err != nil || got != one {
			t.Fatalf("got %s, %v, want %s", got, err, one)
		}
	}
}
