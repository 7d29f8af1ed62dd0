package fanout

import (
	"fmt"
	"net"
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

// person makes an account, and returns its log.
func (b *testBundle) person(username string) *hub.Log {
	b.t.Helper()
	if _, err := b.pool.Exec(b.t.Context(), `INSERT INTO users (username, password_hash) VALUES ($1, 'x')`, username); err != nil {
		b.t.Fatal(err)
	}
	person, err := b.hub.Acquire(b.t.Context(), wire.PersonTopic(username), true)
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
	person := b.person("ada")
	b.everything(person)
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

// Who has been told that they left a room gets nothing more of it until Postgres
// has said what is true: if they are in it anew, it begins anew, at the joining;
// if they never left it, it goes on.
func TestARoomThatWasLeftIsHeld(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		joined chat.Position // as Postgres says
		want   []string
	}{
		"out and back":    {2, []string{"room.room-0 room-0:3", "ready room-0:3", "room.room-0 room-0:4"}},
		"a forged notice": {0, []string{"room.room-0 room-0:1", "room.room-0 room-0:2", "room.room-0 room-0:3", "room.room-0 room-0:4"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := start(t, newPoller, 1)
			person := b.person("ada")
			events := sse.NewReader(b.everything(person))
			want := func(all ...string) {
				t.Helper()
				for _, one := range all {
					e, err := events.Next()
					if got := e.Name + " " + e.ID; err != nil || got != one {
						t.Fatalf("got %s, %v, want %s", got, err, one)
					}
				}
			}
			want("ready @ada:0", "ready room-0:0")
			for i, m := range []wire.Membership{{Member: false}, {Member: true, Joined: 2}} {
				m.Revision, m.Room, m.Kind, m.Notify = int64(i+1), string(roomName(0)), "open", "all"
				b.hub.Ring(person.Topic, m.AppendJSON(nil))
				want(fmt.Sprint("me @ada:", i+1))
			}
			for at := range chat.Position(3) {
				b.ring(roomName(0), at+1, "hello")
			}
			log, err := b.hub.Acquire(t.Context(), roomName(0), true)
			if err != nil {
				t.Fatal(err)
			}
			b.engine.Apply(Rooms{Person: person, Seen: person.Head(), In: []Room{{Log: log, At: row.joined, Joined: row.joined}}})
			n := len(row.want) - 1
			want(row.want[:n]...)
			b.ring(roomName(0), 4, "after it")
			want(row.want[n])
		})
	}
}
