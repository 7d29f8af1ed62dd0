package attendance

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"

	"parley/core/backing"
	"parley/core/presence"
	"parley/core/wire"
	"parley/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

type bundle struct {
	*Attendance
	t     *testing.T
	now   time.Time
	store *presence.Store
	sub   *redis.PubSub
}

// start returns the attendance of a replica, which takes its turns by hand. ada
// and bob are in general, where it is listened to what is told.
func start(t *testing.T) *bundle {
	t.Helper()
	t.Parallel()
	server, pool := testkit.Redis(t), testkit.Database(t)
	for _, name := range []string{"ada", "bob"} {
		if _, err := pool.Exec(t.Context(), `INSERT INTO users (username, password_hash) VALUES ($1, 'x')`, name); err != nil {
			t.Fatal(err)
		}
		if _, err := pool.Exec(t.Context(), `INSERT INTO memberships (username, room, revision) VALUES ($1, 'general', 1)`, name); err != nil {
			t.Fatal(err)
		}
	}
	return replica(t, server.URL(), pool, "one")
}

func replica(t *testing.T, url string, pool *pgxpool.Pool, id string) *bundle {
	t.Helper()
	client, err := backing.Redis(url, "test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	sub := client.Subscribe(t.Context(), wire.RoomTopic("general").Channel())
	t.Cleanup(func() { _ = sub.Close() })
	if _, err := sub.Receive(t.Context()); err != nil {
		t.Fatal(err)
	}
	return &bundle{New(pool, client, id, slog.New(slog.DiscardHandler)), t, time.Now(), presence.NewStore(client), sub}
}

// turns lets seconds go by.
func (b *bundle) turns(n int) {
	b.t.Helper()
	for range n {
		b.now = b.now.Add(time.Second)
		if err := b.turn(b.t.Context(), b.now); err != nil {
			b.t.Fatal(err)
		}
	}
}

// told expects notices in general, and no others.
func (b *bundle) told(want ...string) {
	b.t.Helper()
	if err := b.redis.Publish(b.t.Context(), wire.RoomTopic("general").Channel(), "end").Err(); err != nil {
		b.t.Fatal(err)
	}
	for got := []string(nil); ; {
		m, err := b.sub.ReceiveMessage(b.t.Context())
		if err != nil {
			b.t.Fatal(err)
		}
		if m.Payload == "end" {
			if fmt.Sprint(got) != fmt.Sprint(want) {
				b.t.Errorf("told %q, want %q", got, want)
			}
			return
		}
		_, notice, err := wire.Parse(wire.RoomTopic("general"), []byte(m.Payload))
		if err != nil {
			b.t.Fatal(err)
		}
		p := notice.(*wire.Presence) //nolint:forcetypeassert // nothing else is told
		got = append(got, p.Username+" "+p.State)
	}
}

func (b *bundle) state(username string) string {
	b.t.Helper()
	states, err := b.store.States(b.t.Context(), []string{username})
	if err != nil {
		b.t.Fatal(err)
	}
	return states[username]
}

func TestComingAndGoingIsToldOnce(t *testing.T) {
	b := start(t)
	b.Came("ada")
	b.Came("ada")
	b.turns(2)
	b.told("ada online")
	b.Left("ada")
	b.Left("ada")
	b.now = time.Now().Add(linger - 5*time.Second)
	b.turns(1)
	b.told()
	if got := b.state("ada"); got != wire.Online {
		t.Errorf("ada, who left a moment ago, is %q", got)
	}
	b.turns(6)
	b.told("ada offline")
	if got := b.state("ada"); got != "" {
		t.Errorf("ada, who has left, is %q", got)
	}
}

func TestAStreamThatIsResumedIsNotToldOf(t *testing.T) {
	b := start(t)
	b.Came("ada")
	b.turns(1)
	b.told("ada online")
	b.Left("ada")
	b.turns(3)
	b.Came("ada")
	b.now = time.Now().Add(linger)
	b.turns(3)
	b.told()
	b.Came("bob")
	b.Left("bob") // before anybody heard of it
	b.now = b.now.Add(linger)
	b.turns(2)
	b.told()
}

func TestRedisThatWasEmptiedIsFilledAgain(t *testing.T) {
	b := start(t)
	b.Came("ada")
	b.turns(1)
	if err := b.redis.FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	b.turns(6)
	if got := b.state("ada"); got != wire.Online {
		t.Errorf("ada is %q", got)
	}
}

// The people of a replica that died are told of by another, but those who are
// there by now.
func TestPeopleOfADeadReplica(t *testing.T) {
	b := start(t)
	other := New(b.pool, b.redis, "two", b.log)
	other.Came("ada")
	other.Came("bob")
	if err := other.turn(t.Context(), b.now); err != nil {
		t.Fatal(err)
	}
	b.Came("bob")
	b.turns(1)
	other.stop(t.Context())
	b.told("ada online", "bob online")
	b.turns(6)
	b.told("ada offline")
}

func TestOnlySomeAreToldOf(t *testing.T) {
	b := start(t)
	if _, err := b.pool.Exec(t.Context(), `
		WITH made AS (INSERT INTO users (username, password_hash) SELECT 'p' || n, 'x' FROM generate_series(1, 3000) AS n RETURNING username)
		INSERT INTO memberships (username, room, revision) SELECT username, 'general', 1 FROM made`); err != nil {
		t.Fatal(err)
	}
	for n := range 3000 {
		b.Came(fmt.Sprintf("p%d", n+1))
	}
	b.turns(3)
	for range 3 * mostTold {
		if m, err := b.sub.ReceiveMessage(t.Context()); err != nil || m.Payload == "" {
			t.Fatal(err)
		}
	}
	b.told()
	if n := b.redis.SCard(t.Context(), "parley:{presence}:here:one").Val(); n != 3000 {
		t.Errorf("%d people are noted", n)
	}
}

func TestNobodyWaitsForIt(t *testing.T) {
	var off *Attendance
	off.Came("ada")
	off.Left("ada")
	off.Run(t.Context())
	a := New(nil, nil, "one", slog.New(slog.DiscardHandler)) // no Redis, and nobody who runs it
	for range 100_000 {
		a.Came("ada")
	}
	a.Left("ada")
	if len(a.came) != 1 || a.streams["ada"] != 99_999 {
		t.Errorf("%d came, with %d streams", len(a.came), a.streams["ada"])
	}
}
