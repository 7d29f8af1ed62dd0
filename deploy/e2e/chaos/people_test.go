package chaos

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"

	"parley/core/session"
	"parley/core/wire"
	"parley/deploy/e2e/chaos/load"
	"parley/deploy/e2e/client"
	"parley/deploy/e2e/history"
)

// Whatever is published on a person's channel by somebody else grants nothing
// and takes nothing away. What was believed for a moment is taken back.
func TestForgedMoves(t *testing.T) {
	plan := load.Plan{Rooms: 1, Private: 1, Posters: 4, Think: 20 * time.Millisecond, Listeners: 4, Move: time.Hour}
	try(t, plan, *seed, func(ctx context.Context, r *load.Run) error {
		blow := &Blow{Scene: scene, Run: r}
		person, private := scene.Site.Movers[0].Name, r.Private()[0]
		channel := wire.PersonTopic(person).Channel()
		for _, name := range slices.Sorted(maps.Keys(forgeries(person, private, 0))) {
			var at int64
			err := blow.sql(ctx, func(conn *pgx.Conn) error {
				return conn.QueryRow(ctx, `SELECT head FROM users WHERE username = $1`, person).Scan(&at)
			})
			if err != nil {
				return err
			}
			forged := forgeries(person, private, at)[name]
			t.Logf("forged: %s", name)
			r.Recorder().Forged(history.RowOf(wire.PersonTopic(person), forged))
			err = blow.redis(ctx, func(c *redis.Client) error { return c.Publish(ctx, channel, forged.AppendJSON(nil)).Err() })
			if err != nil {
				return err
			}
			if err := r.AwaitPosts(ctx, 100); err != nil { // of which none may reach the person
				return err
			}
			// A true change takes the position that the forgery had.
			a := history.Act{By: "SQL", Person: person, Room: r.Rooms[0], Member: at%2 == 0, Sent: r.Recorder().Now()}
			if err := blow.sql(ctx, func(conn *pgx.Conn) error { return moveBySQL(ctx, conn, a.Person, a.Room, a.Member) }); err != nil {
				return err
			}
			a.Answered, a.Status = r.Recorder().Now(), 204
			r.Recorder().Act(a)
			time.Sleep(lasts) // nothing tells that nothing comes of it
		}
		return nil
	})
}

const (
	joiners     = 2000
	joinAtOnce  = 200
	joinWithin  = 10 * time.Second
	joinSamples = 20 // of them listen
)

// Two thousand people join one room at once. Each is in it afterwards, at one
// more position of their own log, and those who listen hear it.
func TestCrowdJoinsOneRoom(t *testing.T) {
	people, err := populate(patient(t), joiners)
	if err != nil {
		t.Fatal(err)
	}
	room := fmt.Sprintf("joined-by-all-%d", time.Now().UnixNano())
	if err := scene.Site.Users[0].CreateRoom(patient(t), room); err != nil {
		t.Fatal(err)
	}
	var followers []*client.Everything
	for _, person := range people[:joinSamples] {
		follower := person.FollowAll(t.Context(), nil)
		defer func() {
			if err := follower.Stop(); err != nil {
				t.Error(err)
			}
		}()
		if err := follower.AwaitLive(patient(t)); err != nil {
			t.Fatal(err)
		}
		followers = append(followers, follower)
	}
	took := together(t, people, joinAtOnce, func(ctx context.Context, person *client.User) error { return person.Join(ctx, room) })
	t.Logf("%d people joined in %s", joiners, took)
	if took > joinWithin {
		t.Errorf("%d people joined in %s, want %s", joiners, took, joinWithin)
	}
	id, err := scene.Site.Users[0].Post(patient(t), room, "welcome", "")
	if err != nil {
		t.Fatal(err)
	}
	for _, follower := range followers {
		if err := follower.AwaitPosition(patient(t), room, id); err != nil {
			t.Error(err)
		}
	}
	checkJoined(t, room, people)
}

func checkJoined(t *testing.T, room string, people []*client.User) {
	t.Helper()
	var members, dense int
	err := (&Blow{Scene: scene}).sql(patient(t), func(conn *pgx.Conn) error {
		return conn.QueryRow(patient(t), `
			SELECT count(*) FILTER (WHERE m.member), count(*) FILTER (WHERE m.revision = u.head AND u.head = 1)
			FROM memberships m JOIN users u USING (username)
			WHERE m.room = $1 AND u.username LIKE $2`, room, strings.TrimRight(people[0].Name, "0123456789")+"%").Scan(&members, &dense)
	})
	if err != nil {
		t.Fatal(err)
	}
	if members != len(people) || dense != len(people) {
		t.Errorf("of %d people %d are in the room, and %d have a log of one position", len(people), members, dense)
	}
}

// populate makes people with sessions, by SQL: so many passwords would be
// hashed for minutes.
func populate(ctx context.Context, n int) (people []*client.User, err error) {
	prefix := fmt.Sprintf("crowd-%d-", time.Now().UnixMilli()%1e9)
	accounts, sessions := make([][]any, n), make([][]any, n)
	for i := range n {
		token := session.NewToken()
		key, _ := token.Key() // of a token of its own making
		user := client.NewUser(scene.Parley.URL(), fmt.Sprintf("%s%d", prefix, i))
		user.Cookie = string(token)
		people = append(people, user)
		accounts[i] = []any{user.Name, "x"}
		sessions[i] = []any{key[:], user.Name, time.Now().Add(time.Hour)}
	}
	return people, (&Blow{Scene: scene}).sql(ctx, func(conn *pgx.Conn) error {
		_, err := conn.CopyFrom(ctx, pgx.Identifier{"users"}, []string{"username", "password_hash"}, pgx.CopyFromRows(accounts))
		if err != nil {
			return fmt.Errorf("make accounts: %w", err)
		}
		_, err = conn.CopyFrom(ctx, pgx.Identifier{"sessions"}, []string{"token_hash", "username", "expires_at"}, pgx.CopyFromRows(sessions))
		if err != nil {
			return fmt.Errorf("make sessions: %w", err)
		}
		return nil
	})
}

// together has everybody do something, so many at once, and returns how long it took.
func together(t *testing.T, people []*client.User, atOnce int, do func(context.Context, *client.User) error) time.Duration {
	t.Helper()
	ctx := patient(t)
	todo := make(chan *client.User)
	began := time.Now()
	var doing sync.WaitGroup
	for range atOnce {
		doing.Go(func() {
			for person := range todo {
				if err := do(ctx, person); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for _, person := range people {
		todo <- person
	}
	close(todo)
	doing.Wait()
	return time.Since(began)
}
