package app

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/core/chat"
	"parley/core/session"
	"parley/core/wire"
)

// member makes a change of a membership as the messages service does, and
// returns it unpublished.
func (b *testBundle) member(username, room string, member bool) *wire.Membership {
	b.t.Helper()
	m := &wire.Membership{Room: room, Member: member, Notify: chat.NotifyAll}
	err := b.pool.QueryRow(context.Background(), `
		WITH raised AS (UPDATE users SET head = head + 1 WHERE username = $1 RETURNING head)
		INSERT INTO memberships AS m (username, room, revision, member, joined, read)
		SELECT $1, r.name::text, raised.head, $3, r.head, r.head FROM raised, rooms r WHERE r.name = $2
		ON CONFLICT (username, room) DO UPDATE SET revision = excluded.revision, member = excluded.member,
			joined = CASE WHEN excluded.member THEN excluded.joined ELSE m.joined END
		RETURNING revision, joined, read, (SELECT kind FROM rooms WHERE name = $2)`,
		username, room, member).Scan(&m.Revision, &m.Joined, &m.Read, &m.Kind)
	if err != nil {
		b.t.Fatal(err)
	}
	return m
}

// tell publishes an event on ada's log.
func (b *testBundle) tell(e wire.Event) {
	b.t.Helper()
	if err := b.rdb.Publish(context.Background(), wire.PersonTopic("ada").Channel(), e.AppendJSON(nil)).Err(); err != nil {
		b.t.Fatal(err)
	}
}

func (b *testBundle) sql(statement string, args ...any) {
	b.t.Helper()
	if _, err := b.pool.Exec(b.t.Context(), statement, args...); err != nil {
		b.t.Fatal(err)
	}
}

func (b *testBundle) privateRoom(name string) {
	b.t.Helper()
	b.sql(`INSERT INTO rooms (name, kind) VALUES ($1, 'private')`, name)
}

// silence fails if anything but pings comes within a while.
func (c *client) silence(within time.Duration) {
	c.t.Helper()
	deadline := time.After(within)
	for {
		select {
		case e, ok := <-c.events:
			if !ok {
				c.t.Fatal("the stream ended")
			}
			if e.Name != "ping" {
				c.t.Fatalf("got %s %s: %s", e.Name, e.ID, e.Data)
			}
		case <-deadline:
			return
		}
	}
}

func TestRoomsBeginAndEndOnAnOpenStream(t *testing.T) {
	t.Parallel()
	for name, redis := range map[string]bool{"told by Redis": true, "Redis away": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := start(t)
			ada := b.signIn("ada", time.Hour)
			b.privateRoom("cabinet")
			b.post("cabinet", "before she came")
			c := b.listen("/chat/stream", ada, "")
			c.want("ready @ada:0")
			if !redis {
				if err := b.redis.Stop(); err != nil {
					t.Fatal(err)
				}
			}
			tell := func(m *wire.Membership) {
				if redis {
					b.tell(m)
				}
			}
			say := func(body string) {
				if m := b.insert("cabinet", body); redis {
					b.publish(m)
				}
			}
			tell(b.member("ada", "cabinet", true))
			say("welcome")
			c.wantSoon("me @ada:1", "ready cabinet:1", "room.cabinet cabinet:2")

			tell(b.member("ada", "cabinet", false))
			c.wantSoon("me @ada:2")
			b.awaitLost("cabinet")
			say("about her")
			c.silence(repairTime / 2)

			tell(b.member("ada", "cabinet", true))
			say("back again")
			c.wantSoon("me @ada:3", "ready cabinet:3", "room.cabinet cabinet:4")
		})
	}
}

// What the person's log says of a room comes before the room does, though
// Postgres, which is asked on some other occasion, knows of it sooner.
func TestRoomBeginsAfterTheMembershipThatSaysSo(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada := b.signIn("ada", time.Hour)
	b.privateRoom("hers")
	b.privateRoom("cabinet")
	c := b.listen("/chat/stream", ada, "")
	c.want("ready @ada:0")
	first := b.member("ada", "hers", true)
	b.member("ada", "cabinet", true) // whose notice is lost
	b.tell(first)
	var order []string
	for range 4 {
		e := c.next()
		order = append(order, e.Name+" "+e.ID)
	}
	if begun, told := slices.Index(order, "ready cabinet:0"), slices.Index(order, "me @ada:2"); begun < 0 || told < 0 || begun < told {
		t.Errorf("the order was %v", order)
	}
}

// A replica that has not heard yet of what was said before somebody came in
// begins behind it nevertheless.
func TestRoomBeginsAtTheJoiningThoughItsNewsAreLate(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada, bob := b.signIn("ada", time.Hour), b.signIn("bob", time.Hour)
	b.privateRoom("cabinet")
	b.member("bob", "cabinet", true)
	b.listen("/chat/cabinet/stream", bob, "").want("ready 0") // so that the log is known here
	c := b.listen("/chat/stream", ada, "")
	c.want("ready @ada:0")
	for range 5 {
		b.insert("cabinet", "before she came")
	}
	b.tell(b.member("ada", "cabinet", true))
	b.insert("cabinet", "welcome")
	got := make(map[string]bool)
	for range 3 {
		e := c.next()
		got[e.Name+" "+e.ID] = true
	}
	for _, want := range []string{"me @ada:1", "room.cabinet cabinet:6"} {
		if !got[want] {
			t.Errorf("no %q among %v", want, got)
		}
	}
	if !got["ready cabinet:5"] && !got["ready cabinet:6"] {
		t.Errorf("the room was ready before the joining: %v", got)
	}
}

// wantSoon is want for events that may come in pieces: the ready of a room
// may be told before or after what was said when it began.
func (c *client) wantSoon(events ...string) {
	c.t.Helper()
	wanted := make(map[string]bool)
	for _, e := range events {
		wanted[e] = true
	}
	deadline := time.After(repairTime)
	for len(wanted) > 0 {
		select {
		case e, ok := <-c.events:
			if !ok {
				c.t.Fatalf("the stream ended; missing %v", wanted)
			}
			got := e.Name + " " + e.ID
			if !wanted[got] && e.Name == "ready" { // it may be ready a little further on
				got = readyOf(wanted, e.ID)
			}
			if !wanted[got] {
				c.t.Fatalf("got %s (%s), want %v", got, e.Data, wanted)
			}
			delete(wanted, got)
		case <-deadline:
			c.t.Fatalf("missing %v", wanted)
		}
	}
}

// readyOf returns which of wanted is the ready of the same log as id.
func readyOf(wanted map[string]bool, id string) string {
	topic, _, _ := strings.Cut(id, ":")
	for want := range wanted {
		if strings.HasPrefix(want, "ready "+topic+":") {
			return want
		}
	}
	return ""
}

// awaitLost waits until no stream reads a room any more.
func (b *testBundle) awaitLost(room wire.Topic) {
	b.t.Helper()
	for deadline := time.Now().Add(2 * time.Second); b.app.hub.Readers(room) > 0; {
		if time.Now().After(deadline) {
			b.t.Fatalf("%s is still carried", room)
		}
		<-time.After(5 * time.Millisecond)
	}
}

func TestForgedMembershipsOpenNothingAndCloseNothing(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada := b.signIn("ada", time.Hour)
	b.privateRoom("cabinet")
	b.privateRoom("hers")
	b.member("ada", "hers", true)
	c := b.listen("/chat/stream", ada, "")
	c.want("ready @ada:1", "ready hers:0")
	b.tell(&wire.Membership{Revision: 2, Room: "cabinet", Kind: chat.Private, Member: true, Notify: chat.NotifyAll})
	b.tell(&wire.Membership{Revision: 3, Room: "hers", Kind: chat.Private, Notify: chat.NotifyAll})
	b.tell(&wire.Person{Revision: 4, Username: "ada", Role: chat.Guest})
	c.want("me @ada:2", "me @ada:3", "me @ada:4")
	b.post("cabinet", "secret")
	b.post("hers", "still here")
	// Postgres has her log at 1: what was forged is taken back.
	c.wantSoon("room.hers hers:1", "reset @ada:1")
	c.silence(100 * time.Millisecond)
}

func TestWhatOneMayNotReadIsPassedOver(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada := b.signIn("ada", time.Hour)
	b.signIn("bob", time.Hour)
	b.privateRoom("cabinet")
	b.post("cabinet", "secret")
	c := b.listen("/chat/stream?after=cabinet:0,nowhere:0,@bob:0,general:0", ada, "")
	c.want("ready @ada:0", "ready general:0")
	b.member("bob", "cabinet", true)
	b.post("cabinet", "secret")
	c.silence(200 * time.Millisecond)
	private := b.get("/chat/cabinet/stream", ada, "")
	unknown := b.get("/chat/nowhere/stream", ada, "")
	if private.StatusCode != 404 || unknown.StatusCode != 404 {
		t.Errorf("a private room answers %d, one that isn't %d", private.StatusCode, unknown.StatusCode)
	}
}

func TestStreamOfOneRoomEndsWithItsAccess(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada := b.signIn("ada", time.Hour)
	b.privateRoom("cabinet")
	b.member("ada", "cabinet", true)
	c := b.listen("/chat/cabinet/stream", ada, "")
	open := b.listen("/chat/general/stream", ada, "")
	c.want("ready 0")
	open.want("ready 0")
	b.tell(b.member("ada", "cabinet", false))
	if reason := c.ended(repairTime); reason != `{"reason":"session"}` {
		t.Errorf("ended with %s", reason)
	}
	b.post("general", "hi")
	open.want("room.general 1")

	// A guest is only where somebody has put them.
	b.sql(`UPDATE users SET role = 'guest', head = head + 1, revision = head + 1 WHERE username = 'ada'`)
	b.tell(&wire.Person{Revision: 3, Username: "ada", Role: chat.Guest})
	open.ended(repairTime)
}

func TestPersonsLogIsReplayed(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada := b.signIn("ada", time.Hour)
	for i := range 3 {
		b.room(fmt.Sprintf("room-%d", i))
		b.member("ada", fmt.Sprintf("room-%d", i), true)
	}
	b.member("ada", "room-0", false)
	c := b.listen("/chat/stream?after=@ada:0", ada, "")
	c.want("me @ada:2", "me @ada:3", "me @ada:4", "ready @ada:4", "ready room-1:0", "ready room-2:0")
	ahead := b.listen("/chat/stream?after=@ada:9", ada, "")
	ahead.want("reset @ada:4", "ready @ada:4")
	last := b.listen("/chat/stream?after=room-1:0", ada, "@ada:3")
	last.want("me @ada:4", "ready @ada:4")
}

// A publish of the next position comes first, with other words; then the true
// one comes, or is lost.
func TestForgedPublishIsCorrected(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada := b.signIn("ada", time.Hour)
	c := b.listen("/chat/general/stream", ada, "0")
	c.want("ready 0")
	forged := chat.Message{ID: 1, Revision: 1, Room: "general", Username: "mallory", Body: "forged"}
	b.publish(forged)
	c.want("room.general 1")
	b.post("general", "true")
	var last string
	for deadline := time.Now().Add(repairTime); !strings.Contains(last, "true"); {
		e := c.next()
		if time.Now().After(deadline) {
			t.Fatalf("the last word was %s", last)
		}
		if e.Name == "room.general" {
			last = e.Data
		}
	}
	forged.Body = "again" // what Postgres has confirmed is not asked about again
	before := b.metric("parley_stream_doubts_total")
	b.publish(forged)
	b.post("general", "next")
	c.want("room.general 2")
	if after := b.metric("parley_stream_doubts_total"); after != before {
		t.Errorf("%v doubts more", after-before)
	}
}

func TestSessionEndsInTheMiddleOfAReplay(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada := b.signIn("ada", time.Hour)
	b.sql(`INSERT INTO messages (room, id, revision, username, body) SELECT 'general', n, n, 'ada', repeat('x', 4000) FROM generate_series(1, 5000) n`)
	b.sql(`UPDATE rooms SET head = 5000 WHERE name = 'general'`)
	conn := rawStream(t, b, ada) // reads nothing: the replay is stuck
	buffer := make([]byte, 1<<10)
	if _, err := conn.Read(buffer); err != nil {
		t.Fatal(err)
	}
	key, _ := ada.Key()
	if err := session.NewStore(b.pool).End(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	ended := wire.SessionsEnded{Keys: []session.Key{key}}.AppendJSON(nil)
	if err := b.rdb.Publish(t.Context(), wire.SessionsEndedChannel, ended).Err(); err != nil {
		t.Fatal(err)
	}
	got := readFor(conn, 2*time.Second)
	if got < 0 {
		t.Error("the replay goes on")
	}
	if whole := 5000 * 4000; got > whole/4 {
		t.Errorf("%d bytes were sent after the end", got)
	}
}

// readFor reads a connection to its end and returns how many bytes came, or -1
// if it didn't end in time.
func readFor(conn interface {
	Read([]byte) (int, error)
	SetReadDeadline(time.Time) error
}, within time.Duration) int {
	_ = conn.SetReadDeadline(time.Now().Add(within))
	buffer := make([]byte, 64<<10)
	for total := 0; ; {
		n, err := conn.Read(buffer)
		total += n
		if err != nil {
			if strings.Contains(err.Error(), "timeout") {
				return -1
			}
			return total
		}
	}
}

// Whoever leaves an open room may go on reading it where they named it.
func TestStreamOfAnOpenRoomOutlivesTheLeaving(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada := b.signIn("ada", time.Hour)
	b.member("ada", "general", true)
	one := b.listen("/chat/general/stream", ada, "")
	all := b.listen("/chat/stream?after=general:0", ada, "")
	one.want("ready 0")
	all.want("ready @ada:1", "ready general:0")
	b.tell(b.member("ada", "general", false))
	all.want("me @ada:2")
	for deadline := time.Now().Add(repairTime); b.app.hub.Readers("general") > 1; {
		if time.Now().After(deadline) {
			t.Fatal("the stream of everything carries a room that was left")
		}
		<-time.After(5 * time.Millisecond)
	}
	b.post("general", "hi")
	one.want("room.general 1")
	all.silence(100 * time.Millisecond)
}

// Whoever is out and back again at once ends up in the room: what Postgres said
// before the coming back must not be applied after it.
func TestOutAndBackAtOnce(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada := b.signIn("ada", time.Hour)
	b.privateRoom("cabinet")
	b.member("ada", "cabinet", true)
	c := b.listen("/chat/stream", ada, "")
	c.want("ready @ada:1", "ready cabinet:0")
	for range 40 {
		b.tell(b.member("ada", "cabinet", false))
		b.tell(b.member("ada", "cabinet", true))
		m := b.post("cabinet", "are you there?")
		c.await(fmt.Sprintf("cabinet:%d", m.ID))
	}
}

// await reads events until one has this id.
func (c *client) await(id string) {
	c.t.Helper()
	for {
		if e := c.next(); e.ID == id && e.Name != "ready" {
			return
		}
	}
}
