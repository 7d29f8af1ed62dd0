package chaos

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"parley/deploy/e2e/chaos/load"
	"parley/deploy/e2e/chaos/proxy"
	"parley/deploy/e2e/history"
	"parley/deploy/e2e/system"
)

const (
	patience = time.Minute // for what a quiet machine does in a second or two
	lasts    = 1500 * time.Millisecond
	// hint is the design's 2 s for what Redis doesn't tell of; the rest is for
	// a machine that does much else.
	hint = 2*time.Second + 3*time.Second
	// round bounds what a storm keeps in memory, and how long it takes to learn
	// of a violation.
	round = time.Minute
)

// crowd is what posts and listens in a case.
var crowd = load.Plan{
	Rooms: 3, Posters: 8, Think: 40 * time.Millisecond,
	Listeners: 12, Slow: 2, Stay: 3 * time.Second, Join: 400 * time.Millisecond, Large: true,
	Private: 2, Move: 400 * time.Millisecond, Retitle: 500 * time.Millisecond,
	Changers: 8, Change: 120 * time.Millisecond,
}

func TestCalm(t *testing.T) {
	summary := try(t, crowd, *seed, func(ctx context.Context, r *load.Run) error { return r.AwaitPosts(ctx, 200) })
	if summary.Deliveries == 0 || summary.Resets != 0 {
		t.Errorf("%+v", summary)
	}
}

// Each fault alone.
func TestFaults(t *testing.T) {
	for i, fault := range Faults() {
		if !scene.Can(fault.Needs) {
			t.Logf("%q needs %s, which this driver has not", fault.Name, fault.Needs)
			continue
		}
		t.Run(fault.Name, func(t *testing.T) {
			plan := crowd
			if fault.Hint {
				plan.Slow = 0
			}
			summary := try(t, plan, *seed+uint64(i), func(ctx context.Context, r *load.Run) error {
				return scene.Strike(ctx, r, fault, 1+i%2, lasts)
			})
			if fault.Hint && summary.Slowest > hint {
				t.Errorf("a message came %s after it was acknowledged, want %s", summary.Slowest, hint)
			}
		})
	}
}

// Two replicas of messages, each with its own writers, in one room, as fast as
// they can.
func TestTwoWritersInOneRoom(t *testing.T) {
	plan := load.Plan{Rooms: 1, Posters: 16, Listeners: 4, Stay: time.Second}
	for _, part := range []string{"messages-1", "messages-2"} {
		addr, err := scene.Parley.Addr(t.Context(), part)
		if err != nil {
			t.Fatal(err)
		}
		plan.PostTo = append(plan.PostTo, "http://"+addr)
	}
	try(t, plan, *seed, func(ctx context.Context, r *load.Run) error { return r.AwaitPosts(ctx, 1500) })
}

// Many change the same few messages, as fast as they can: what comes together is
// stored together, by two replicas.
func TestManyChangeTheSameMessages(t *testing.T) {
	plan := load.Plan{
		Rooms: 1, Posters: 2, Think: 100 * time.Millisecond, Listeners: 4, Stay: time.Second,
		Changers: 32, Change: time.Millisecond,
	}
	try(t, plan, *seed, func(ctx context.Context, r *load.Run) error { return r.AwaitChanges(ctx, 800) })
}

// Nothing that is published arrives, to the very end: no later message tells
// of an earlier one that is missing. A room's last message comes nevertheless.
func TestLastPublishIsDropped(t *testing.T) {
	if !scene.Can(Weather) {
		t.Logf("needs %s, which this driver has not", Weather)
		return
	}
	plan := crowd
	plan.Slow, plan.Join = 0, 0
	defer scene.Proxy.Set(proxy.Weather{})
	summary := try(t, plan, *seed, func(ctx context.Context, r *load.Run) error {
		scene.Proxy.Set(proxy.Weather{Drop: 1})
		return r.AwaitPosts(ctx, 50)
	})
	if summary.Slowest > hint {
		t.Errorf("a message came %s after it was acknowledged, want %s", summary.Slowest, hint)
	}
}

// Faults in random order and company, in rounds: a history is judged and
// forgotten before the next begins.
func TestStorm(t *testing.T) {
	end := time.Now().Add(*duration)
	for n := uint64(0); time.Now().Before(end); n++ {
		of := rand.New(rand.NewPCG(*seed, n)).Uint64()
		t.Run(fmt.Sprintf("round %d", n+1), func(t *testing.T) {
			try(t, crowd, of, func(ctx context.Context, r *load.Run) error {
				return scene.Storm(ctx, r, of, min(round, time.Until(end)), func(what string) { t.Log(what) })
			})
		})
		if t.Failed() {
			t.Fatalf("round %d of seed %d failed", n+1, *seed)
		}
	}
}

// try lets a crowd post and listen, breaks what is to be broken, waits until
// all is whole again and everybody has what they should, and judges.
func try(t *testing.T, plan load.Plan, seed uint64, breakIt func(context.Context, *load.Run) error) history.Summary {
	t.Helper()
	began := time.Now()
	run, err := load.Begin(patient(t), scene.Site, plan, seed)
	if err != nil {
		t.Fatal(err)
	}
	defer run.Abandon()
	if err := run.AwaitStreams(patient(t)); err != nil {
		t.Fatal(err)
	}
	if err := run.AwaitPosts(patient(t), 10); err != nil {
		t.Fatal(err)
	}
	if err := breakIt(t.Context(), run); err != nil {
		t.Error(err)
	}
	broken := time.Now()
	if err := whole(patient(t)); err != nil {
		t.Fatal(err)
	}
	t.Logf("broken for %s, whole after another %s", broken.Sub(began).Round(time.Millisecond), time.Since(broken).Round(time.Millisecond))
	if err := run.AwaitPosts(patient(t), 10); err != nil {
		t.Fatal(err)
	}
	return judge(t, run, began)
}

func judge(t *testing.T, run *load.Run, began time.Time) history.Summary {
	t.Helper()
	healed := time.Now()
	summary, violations, err := run.Verdict(t.Context(), patience)
	if err != nil {
		t.Fatal(err)
	}
	total.Lock()
	total.Add(summary)
	total.Unlock()
	t.Logf("%s; took %s, the last %s to settle", summary, time.Since(began).Round(time.Millisecond), time.Since(healed).Round(time.Millisecond))
	const most = 5
	for i, v := range violations {
		if i == most {
			t.Errorf("and %d more", len(violations)-most)
			break
		}
		t.Error(v)
	}
	return summary
}

func patient(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

// whole waits until every replica says that it is ready, and the gateway
// reaches them.
func whole(ctx context.Context) error {
	for _, part := range system.Parts()[2:] {
		err := load.Await(ctx, part+" is ready again", func(ctx context.Context) error {
			return system.Ready(ctx, scene.Parley, part)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
