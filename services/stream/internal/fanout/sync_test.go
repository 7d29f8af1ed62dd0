package fanout

import (
	"net"
	"testing"
	"time"

	"parley/core/wire"
	"parley/stream/internal/guard"
	"parley/stream/internal/hub"
)

// everything adds a stream of everything of a person's, who is in room-0.
func (b *testBundle) everything(person *hub.Log) {
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
}

// Somebody leaves a room and comes back while Postgres is asked: the answer says
// that they are out. The coming back was held against the room that was still
// carried, and so was no reason to ask; so the engine asks once more.
func TestAnAnswerThatIsBehindIsAskedForAgain(t *testing.T) {
	t.Parallel()
	b := start(t, newPoller, 1)
	if _, err := b.pool.Exec(t.Context(), `INSERT INTO users (username, password_hash) VALUES ('ada', 'x')`); err != nil {
		t.Fatal(err)
	}
	person, err := b.hub.Acquire(t.Context(), wire.PersonTopic("ada"), true)
	if err != nil {
		t.Fatal(err)
	}
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
