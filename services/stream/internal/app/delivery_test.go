package app

import (
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"parley/core/chat"
	"parley/core/session"
	"parley/core/wire"
)

// repairTime is how long a message may take when Redis said nothing of it: the
// contract's 2 s, and some slack for a busy machine.
const repairTime = 4 * time.Second

// TestExactlyOnceInOrder posts from several writers whose publishes are lost,
// late, repeated and reordered, while clients join, leave and resume. Each
// client must see every position above its cursor once, in order.
func TestExactlyOnceInOrder(t *testing.T) {
	t.Parallel()
	const writers, each, clients = 4, 150, 8
	replicas := []*testBundle{start(t)}
	replicas = append(replicas, startOn(t, replicas[0].app.cfg.DatabaseURL, replicas[0].redis))
	replicas[0].signIn("ada", time.Hour) // who posts

	var posting, listening sync.WaitGroup
	for range writers {
		posting.Go(func() {
			for i := range each {
				m := replicas[0].insert("general", strconv.Itoa(i))
				switch rand.N(5) {
				case 0: // lost
				case 1:
					replicas[0].publish(m)
					replicas[0].publish(m)
				case 2:
					late := time.Duration(rand.N(20)) * time.Millisecond
					posting.Go(func() {
						<-time.After(late)
						replicas[0].publish(m)
					})
				default:
					replicas[0].publish(m)
				}
			}
		})
	}
	for i := range clients { // a session may not take many replays at once
		token := replicas[0].signIn("reader-"+strconv.Itoa(i), time.Hour)
		listening.Go(func() { follow(t, replicas, i, token, writers*each) })
	}
	posting.Wait()
	listening.Wait()
}

// follow reads up to position last, over connections that it cuts itself.
func follow(t *testing.T, replicas []*testBundle, i int, token session.Token, last chat.Position) {
	at := chat.Position(0)
	for connection := 0; at < last; connection++ {
		b := replicas[(i+connection)%len(replicas)]
		c := b.listen("/chat/general/stream", token, strconv.FormatInt(at, 10))
		for range 1 + rand.N(100) {
			if at == last {
				break
			}
			e := c.next()
			if e.Name == "ready" {
				continue
			}
			if want := fmt.Sprint("room.general ", at+1); e.Name+" "+e.ID != want {
				t.Errorf("client %d, connection %d: got %q %s, want %q", i, connection, e.Name, e.ID, want)
				return
			}
			at++
		}
		_ = c.resp.Body.Close()
	}
}

func TestUnpublishedMessageArrives(t *testing.T) {
	t.Parallel()
	b := start(t)
	c := b.listen("/chat/general/stream", b.signIn("ada", time.Hour), "0")
	c.want("ready 0")
	began := time.Now()
	b.insert("general", "written by one that died before it published")
	c.want("room.general 1")
	if took := time.Since(began); took > repairTime {
		t.Errorf("it took %s", took)
	}
}

// TestReplayOvertakesRedis replays, from Postgres, a message that Redis has not
// brought to the room's log yet.
func TestReplayOvertakesRedis(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada := b.signIn("ada", time.Hour)
	const old = 70 // more than a new log begins with, less than a page
	for range old {
		b.insert("general", "old")
	}
	b.listen("/chat/general/stream", ada, "").want(fmt.Sprint("ready ", old))
	for at := chat.Position(old + 1); at <= old+5; at++ {
		b.insert("general", "not published")
		c := b.listen("/chat/general/stream", ada, "0")
		c.want(positions(1, at)...)
		c.want(fmt.Sprint("ready ", at))
	}
}

// TestRedisFaults puts Redis through what it may suffer; every time a message
// must arrive from Postgres within the repair time, and after Redis is back a
// publish must arrive at once again.
func TestRedisFaults(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]struct {
		begin, end func(*testBundle) error
	}{
		"stopped": {
			func(b *testBundle) error { return b.redis.Stop() },
			func(b *testBundle) error { return b.redis.Start(b.t.Context()) },
		},
		"hung": {
			func(b *testBundle) error { return b.redis.Process().Signal(syscall.SIGSTOP) },
			func(b *testBundle) error { return b.redis.Process().Signal(syscall.SIGCONT) },
		},
		"subscribers killed": {
			func(b *testBundle) error { return b.rdb.ClientKillByFilter(b.t.Context(), "TYPE", "pubsub").Err() },
			func(*testBundle) error { return nil },
		},
		"emptied": {
			func(b *testBundle) error { return b.rdb.FlushAll(b.t.Context()).Err() },
			func(*testBundle) error { return nil },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := start(t)
			b.t = t
			ada := b.signIn("ada", time.Hour)
			b.room("other")
			c := b.listen("/chat/general/stream", ada, "0")
			c.want("ready 0")
			if err := fault.begin(b); err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			b.insert("general", "not published")
			c.want("room.general 1")
			if took := time.Since(began); took > repairTime {
				t.Errorf("the message took %s", took)
			}
			other := b.listen("/chat/other/stream", ada, "0") // a room that is new here
			other.want("ready 0")
			if err := fault.end(b); err != nil {
				t.Fatal(err)
			}
			b.awaitDoorbell(t, c)
		})
	}
}

// awaitDoorbell posts until a publish arrives faster than the comparison of
// heads could bring it.
func (b *testBundle) awaitDoorbell(t *testing.T, c *client) {
	t.Helper()
	for deadline := time.Now().Add(2 * patience); time.Now().Before(deadline); {
		m := b.insert("general", "x")
		began := time.Now()
		if err := b.rdb.Publish(t.Context(), wire.RoomTopic("general").Channel(), m.AppendJSON(nil)).Err(); err != nil {
			c.want(fmt.Sprint("room.general ", m.ID))
			continue
		}
		c.want(fmt.Sprint("room.general ", m.ID))
		if time.Since(began) < 20*time.Millisecond {
			return
		}
	}
	t.Error("publishes do not arrive any more")
}

func TestForgedPublishesDoNoHarm(t *testing.T) {
	t.Parallel()
	b := start(t)
	c := b.listen("/chat/general/stream", b.signIn("ada", time.Hour), "0")
	c.want("ready 0")
	for _, payload := range []string{
		"", "{", "null", "[]", `{"id":1}`, `{"id":-1,"revision":-1,"room":"general","username":"x","body":"x"}`,
		`{"id":1,"revision":1,"room":"other","username":"x","body":"x"}`,
		`{"id":1,"revision":9223372036854775807,"room":"general","username":"x","body":"x"}`,
		`{"id":7,"revision":7,"room":"general","username":"x","body":"from the future"}`,
		`{"type":"ready","room":"general"}`, `{"type":"a\nid: 9","room":"general"}`,
	} {
		if err := b.rdb.Publish(t.Context(), "chat:room.general", payload).Err(); err != nil {
			t.Fatal(err)
		}
	}
	b.post("general", "true")
	if e := c.next(); e.ID != "1" || !strings.Contains(e.Data, `"body":"true"`) {
		t.Errorf("got %+v", e)
	}
}

// TestLogAheadOfPostgres lets a forged publish take the next position. The
// comparison of heads finds it out, and the stream is told to reset.
func TestLogAheadOfPostgres(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada := b.signIn("ada", time.Hour)
	c := b.listen("/chat/general/stream", ada, "0")
	c.want("ready 0")
	b.publish(chat.Message{ID: 1, Revision: 1, Room: "general", Username: "mallory", Body: "forged"})
	c.want("room.general 1")
	c.want("reset 0")
	again := b.listen("/chat/general/stream", ada, "1")
	again.want("reset 0", "ready 0")
}

// TestSlowReaderHarmsNobody floods a room while one client doesn't read.
func TestSlowReaderHarmsNobody(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada := b.signIn("ada", time.Hour)
	slow := rawStream(t, b, ada)
	quick := b.listen("/chat/general/stream", ada, "0")
	quick.want("ready 0")
	const count = 2500
	body := strings.Repeat("x", 4000) // 10 MB in all: more than sockets hold
	for i := range count {
		b.post("general", body)
		quick.want(fmt.Sprint("room.general ", i+1))
	}
	deadline := time.Now().Add(2 * patience)
	for b.metric("parley_stream_ended_total") == 0 {
		if time.Now().After(deadline) {
			t.Fatal("the slow reader was not closed")
		}
		<-time.After(50 * time.Millisecond)
	}
	_ = slow.Close()
	b.post("general", "still there")
	quick.want(fmt.Sprint("room.general ", count+1))
}

// rawStream opens a stream and reads nothing of it.
func rawStream(t *testing.T, b *testBundle, token session.Token) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(b.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_, err = fmt.Fprintf(conn, "GET /chat/general/stream?after=0 HTTP/1.1\r\nHost: localhost\r\nCookie: %s=%s\r\n\r\n", session.CookieName, token)
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

func TestPostgresAwayIsNotSignedOut(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada := b.signIn("ada", time.Hour)
	c := b.listen("/chat/general/stream", ada, "0")
	c.want("ready 0")
	// The pool is closed: every query fails, as when Postgres is away.
	b.app.pool.Close()
	resp := b.get("/chat/general/stream", ada, "0")
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "text/event-stream" {
		t.Errorf("status %d, %s", resp.StatusCode, resp.Header.Get("Content-Type"))
	}
	b.publish(chat.Message{ID: 1, Revision: 1, Room: "general", Username: "ada", Body: "x"})
	c.want("room.general 1") // who is connected stays so
}
