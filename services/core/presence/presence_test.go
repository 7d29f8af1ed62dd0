package presence

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"parley/core/backing"
	"parley/core/wire"
	"parley/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

type bundle struct {
	*Store
	t      *testing.T
	client redis.UniversalClient
}

func start(t *testing.T) *bundle {
	t.Helper()
	t.Parallel()
	return on(t, testkit.Redis(t).URL())
}

func on(t *testing.T, url string) *bundle {
	t.Helper()
	client, err := backing.Redis(url, "test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return &bundle{NewStore(client), t, client}
}

// replica returns one that has beaten.
func (b *bundle) replica(id string) *Replica {
	b.t.Helper()
	r := b.Replica(id)
	if _, err := r.Beat(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
	return r
}

func (b *bundle) came(r *Replica, people ...string) (news []string) {
	b.t.Helper()
	news, _, err := r.Came(b.t.Context(), people)
	if err != nil {
		b.t.Fatal(err)
	}
	return news
}

func (b *bundle) left(r *Replica, people ...string) (gone []string) {
	b.t.Helper()
	gone, _, err := r.Left(b.t.Context(), people)
	if err != nil {
		b.t.Fatal(err)
	}
	return gone
}

func (b *bundle) wantStates(want map[string]string) {
	b.t.Helper()
	got, err := b.States(b.t.Context(), []string{"ada", "bob", "cy"})
	if err != nil || !maps.Equal(got, want) {
		b.t.Errorf("states are %v, %v; want %v", got, err, want)
	}
}

func (b *bundle) want(what string, got []string, want ...string) {
	b.t.Helper()
	if slices.Sort(got); !slices.Equal(got, want) {
		b.t.Errorf("%s: %q, want %q", what, got, want)
	}
}

func TestAPersonIsHereAtAnyReplica(t *testing.T) {
	b := start(t)
	one, two := b.replica("one"), b.replica("two")
	b.wantStates(map[string]string{})
	b.want("came to one", b.came(one, "ada", "bob"), "ada", "bob")
	b.want("came to two", b.came(two, "bob", "cy"), "cy")
	b.wantStates(map[string]string{"ada": wire.Online, "bob": wire.Online, "cy": wire.Online})
	b.want("left one", b.left(one, "ada", "bob"), "ada")
	b.wantStates(map[string]string{"bob": wire.Online, "cy": wire.Online})
	b.want("left two", b.left(two, "bob"), "bob")
	b.want("left twice", b.left(two, "bob"), "bob")
	b.wantStates(map[string]string{"cy": wire.Online})
}

func TestWhoHasNotActedIsAway(t *testing.T) {
	b := start(t)
	ctx := t.Context()
	b.came(b.replica("one"), "ada", "bob")
	if back, err := b.Act(ctx, "ada"); back || err != nil {
		t.Errorf("ada, who has just come, was away: %v, %v", back, err)
	}
	if away, err := b.Rest(ctx, "ada"); away || err != nil {
		t.Errorf("ada, who acts on another device, is away: %v, %v", away, err)
	}
	if left := b.client.TTL(ctx, active("ada")).Val(); left <= IdleAfter || left > IdleAfter+ActEvery {
		t.Errorf("ada is active for %s", left)
	}
	b.client.Expire(ctx, active("ada"), ActEvery) // as if she had acted last five minutes ago
	if away, err := b.Rest(ctx, "ada"); !away || err != nil {
		t.Errorf("ada is not away: %v, %v", away, err)
	}
	b.wantStates(map[string]string{"ada": wire.Away, "bob": wire.Online})
	if back, err := b.Act(ctx, "ada"); !back || err != nil {
		t.Errorf("ada is not back: %v, %v", back, err)
	}
	b.wantStates(map[string]string{"ada": wire.Online, "bob": wire.Online})
}

// A replica that dies is noticed by its beat. Each of its people is told of by
// one of the others.
func TestTheDeadAreBuried(t *testing.T) {
	b := start(t)
	ctx := t.Context()
	one, two, three := b.replica("one"), b.replica("two"), b.replica("three")
	b.came(one, "ada", "bob", "cy")
	b.came(two, "bob")
	if left := b.client.TTL(ctx, alive("one")).Val(); left > 20*time.Second {
		t.Errorf("a dead replica is taken for a live one for %s", left)
	}
	if gone, err := two.Bury(ctx, 100); len(gone) > 0 || err != nil {
		t.Errorf("of live replicas %q, %v were taken", gone, err)
	}
	if err := one.Stop(ctx); err != nil {
		t.Fatal(err)
	}
	b.wantStates(map[string]string{"bob": wire.Online})
	var gone []string
	for range 4 {
		for _, r := range []*Replica{two, three} {
			some, err := r.Bury(ctx, 1)
			if err != nil {
				t.Fatal(err)
			}
			gone = append(gone, some...)
		}
	}
	b.want("gone", gone, "ada", "cy")
	if ids := b.client.SMembers(ctx, replicas).Val(); len(ids) != 2 {
		t.Errorf("replicas are %q", ids)
	}
}

func TestBeatTellsWhatIsNoted(t *testing.T) {
	b := start(t)
	ctx := t.Context()
	one := b.replica("one")
	b.came(one, "ada", "bob")
	if n, err := one.Beat(ctx); n != 2 || err != nil {
		t.Errorf("%d people noted, %v", n, err)
	}
	b.client.FlushAll(ctx)
	if n, err := one.Beat(ctx); n != 0 || err != nil {
		t.Errorf("%d people noted after Redis was emptied, %v", n, err)
	}
	b.wantStates(map[string]string{})
	_, noted, err := one.Came(ctx, []string{"ada", "ada"})
	if noted != 1 || err != nil {
		t.Errorf("%d were new, %v", noted, err)
	}
	if err := one.Clear(ctx); err != nil {
		t.Fatal(err)
	}
	b.wantStates(map[string]string{})
}

func TestNobodyIsHereWhenItIsOff(t *testing.T) {
	t.Parallel()
	var off *Store
	states, err := off.States(t.Context(), []string{"ada"})
	if len(states) != 0 || err != nil {
		t.Errorf("%v, %v", states, err)
	}
	back, err := off.Act(t.Context(), "ada")
	if back || err != nil {
		t.Errorf("%v, %v", back, err)
	}
	if away, err := off.Rest(t.Context(), "ada"); away || err != nil {
		t.Errorf("%v, %v", away, err)
	}
}

// All keys are on one server of a Cluster, and the documented users may do what
// they must.
func TestInAClusterByTheDocumentedUsers(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	const stream, messages = "parley-stream", "parley-messages"
	cluster := testkit.Cluster(t, testkit.DocumentedUser(t, stream), testkit.DocumentedUser(t, messages))
	b, asks := on(t, testkit.As(stream, cluster.URL())), on(t, testkit.As(messages, cluster.URL()))
	one, two := b.replica("one"), b.replica("two")
	b.want("came", b.came(one, "ada", "bob"), "ada", "bob")
	asks.wantStates(map[string]string{"ada": wire.Online, "bob": wire.Online})
	if _, err := asks.Act(ctx, "ada"); err != nil {
		t.Error(err)
	}
	if _, err := asks.Rest(ctx, "ada"); err != nil {
		t.Error(err)
	}
	b.want("left", b.left(one, "ada"), "ada")
	if err := one.Stop(ctx); err != nil {
		t.Error(err)
	}
	gone, err := two.Bury(ctx, 10)
	if err != nil {
		t.Error(err)
	}
	b.want("gone", gone, "bob")
	if err := two.Clear(ctx); err != nil {
		t.Error(err)
	}
}

func TestNoticesAreOfTheRoomsOfAPerson(t *testing.T) {
	t.Parallel()
	pool := testkit.Database(t)
	for _, sql := range []string{
		`INSERT INTO users (username, password_hash) VALUES ('ada', 'x'), ('bob', 'x')`,
		`INSERT INTO rooms (name, kind) SELECT 'r' || n, 'open' FROM generate_series(1, 60) AS n`,
		`INSERT INTO rooms (name, kind) VALUES ('zz', 'direct')`,
		`INSERT INTO memberships (username, room, revision, member) SELECT 'ada', name, row_number() OVER (), name <> 'r1' FROM rooms WHERE name <> 'general'`,
	} {
		if _, err := pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(sql, err)
		}
	}
	notices, err := Notices(t.Context(), pool, []string{"ada", "bob"}, wire.Away)
	if err != nil || len(notices) != mostRooms {
		t.Fatalf("%d notices, %v", len(notices), err)
	}
	if n := notices[0]; n.Room != "zz" || n.Username != "ada" || n.State != wire.Away {
		t.Errorf("the first is %+v, want that of the direct room", n)
	}
	for _, n := range notices {
		if n.Room == "r1" {
			t.Error("a room that was left is told")
		}
	}
}
