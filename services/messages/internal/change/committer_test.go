package change

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"parley/core/access"
	"parley/core/backing"
	"parley/core/chat"
	"parley/core/session"
	"parley/core/trace"
	"parley/core/wire"
	"parley/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// database returns a committer's pool on a database that only t uses.
func database(t testing.TB) *backing.Tuned {
	t.Helper()
	pool, err := OpenPool(t.Context(), testkit.DatabaseURL(t), "test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	addPeople(t, pool, "ada", "bob")
	return pool
}

// addPeople adds accounts of people who are in all rooms that there are.
func addPeople(t testing.TB, pool *backing.Tuned, names ...string) {
	t.Helper()
	_, err := pool.Exec(t.Context(), `
		WITH came AS (
			INSERT INTO users (username, password_hash, head) SELECT unnest($1::text[]), 'x', (SELECT count(*) FROM rooms) RETURNING username
		)
		INSERT INTO memberships (username, room, revision)
		SELECT username, name, row_number() OVER (PARTITION BY username) FROM came, rooms`, names)
	if err != nil {
		t.Fatal(err)
	}
}

// published collects what a committer publishes.
type published struct {
	mu       sync.Mutex
	messages []chat.Message
	others   []told
}

func (p *published) reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.messages, p.others = nil, nil
}

// memberships returns what was published to a topic as revision:room:read.
func (p *published) memberships(topic wire.Topic) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := []string{}
	for _, t := range p.others {
		if m, ok := t.event.(*wire.Membership); ok && t.topic == topic {
			all = append(all, fmt.Sprintf("%d:%s:%d", m.Revision, m.Room, m.Read))
		}
	}
	return fmt.Sprint(all)
}

func (p *published) add(_ *trace.Span, topic wire.Topic, event wire.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if m, ok := event.(*chat.Message); ok {
		p.messages = append(p.messages, *m)
		return
	}
	p.others = append(p.others, told{topic: topic, event: event})
}

// in returns the positions published in a room, in order of publishing.
func (p *published) in(room string) (positions []chat.Position) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, m := range p.messages {
		if m.Room == room {
			positions = append(positions, m.Revision)
		}
	}
	return positions
}

// start returns a running committer on pool.
func start(t testing.TB, pool *backing.Tuned) (*Committer, *published) {
	t.Helper()
	p := &published{}
	c := New(pool, p.add, slog.New(slog.NewTextHandler(t.Output(), nil)), prometheus.NewRegistry())
	t.Cleanup(c.Close)
	return c, p
}

// addRooms adds rooms that everybody is in.
func addRooms(t testing.TB, pool *backing.Tuned, names ...string) {
	t.Helper()
	_, err := pool.Exec(t.Context(), `
		WITH made AS (INSERT INTO rooms (name) SELECT unnest($1::text[]) RETURNING name),
		came AS (
			INSERT INTO memberships (username, room, revision)
			SELECT username, name, head + row_number() OVER (PARTITION BY username) FROM users, made
		)
		UPDATE users SET head = head + (SELECT count(*) FROM made)`, names)
	if err != nil {
		t.Fatal(err)
	}
}

// jobsFor returns jobs as Store makes them.
func jobsFor(t testing.TB, posts ...Post) []*job {
	t.Helper()
	jobs := make([]*job, len(posts))
	for i, p := range posts {
		jobs[i] = newJob(t.Context(), &p)
	}
	return jobs
}

func say(room, body string) Post { return Post{Room: room, Username: "ada", Body: body} }

func storedIn(t testing.TB, pool *backing.Tuned, room string) int {
	t.Helper()
	var n int
	if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM messages WHERE room = $1`, room).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// assertDense fails if room's positions have a hole, its head is another than
// the last, or its times go back.
func assertDense(t *testing.T, pool *backing.Tuned, room string, want int) {
	t.Helper()
	var count, last, head, backwards int
	err := pool.QueryRow(t.Context(), `
		WITH m AS (SELECT id, created_at, lag(created_at) OVER (ORDER BY id) AS before FROM messages WHERE room = $1)
		SELECT count(*), coalesce(max(id), 0), (SELECT head FROM rooms WHERE name = $1),
			count(*) FILTER (WHERE created_at < before)
		FROM m`, room).Scan(&count, &last, &head, &backwards)
	if err != nil {
		t.Fatal(err)
	}
	if count != want || last != want || head != want || backwards != 0 {
		t.Errorf("%s: %d messages, last %d, head %d, %d times backwards; want %d, %d, %d, 0",
			room, count, last, head, backwards, want, want, want)
	}
}

// talk posts to the rooms in turn; each position must be above the last one there.
func talk(t *testing.T, c *Committer, rooms []string, writer, posts int) {
	last := map[string]chat.Position{}
	for i := range posts {
		room := rooms[(writer+i)%len(rooms)]
		got, err := c.Post(t.Context(), say(room, fmt.Sprintf("%d of %d", i, writer)))
		if err != nil || got.Repeated || got.ID <= last[room] {
			t.Errorf("store: %+v, %v, after %d", got, err, last[room])
		}
		last[room] = got.ID
	}
}

func TestPositionsAreDenseWithManyWriters(t *testing.T) {
	t.Parallel()
	pool := database(t)
	addRooms(t, pool, "a", "b")
	rooms := []string{"general", "b", "a"}
	const writers, each = 16, 30
	var sent sync.WaitGroup
	var all []*published
	for range 2 {
		c, p := start(t, pool)
		all = append(all, p)
		for w := range writers {
			sent.Go(func() { talk(t, c, rooms, w, each) })
		}
	}
	sent.Wait()
	for _, room := range rooms {
		assertDense(t, pool, room, 2*writers*each/len(rooms))
		for _, p := range all {
			if positions := p.in(room); !slices.IsSorted(positions) {
				t.Errorf("%s: published %v", room, positions)
			}
		}
	}
	if n := len(all[0].messages) + len(all[1].messages); n != 2*writers*each {
		t.Errorf("%d published, want %d", n, 2*writers*each)
	}
}

func TestSameClientIDIsOneMessage(t *testing.T) {
	t.Parallel()
	pool := database(t)
	var committers []*Committer
	var all []*published
	for range 2 {
		c, p := start(t, pool)
		committers, all = append(committers, c), append(all, p)
	}
	for round := range 10 {
		var mu sync.Mutex
		fresh, ids := 0, map[chat.Position]bool{}
		var sent sync.WaitGroup
		for i := range 20 {
			sent.Go(func() {
				post := say("general", fmt.Sprintf("try %d", i))
				post.ClientID = fmt.Sprintf("round %d", round)
				got, err := committers[i%2].Post(t.Context(), post)
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				ids[got.ID] = true
				if !got.Repeated {
					fresh++
				}
			})
		}
		sent.Wait()
		if fresh != 1 || len(ids) != 1 || !ids[chat.Position(round+1)] {
			t.Fatalf("round %d: %d were new, ids %v; want one, %d", round, fresh, ids, round+1)
		}
	}
	assertDense(t, pool, "general", 10)
	if n := len(all[0].messages) + len(all[1].messages); n != 10 {
		t.Errorf("%d published, want 10: nothing for a repetition", n)
	}
}

func TestClientIDBelongsToItsAuthorAndRoom(t *testing.T) {
	t.Parallel()
	pool := database(t)
	addRooms(t, pool, "other")
	c, _ := start(t, pool)
	posts := []Post{
		{Room: "general", Username: "ada", Body: "one", ClientID: "x"},
		{Room: "general", Username: "bob", Body: "two", ClientID: "x"},
		{Room: "other", Username: "ada", Body: "three", ClientID: "x"},
		{Room: "general", Username: "ada", Body: "four", ClientID: "y"},
	}
	for range 2 { // the second time all are repetitions
		jobs := jobsFor(t, posts...)
		c.commit(jobs, attempts)
		for i, want := range []chat.Position{1, 2, 1, 3} {
			if o := <-jobs[i].done; o.err != nil || o.receipt.ID != want {
				t.Errorf("%+v: %+v, want %d", posts[i], o, want)
			}
		}
	}
	assertDense(t, pool, "general", 3)
	assertDense(t, pool, "other", 1)
}

func TestBadRowFailsAlone(t *testing.T) {
	t.Parallel()
	pool := database(t)
	c, p := start(t, pool)
	posts := []Post{say("general", "one"), say("general", ""), say("nowhere", "lost"), say("general", "nul \x00"), say("general", "two"), say("general", "three")}
	jobs := jobsFor(t, posts...)
	c.commit(jobs, attempts)
	want := []chat.Position{1, 0, 0, 0, 2, 3}
	for i, j := range jobs {
		o := <-j.done
		if o.receipt.ID != want[i] || (o.err == nil) != (want[i] > 0) {
			t.Errorf("%q: %+v, want %d", posts[i].Body, o, want[i])
		}
		if i == 2 && !errors.Is(o.err, access.ErrNotFound) {
			t.Errorf("unknown room: %v, want %v", o.err, access.ErrNotFound)
		}
	}
	assertDense(t, pool, "general", 3)
	if got := fmt.Sprint(p.in("general")); got != "[1 2 3]" {
		t.Errorf("published %s", got)
	}
}

func TestNothingIsAcknowledgedThatDoesNotCommit(t *testing.T) {
	t.Parallel()
	pool := database(t)
	_, err := pool.Exec(t.Context(), `
		CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused at commit'; END $$;
		CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON messages DEFERRABLE INITIALLY DEFERRED
			FOR EACH ROW EXECUTE FUNCTION refuse()`)
	if err != nil {
		t.Fatal(err)
	}
	c, p := start(t, pool)
	if got, err := c.Post(t.Context(), say("general", "hi")); err == nil {
		t.Errorf("acknowledged as %+v", got)
	}
	if n := storedIn(t, pool, "general"); n != 0 || len(p.in("general")) != 0 {
		t.Errorf("%d stored, %v published; want none", n, p.in("general"))
	}
}

func TestPostOfWhoHasLeftIsDropped(t *testing.T) {
	t.Parallel()
	pool := database(t)
	c, _ := start(t, pool)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Post(ctx, say("general", "gone")); !errors.Is(err, context.Canceled) {
		t.Errorf("store: %v, want %v", err, context.Canceled)
	}
	if _, err := c.Post(t.Context(), say("general", "here")); err != nil {
		t.Error(err)
	}
	if n := storedIn(t, pool, "general"); n != 1 {
		t.Errorf("%d stored, want 1", n)
	}
}

func TestFullQueueIsBusy(t *testing.T) {
	t.Parallel()
	c := &Committer{queue: make(chan *job)} // nobody reads it
	if _, err := c.Post(t.Context(), say("general", "hi")); !errors.Is(err, ErrBusy) {
		t.Errorf("store: %v, want %v", err, ErrBusy)
	}
}

func TestComesBackWithPostgres(t *testing.T) {
	t.Parallel()
	server, url := testkit.Postgres(t)
	pool, err := OpenPool(t.Context(), url, "test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	addPeople(t, pool, "ada")
	c, _ := start(t, pool)
	if _, err := c.Post(t.Context(), say("general", "before")); err != nil {
		t.Fatal(err)
	}
	if err := server.Stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Post(t.Context(), say("general", "while away")); !backing.Unavailable(err) {
		t.Errorf("while Postgres is away: %v, want it to be told as that", err)
	}
	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, err := c.Post(t.Context(), say("general", "after")); err != nil || got.ID != 2 {
		t.Errorf("after: %+v, %v; want id 2", got, err)
	}
}

// Not parallel: it looks at all goroutines.
func TestCloseStoresWhatIsQueuedAndLeavesNothing(t *testing.T) { //nolint:paralleltest // see above
	pool := database(t)
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	c, _ := start(t, pool)
	results := make(chan error)
	const posts = 100
	for i := range posts {
		go func() {
			_, err := c.Post(context.Background(), say("general", fmt.Sprint(i)))
			results <- err
		}()
	}
	stored := 0
	for i := range posts {
		if i == posts/2 {
			go c.Close()
		}
		switch err := <-results; {
		case err == nil:
			stored++
		case !errors.Is(err, ErrClosed):
			t.Error(err)
		}
	}
	c.Close()
	if n := storedIn(t, pool, "general"); n != stored {
		t.Errorf("%d stored, %d acknowledged", n, stored)
	}
	pool.Close()
}

// live returns the key of a session that lives for ttl.
func live(t *testing.T, sessions *session.Store, ttl time.Duration) session.Key {
	t.Helper()
	token, err := sessions.Create(t.Context(), "ada", "", ttl)
	if err != nil {
		t.Fatal(err)
	}
	key, _ := token.Key()
	return key
}

func TestWhoseSessionHasEndedFailsAlone(t *testing.T) {
	t.Parallel()
	pool := database(t)
	c, p := start(t, pool)
	sessions := session.NewStore(pool.Pool)
	ended := live(t, sessions, time.Hour)
	if err := sessions.End(t.Context(), ended); err != nil {
		t.Fatal(err)
	}
	keys := []session.Key{live(t, sessions, time.Hour), ended, live(t, sessions, -time.Second), {}, live(t, sessions, time.Hour)}
	posts := make([]Post, len(keys))
	for i, key := range keys {
		posts[i] = say("general", "hi")
		posts[i].Session, posts[i].ClientID = key, fmt.Sprint(i)
	}
	for range 2 { // the second time some are repetitions besides
		jobs := jobsFor(t, posts...)
		c.commit(jobs, attempts)
		for i, want := range []chat.Position{1, 0, 0, 2, 3} {
			if o := <-jobs[i].done; o.receipt.ID != want || errors.Is(o.err, session.ErrNotFound) != (want == 0) {
				t.Errorf("post %d: %+v, want %d", i, o, want)
			}
		}
	}
	assertDense(t, pool, "general", 3)
	if got := fmt.Sprint(p.in("general")); got != "[1 2 3]" {
		t.Errorf("published %s", got)
	}
}

func TestRepetitionsAmongOthers(t *testing.T) {
	t.Parallel()
	pool := database(t)
	c, p := start(t, pool)
	repeated := say("general", "again")
	repeated.ClientID = "the same"
	for round := range 3 { // the first is new; from the third on repetitions are looked up first
		fresh := say("general", "new")
		fresh.ClientID = fmt.Sprint(round)
		jobs := jobsFor(t, say("general", "anonymous"), repeated, fresh, repeated)
		c.commit(jobs, attempts)
		var ids []chat.Position
		for i, j := range jobs {
			o := <-j.done
			ids = append(ids, o.receipt.ID)
			if o.err != nil || o.receipt.Repeated != (i == 3 || i == 1 && round > 0) {
				t.Errorf("round %d, post %d: %+v", round, i, o)
			}
		}
		if ids[1] != 2 || ids[3] != 2 {
			t.Errorf("round %d: ids %v, want 2 for the repeated one", round, ids)
		}
	}
	assertDense(t, pool, "general", 7)
	if n := len(p.in("general")); n != 7 {
		t.Errorf("%d published, want 7", n)
	}
	if c.wary.Load() == 0 {
		t.Error("the committer isn't wary")
	}
}

func TestTwinOfAnEndedSession(t *testing.T) {
	t.Parallel()
	pool := database(t)
	c, _ := start(t, pool)
	sessions := session.NewStore(pool.Pool)
	first, second := say("general", "hi"), say("general", "hi")
	first.ClientID, second.ClientID = "x", "x"
	first.Session, second.Session = live(t, sessions, time.Hour), live(t, sessions, -time.Second)
	jobs := jobsFor(t, first, second)
	c.commit(jobs, attempts)
	if o := <-jobs[0].done; o.err != nil || o.receipt.ID != 1 {
		t.Errorf("the live one: %+v", o)
	}
	if o := <-jobs[1].done; !errors.Is(o.err, session.ErrNotFound) {
		t.Errorf("the ended one: %+v", o)
	}
	c.wary.Store(1) // it looks for repetitions first
	jobs = jobsFor(t, second, first)
	c.commit(jobs, attempts)
	if o := <-jobs[0].done; !errors.Is(o.err, session.ErrNotFound) {
		t.Errorf("a repetition by the ended one: %+v", o)
	}
	if o := <-jobs[1].done; o.err != nil || o.receipt.ID != 1 || !o.receipt.Repeated {
		t.Errorf("a repetition by the live one: %+v", o)
	}
	second.Session = live(t, sessions, time.Hour) // the same author, from another browser
	first.ClientID, second.ClientID = "y", "y"
	jobs = jobsFor(t, first, second)
	c.commit(jobs, attempts)
	for i, j := range jobs {
		if o := <-j.done; o.err != nil || o.receipt.ID != 2 || o.receipt.Repeated != (i == 1) {
			t.Errorf("twin %d: %+v", i, o)
		}
	}
	assertDense(t, pool, "general", 2)
}
