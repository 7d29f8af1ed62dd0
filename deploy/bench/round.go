package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"parley/deploy/bench/internal/load"
	"parley/deploy/bench/internal/wire"
)

// drainPatience is how long the last messages may take to arrive; what has not
// come by then is lost.
const drainPatience = 20 * time.Second

// round is what one run of a plan came to.
type round struct {
	posted *load.Posted
	tally  wire.Tally
	wanted int64 // deliveries, if every stream gets every message of its rooms
	orders int   // different orders that streams have seen; 1 is right where all have the same room
	cpu    map[string]time.Duration
	load   time.Duration // processor time of the load itself
	took   time.Duration
}

// lost returns how many deliveries did not come.
func (r *round) lost() int64 { return r.wanted - r.tally.Messages }

// rate returns deliveries a second, from the first post to the last delivery.
func (r *round) rate() float64 {
	return float64(r.tally.Messages) / (r.tally.Last - r.posted.Began).Seconds()
}

// perDelivery returns the processor time of these parts for each delivery, in µs.
func (r *round) perDelivery(parts ...string) float64 {
	var sum time.Duration
	for _, name := range parts {
		sum += r.cpu[name]
	}
	return float64(sum) / float64(time.Microsecond) / float64(max(r.tally.Messages, 1))
}

// total is perDelivery of all parts.
func (r *round) total() float64 {
	var names []string
	for name := range r.cpu {
		names = append(names, name)
	}
	return r.perDelivery(names...)
}

// faults says what must not have happened, "" if nothing has.
func (r *round) faults() string {
	var faults []string
	note := func(n int64, what string) {
		if n != 0 {
			faults = append(faults, fmt.Sprintf("%d %s", n, what))
		}
	}
	note(r.posted.Failed(), fmt.Sprintf("posts failed %v", r.posted.Statuses))
	note(r.lost(), "deliveries lost")
	note(r.tally.Gaps, "gaps")
	note(r.tally.Repeats, "repeats")
	note(r.tally.Resets, "resets")
	note(r.tally.Closed, fmt.Sprintf("streams closed %v", r.tally.Ends))
	if r.orders > 1 && r.lost() == 0 {
		note(int64(r.orders), "different orders")
	}
	return strings.Join(faults, ", ")
}

// measure runs a plan on a crowd, and waits for what was posted to arrive:
// copies of each message, on average.
func (b *bench) measure(ctx context.Context, s *subject, crowd *load.Crowd, plan load.Plan, copies float64) (*round, error) {
	crowd.Reset()
	before, err := s.cpu()
	if err != nil {
		return nil, err
	}
	own, began := ownCPU(), time.Now()
	stopProfile := b.profile(ctx, s, plan.For)
	r := &round{cpu: make(map[string]time.Duration)}
	if r.posted, err = load.Publish(ctx, plan); err != nil {
		return nil, fmt.Errorf("post to %s: %w", s.name, err)
	}
	r.wanted = int64(float64(r.posted.OK)*copies + 0.5)
	if err := b.drain(ctx, crowd, r.wanted); err != nil {
		return nil, fmt.Errorf("listen to %s: %w", s.name, err)
	}
	after, err := s.cpu()
	if err != nil {
		return nil, err
	}
	r.load, r.took = ownCPU()-own, time.Since(began)
	for name, used := range after {
		r.cpu[name] = used - before[name]
	}
	r.tally, r.orders = crowd.Tally(), crowd.Orders()
	return r, stopProfile()
}

// drain waits until the crowd has got all, or for as long as is sensible.
func (b *bench) drain(ctx context.Context, crowd *load.Crowd, wanted int64) error {
	patience, cancel := context.WithTimeout(ctx, drainPatience)
	defer cancel()
	err := crowd.Await(patience, func(t *wire.Tally) bool { return t.Messages >= wanted })
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return nil // the round says what was lost
	}
	return err
}

// interleave measures the same plan on several subjects in turn, each with a
// crowd of n streams in one room that stays open throughout, after a short run
// to get warm.
func (b *bench) interleave(ctx context.Context, name string, n int, plan load.Plan, authors int, subjects ...*subject) ([][]*round, error) {
	rooms, err := b.system.makeRooms(ctx, name, 1)
	if err != nil {
		return nil, err
	}
	crowds := make([]*load.Crowd, len(subjects))
	for i, s := range subjects {
		if crowds[i], err = b.openCrowd(ctx, s, n, rooms...); err != nil {
			return nil, err
		}
		defer crowds[i].Close()
	}
	results := make([][]*round, len(subjects))
	for turn := range full(b, 4, 2) { // the first is to get warm
		for i, s := range subjects {
			now := plan
			now.Posts = s.templates(0, authors, rooms)
			if turn == 0 {
				now.For = min(plan.For, full(b, time.Second, 300*time.Millisecond))
			}
			r, err := b.measure(ctx, s, crowds[i], now, float64(n))
			if err != nil {
				return nil, err
			}
			if turn > 0 {
				results[i] = append(results[i], r)
				b.logf("%-8s %-7s %8.0f deliveries/s, %6.2f µs, p99 %s, load %.0f%% %s", name, s.name, r.rate(), r.perDelivery(s.serving...),
					short(r.tally.Latency.Quantile(0.99)), 100*r.load.Seconds()/r.took.Seconds(), r.faults())
			}
		}
	}
	return results, nil
}

// profile takes the CPU profiles of Parley's services while something is
// measured, if that was asked for. It costs a little, and so is off by default.
func (b *bench) profile(ctx context.Context, s *subject, during time.Duration) (wait func() error) {
	if b.cfg.Profiles == "" || s != b.parley && s != b.gatewayParley || during < 2*time.Second {
		return func() error { return nil }
	}
	seconds := int(during.Seconds())
	done := make(chan error, 2)
	for _, name := range []string{"stream-1", "messages-1"} {
		go func() { done <- b.takeProfile(ctx, name, seconds) }()
	}
	return func() error { return errors.Join(<-done, <-done) }
}

func (b *bench) takeProfile(ctx context.Context, name string, seconds int) error {
	process, err := b.system.process(name)
	if err != nil {
		return err
	}
	url := fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%d", process.MetricsAddr, seconds)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return fmt.Errorf("profile %s: %w", name, err)
	}
	response, err := (&http.Client{Timeout: time.Minute}).Do(request)
	if err != nil {
		return fmt.Errorf("profile %s: %w", name, err)
	}
	defer response.Body.Close()
	path := filepath.Join(b.cfg.Profiles, fmt.Sprintf("%s-%.0fs.pprof", name, time.Since(b.began).Seconds()))
	file, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("profile %s: %w", name, err)
	}
	_, err = io.Copy(file, response.Body)
	return errors.Join(err, file.Close())
}
