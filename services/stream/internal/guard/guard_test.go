package guard

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/goleak"

	"parley/core/session"
	"parley/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

const patience = 10 * time.Second

// bundle is a running guard, and the sessions that it asks about.
type bundle struct {
	*Guard
	t     *testing.T
	pool  *pgxpool.Pool
	store *session.Store
	ended chan struct{}

	mu   sync.Mutex
	here map[string]int // streams, as the guard tells of them
}

// Came implements [People].
func (b *bundle) Came(username string) { b.count(username, 1) }

// Left implements [People].
func (b *bundle) Left(username string) { b.count(username, -1) }

func (b *bundle) count(username string, n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.here == nil {
		b.here = make(map[string]int)
	}
	b.here[username] += n
}

func start(t *testing.T, caps *Caps) *bundle {
	t.Helper()
	pool := testkit.Database(t)
	if _, err := pool.Exec(t.Context(), `INSERT INTO users (username, password_hash) VALUES ('ada', 'x'), ('bob', 'x')`); err != nil {
		t.Fatal(err)
	}
	b := &bundle{t: t, pool: pool, store: session.NewStore(pool), ended: make(chan struct{}, 100)}
	b.Guard = New(b.store, caps, slog.New(slog.NewTextHandler(io.Discard, nil)), func() { b.ended <- struct{}{} }, b)
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { b.Run(ctx) })
	t.Cleanup(func() { stop(); running.Wait() })
	return b
}

func (b *bundle) signIn(username string) session.Key {
	b.t.Helper()
	token, err := b.store.Create(b.t.Context(), username, "test", time.Hour)
	if err != nil {
		b.t.Fatal(err)
	}
	key, _ := token.Key()
	return key
}

func (b *bundle) end(key session.Key) {
	b.t.Helper()
	if err := b.store.End(b.t.Context(), key); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bundle) admit(key session.Key, addr string) (Seat, error) {
	return b.Admit(b.t.Context(), key, netip.MustParseAddr(addr))
}

func (b *bundle) mustAdmit(key session.Key) Seat {
	b.t.Helper()
	seat, err := b.admit(key, "192.0.2.1")
	if err != nil {
		b.t.Fatal(err)
	}
	return seat
}

func (b *bundle) awaitEnd(seat Seat) {
	b.t.Helper()
	for deadline := time.After(patience); !seat.Ended(time.Now()); {
		select {
		case <-b.ended:
		case <-deadline:
			b.t.Fatal("the session did not end")
		}
	}
}

func TestSeats(t *testing.T) {
	t.Parallel()
	b := start(t, &Caps{})
	key := b.signIn("ada")
	one, two := b.mustAdmit(key), b.mustAdmit(key)
	if one.Live != two.Live || one.Username != "ada" || one.Ended(time.Now()) || !one.Ended(time.Now().Add(2*time.Hour)) {
		t.Errorf("seats %+v and %+v", one, two)
	}
	if _, err := b.admit(session.Key{1}, "192.0.2.1"); !errors.Is(err, session.ErrNotFound) {
		t.Errorf("nobody's session: %v", err)
	}
	b.Leave(one)
	b.Leave(two)
	if len(b.live.first) != 0 {
		t.Errorf("%d sessions are remembered", len(b.live.first))
	}
}

func TestEndedSessionIsNoticed(t *testing.T) {
	t.Parallel()
	b := start(t, &Caps{})
	key := b.signIn("ada")
	seat := b.mustAdmit(key)
	b.end(key)
	began := time.Now()
	b.Noticed([]session.Key{key, {7}})
	b.awaitEnd(seat)
	if took := time.Since(began); took > time.Second {
		t.Errorf("after a notice it took %s", took)
	}
	if _, err := b.admit(key, "192.0.2.1"); !errors.Is(err, session.ErrNotFound) {
		t.Errorf("admitted again: %v", err)
	}
}

func TestEndedSessionIsFoundWithoutNotice(t *testing.T) {
	t.Parallel()
	b := start(t, &Caps{})
	key := b.signIn("ada")
	seat := b.mustAdmit(key)
	b.end(key)
	b.awaitEnd(seat)
}

// Whoever reaches Redis can publish a notice. It signs nobody out.
func TestForgedNoticeEndsNothing(t *testing.T) {
	t.Parallel()
	b := start(t, &Caps{})
	key, other := b.signIn("ada"), b.signIn("bob")
	seat, gone := b.mustAdmit(key), b.mustAdmit(other)
	b.end(other)
	b.Noticed([]session.Key{key, other})
	b.awaitEnd(gone)
	if seat.Ended(time.Now()) {
		t.Error("a live session was ended")
	}
}

// A notice may come between a session's lookup and its admission.
func TestNoticeDuringALookupIsNotLost(t *testing.T) {
	t.Parallel()
	b := start(t, &Caps{})
	for range 50 {
		key := b.signIn("ada")
		var ending sync.WaitGroup
		ending.Go(func() {
			b.end(key)
			b.Noticed([]session.Key{key})
		})
		seat, err := b.admit(key, "192.0.2.1")
		ending.Wait()
		if err == nil {
			b.awaitEnd(seat)
			b.Leave(seat)
		} else if !errors.Is(err, session.ErrNotFound) {
			t.Fatal(err)
		}
	}
}

func TestCaps(t *testing.T) {
	t.Parallel()
	b := start(t, &Caps{PerUser: 2, PerAddress: 3})
	ada, bob := b.signIn("ada"), b.signIn("bob")
	var seats []Seat
	admit := func(key session.Key, addr string, want error) {
		t.Helper()
		seat, err := b.admit(key, addr)
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", addr, err, want)
		}
		if err == nil {
			seats = append(seats, seat)
		}
	}
	admit(ada, "2001:db8:1:2::1", nil)
	admit(ada, "2001:db8:1:2::2", nil)
	admit(ada, "192.0.2.7", ErrTooMany) // of one user
	admit(bob, "2001:db8:1:2:ffff::", nil)
	admit(bob, "2001:db8:1:2::3", ErrTooMany) // of one network
	admit(bob, "2001:db8:1:3::3", nil)
	for _, seat := range seats {
		b.Leave(seat)
	}
	if len(b.caps.users) != 0 || len(b.caps.networks) != 0 {
		t.Errorf("counted still: %v, %v", b.caps.users, b.caps.networks)
	}
	admit(ada, "192.0.2.7", nil)
}

func TestSessionTakesOneReplayAtATime(t *testing.T) {
	t.Parallel()
	b := start(t, &Caps{})
	seat := b.mustAdmit(b.signIn("ada"))
	done, err := b.Replay(t.Context(), seat)
	if err != nil {
		t.Fatal(err)
	}
	impatient, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := b.Replay(impatient, seat); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a second one at the same time: %v", err)
	}
	other, err := b.Replay(t.Context(), b.mustAdmit(b.signIn("bob")))
	if err != nil {
		t.Errorf("another session waits: %v", err)
	} else {
		other()
	}
	done()
	again, err := b.Replay(t.Context(), seat)
	if err != nil {
		t.Fatal(err)
	}
	again()
	if seat.replay != nil {
		t.Error("a replay is remembered that nobody takes")
	}
}

// As many streams of a session as may take a replay wait for their turn, the one
// that is watched over meanwhile among them; only more are sent away.
func TestSessionsReplaysWaitForTheirTurn(t *testing.T) {
	t.Parallel()
	b := start(t, &Caps{})
	seat := b.mustAdmit(b.signIn("ada"))
	done, err := b.Replay(t.Context(), seat)
	if err != nil {
		t.Fatal(err)
	}
	one, other := net.Pipe()
	defer one.Close()
	defer other.Close()
	defer b.Watch(seat, one)()
	impatient, cancel := context.WithCancel(t.Context())
	answers := make(chan error, maxTogether)
	for range maxTogether {
		go func() {
			_, err := b.Replay(impatient, seat)
			answers <- err
		}()
	}
	if err := <-answers; !errors.Is(err, ErrBusy) {
		t.Errorf("one too many got %v", err)
	}
	cancel()
	for range maxTogether - 1 {
		if err := <-answers; !errors.Is(err, context.Canceled) {
			t.Errorf("who waited got %v", err)
		}
	}
	done()
}

func TestEndOfASessionCutsItsReplay(t *testing.T) {
	t.Parallel()
	b := start(t, &Caps{})
	key := b.signIn("ada")
	seat := b.mustAdmit(key)
	near, far := net.Pipe()
	defer near.Close()
	defer far.Close()
	defer b.Watch(seat, near)()
	wrote := make(chan error, 1)
	go func() {
		_, err := near.Write([]byte("to somebody who reads nothing"))
		wrote <- err
	}()
	b.end(key)
	b.Noticed([]session.Key{key})
	select {
	case err := <-wrote:
		if err == nil {
			t.Error("the write succeeded")
		}
	case <-time.After(patience):
		t.Fatal("the write is stuck")
	}
	late, other := net.Pipe()
	defer late.Close()
	defer other.Close()
	defer b.Watch(seat, late)() // after the end
	if _, err := late.Write([]byte("x")); err == nil {
		t.Error("a replay began after its session had ended")
	}
}

// While Postgres is away nobody is signed out, and what was noticed is asked
// about when it is back.
func TestPostgresAway(t *testing.T) {
	t.Parallel()
	server, url := testkit.Postgres(t)
	pool, err := pgxpool.New(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	if _, err := pool.Exec(t.Context(), `INSERT INTO users (username, password_hash) VALUES ('ada', 'x')`); err != nil {
		t.Fatal(err)
	}
	b := &bundle{t: t, pool: pool, store: session.NewStore(pool), ended: make(chan struct{}, 100)}
	b.Guard = New(b.store, &Caps{}, slog.New(slog.NewTextHandler(io.Discard, nil)), func() { b.ended <- struct{}{} }, b)
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { b.Run(ctx) })
	t.Cleanup(func() { stop(); running.Wait() })

	key, stays := b.signIn("ada"), b.signIn("ada")
	seat, other := b.mustAdmit(key), b.mustAdmit(stays)
	b.end(key)
	if err := server.Stop(); err != nil {
		t.Fatal(err)
	}
	b.Noticed([]session.Key{key})
	if seat.Ended(time.Now()) {
		t.Error("signed out without an answer")
	}
	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.awaitEnd(seat)
	if other.Ended(time.Now()) {
		t.Error("the other session was ended")
	}
}

func TestRunLeavesNothing(t *testing.T) {
	pool := testkit.Database(t)
	pool.Close()
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	g := New(session.NewStore(pool), &Caps{}, slog.New(slog.NewTextHandler(io.Discard, nil)), func() {}, &bundle{})
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { g.Run(ctx) })
	stop()
	running.Wait()
}

// Each session that stays is asked about once a round, in batches, also while
// others come and go.
func TestRoundAsksAboutEach(t *testing.T) {
	t.Parallel()
	g := New(nil, &Caps{}, slog.New(slog.NewTextHandler(io.Discard, nil)), func() {}, &bundle{})
	var sessions []*Live
	come := func() {
		l := g.register(session.Key{byte(len(sessions)), byte(len(sessions) >> 8)})
		sessions, g.round = append(sessions, l), append(g.round, l)
	}
	for range 2*recheckBatch + 500 {
		come()
	}
	asked := make(map[*Live]int)
	for batch := range 3 {
		for _, l := range g.next(nil) {
			asked[l]++
		}
		for i := batch; i < len(sessions); i += 7 { // some leave
			if l := sessions[i]; l.refs > 0 {
				g.release(l)
			}
		}
		come()
	}
	for i, l := range sessions[:2*recheckBatch+500] {
		if l.refs > 0 && asked[l] == 0 {
			t.Errorf("session %d was not asked about", i)
		}
	}
	for range 3 {
		g.next(nil)
	}
	if stay := len(g.live.first); len(g.round) != stay {
		t.Errorf("%d are in the round, %d live", len(g.round), stay)
	}
	if once := g.next(nil); len(once) != min(len(g.round), recheckBatch) {
		t.Errorf("%d are asked about at once", len(once))
	}
}

// Of each stream that is admitted it is told that its person came, and once that
// they left; of others nothing.
func TestItIsToldWhoComesAndLeaves(t *testing.T) {
	t.Parallel()
	b := start(t, &Caps{PerUser: 2})
	ada, bob := b.signIn("ada"), b.signIn("bob")
	seats := []Seat{b.mustAdmit(ada), b.mustAdmit(ada), b.mustAdmit(bob)}
	if _, err := b.admit(ada, "192.0.2.1"); !errors.Is(err, ErrTooMany) {
		t.Fatal(err)
	}
	if _, err := b.admit(session.Key{}, "192.0.2.1"); !errors.Is(err, session.ErrNotFound) {
		t.Fatal(err)
	}
	b.want(map[string]int{"ada": 2, "bob": 1})
	for _, seat := range seats[1:] {
		b.Leave(seat)
	}
	b.want(map[string]int{"ada": 1, "bob": 0})
}

func (b *bundle) want(here map[string]int) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if !maps.Equal(b.here, here) {
		b.t.Errorf("it is told of %v, want %v", b.here, here)
	}
}
