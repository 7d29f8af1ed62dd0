// Package load posts, listens, changes messages and moves between rooms as a
// crowd of clients does, and writes down all that happens. Postgres itself notes every version
// that a later one supersedes; see [Watch].
//
//	posters ────POST, again if unanswered────▶ gateway ──▶ …
//	movers ─────add, remove, join, leave──────▶ gateway ──▶ …
//	changers ───edit, delete, react, pin──────▶ gateway ──▶ …
//	listeners ──stream, resume where cut──────▶ gateway ──▶ …
//	     └────────────────▶ history.Recorder ◀── Settle, Judge
//
// A run has a fixed end: posting stops, what was begun is finished, every
// listener is given time to reach the heads, and what Postgres holds then is
// what all are judged by.
package load

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"parley/core/chat"
	"parley/core/wire"
	"parley/deploy/e2e/client"
	"parley/deploy/e2e/history"
)

// Plan says how much a run does.
type Plan struct {
	Rooms     int // the first is hot: it gets half of all posts
	Posters   int
	Think     time.Duration // between two posts of a poster, on average
	Listeners int           // of one room or several, in turn
	Slow      int           // more of them, which read slowly
	Stay      time.Duration // after which a listener cuts its stream by itself, on average
	Join      time.Duration // between two newcomers, who listen for as long as Stay; 0 for none
	Large     bool          // one message in eight is as long as can be
	// Rooms that are private; the time between two moves of the quickest mover,
	// and between two changes of a room, on average; 0 for none.
	Private int
	Move    time.Duration
	Retitle time.Duration
	// Changers change messages, often the same, and the time between two changes
	// of one of them, on average. With them, posters answer messages too.
	Changers int
	Change   time.Duration
	// PostTo are the addresses to post to in turn; the gateway's if there are none.
	PostTo []string
}

// Run is one run, from Begin to Judge.
type Run struct {
	Rooms []string

	private  []string // of Rooms
	site     *Site
	plan     Plan
	since    map[string]chat.Position // heads of logs when the run began
	targets  *targets
	recorder *history.Recorder
	seed     uint64

	posting   context.Context // until no more is posted
	stopPosts context.CancelFunc
	finishing context.Context // until nobody asks again
	stopTries context.CancelFunc
	listening context.Context
	stopAll   context.CancelFunc

	posters   sync.WaitGroup
	listeners sync.WaitGroup
	acked     atomic.Int64
	moved     atomic.Int64
	changed   atomic.Int64

	mu      sync.Mutex
	staying []*listener // those that must reach the heads
}

// runs numbers the runs of a process: names are never used again.
var runs atomic.Int64

// Begin makes rooms, and sets everybody to work.
func Begin(ctx context.Context, site *Site, plan Plan, seed uint64) (*Run, error) {
	r := &Run{site: site, plan: plan, recorder: history.NewRecorder(), targets: newTargets(), seed: seed}
	id := strconv.FormatInt(time.Now().Unix(), 36) + "-" + strconv.FormatInt(runs.Add(1), 36)
	if err := r.furnish(ctx, "chaos-"+id); err != nil {
		return nil, err
	}
	r.posting, r.stopPosts = context.WithCancel(context.WithoutCancel(ctx))
	r.finishing, r.stopTries = context.WithCancel(context.WithoutCancel(ctx))
	r.listening, r.stopAll = context.WithCancel(context.WithoutCancel(ctx))
	for i := range plan.Listeners + plan.Slow {
		r.listen(i, i >= plan.Listeners)
	}
	r.move()
	for i := range plan.Posters {
		p := &poster{of: r, name: fmt.Sprintf("poster-%d", i+1), rng: r.random(uint64(i)), user: site.Users[i%len(site.Users)]}
		if len(plan.PostTo) > 0 {
			p.user = p.user.At(plan.PostTo[i%len(plan.PostTo)])
		}
		r.posters.Go(p.run)
	}
	r.change()
	if plan.Join > 0 {
		r.listeners.Go(r.join)
	}
	return r, nil
}

// furnish makes the run's rooms, with all users in them. Those that are private
// come last.
func (r *Run) furnish(ctx context.Context, prefix string) error {
	maker := r.site.Users[0]
	for i := range r.plan.Rooms {
		room := fmt.Sprintf("%s-%d", prefix, i)
		if err := maker.CreateRoom(ctx, room); err != nil {
			return err
		}
		for _, user := range r.site.Users[1:] {
			if err := user.Join(ctx, room); err != nil {
				return err
			}
		}
		r.Rooms = append(r.Rooms, room)
	}
	for i := range r.plan.Private {
		room := fmt.Sprintf("%s-private-%d", prefix, i)
		if err := maker.CreatePrivateRoom(ctx, room); err != nil {
			return err
		}
		for _, user := range r.site.Users[1:] {
			if err := maker.Add(ctx, room, user.Name); err != nil {
				return err
			}
		}
		r.Rooms = append(r.Rooms, room)
		r.private = append(r.private, room)
	}
	heads, err := r.heads(ctx)
	r.since = make(map[string]chat.Position, len(heads))
	for name, log := range heads {
		if _, person := wire.Topic(name).Person(); person {
			r.since[name] = log.Head
		}
	}
	return err
}

func (r *Run) random(stream uint64) *rand.Rand {
	return rand.New(rand.NewPCG(r.seed, stream)) //nolint:gosec // to be repeatable
}

// listen adds a listener that stays to the end.
func (r *Run) listen(i int, slow bool) {
	l := newListener(r, fmt.Sprintf("listener-%d", i+1), i)
	l.rng = r.random(1<<32 + uint64(i)) //nolint:gosec // small
	l.stay = r.plan.Stay
	if slow {
		l.name, l.pace, l.client = fmt.Sprintf("slow-%d", i+1), slowPace, slowClient
	}
	r.stays(l)
}

// listenAll adds a listener to everything of a person's that stays to the end,
// and cuts its stream itself after as long as stay, on average; never if it is 0.
func (r *Run) listenAll(name string, person *client.User, number uint64, stay time.Duration) {
	l := &listener{of: r, name: name, user: person.At(r.site.URL), client: streamClient, stay: stay, rng: r.random(1<<37 + number)}
	l.everything()
	r.stays(l)
}

// stays lets a listener listen to the end.
func (r *Run) stays(l *listener) {
	l.recorded()
	r.mu.Lock()
	r.staying = append(r.staying, l)
	r.mu.Unlock()
	r.listeners.Go(func() { l.run(r.listening) })
}

// Crowd adds n listeners of one room each, spread over the rooms, who stay to the
// end and don't leave by themselves.
func (r *Run) Crowd(n int) {
	for i := range n {
		l := newListener(r, fmt.Sprintf("crowd-%d", i+1), 0)
		l.rooms = r.Rooms[i%len(r.Rooms):][:1]
		l.begin()
		l.rng = r.random(1<<33 + uint64(i))
		l.stay = 0
		r.stays(l)
	}
}

// CutAll cuts the streams of all listeners at once.
func (r *Run) CutAll() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, l := range r.staying {
		l.cut(errCut)
	}
}

// join lets newcomers come until posting stops. Where they begin is anywhere,
// what they see counts as all the rest does; they needn't reach the heads.
func (r *Run) join() {
	rng := r.random(1 << 34)
	var newcomers sync.WaitGroup
	defer newcomers.Wait()
	for i := 0; ; i++ {
		select {
		case <-r.posting.Done():
			return
		case <-time.After(time.Duration(rng.ExpFloat64() * float64(r.plan.Join))):
		}
		l := newListener(r, fmt.Sprintf("newcomer-%d", i+1), rng.IntN(8))
		l.rng = r.random(1<<34 + 1 + uint64(i))
		l.stay = r.plan.Stay / 2
		l.beginAnywhere()
		l.recorded()
		ctx, cancel := context.WithTimeout(r.listening, r.plan.Stay)
		newcomers.Go(func() {
			defer cancel()
			l.run(ctx)
			l.record.Left = true
		})
	}
}

// Acknowledged returns how many posts have been acknowledged so far.
func (r *Run) Acknowledged() int64 { return r.acked.Load() }

// Recorder returns where the run is written down.
func (r *Run) Recorder() *history.Recorder { return r.recorder }

// Private returns those of the run's rooms that are private.
func (r *Run) Private() []string { return r.private }

// AwaitPosts waits until n more posts are acknowledged.
func (r *Run) AwaitPosts(ctx context.Context, n int64) error {
	goal := r.acked.Load() + n
	return Await(ctx, fmt.Sprintf("%d more posts are acknowledged", n), func(context.Context) error {
		if now := r.acked.Load(); now < goal {
			return fmt.Errorf("%d are missing", goal-now)
		}
		return nil
	})
}

// AwaitMoves waits until n more changes of memberships are acknowledged.
func (r *Run) AwaitMoves(ctx context.Context, n int64) error {
	goal := r.moved.Load() + n
	return Await(ctx, fmt.Sprintf("%d more moves are acknowledged", n), func(context.Context) error {
		if now := r.moved.Load(); now < goal {
			return fmt.Errorf("%d are missing", goal-now)
		}
		return nil
	})
}

// AwaitChanges waits until n more changes of messages are acknowledged.
func (r *Run) AwaitChanges(ctx context.Context, n int64) error {
	goal := r.changed.Load() + n
	return Await(ctx, fmt.Sprintf("%d more changes are acknowledged", n), func(context.Context) error {
		if now := r.changed.Load(); now < goal {
			return fmt.Errorf("%d are missing", goal-now)
		}
		return nil
	})
}

// AwaitStreams waits until every listener that stays is live in all its rooms.
func (r *Run) AwaitStreams(ctx context.Context) error {
	return r.awaitAll(ctx, "every listener is live", func(l *listener) error { return l.live() })
}

// AwaitEach waits until every listener that stays has been live in all its rooms,
// each at some time from now on: of a large crowd somebody is always about to
// come back.
func (r *Run) AwaitEach(ctx context.Context) error {
	seen := make(map[*listener]bool)
	return r.awaitAll(ctx, "every listener has been live", func(l *listener) error {
		if seen[l] {
			return nil
		}
		err := l.live()
		seen[l] = err == nil
		return err
	})
}

func (r *Run) awaitAll(ctx context.Context, what string, check func(*listener) error) error {
	return Await(ctx, what, func(context.Context) error {
		r.mu.Lock()
		defer r.mu.Unlock()
		var missing error
		for _, l := range r.staying {
			if err := check(l); err != nil && missing == nil {
				missing = err
			}
		}
		return missing
	})
}

// Await tries until it succeeds, or ctx ends.
func Await(ctx context.Context, what string, try func(context.Context) error) error {
	for {
		err := try(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waited in vain until %s: %w", what, errors.Join(err, ctx.Err()))
		case <-time.After(20 * time.Millisecond):
		}
	}
}
