package bench

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"time"

	"parley/deploy/bench/internal/load"
	"parley/deploy/bench/internal/proc"
	"parley/deploy/bench/internal/swarm"
	"parley/deploy/scale"
)

// The small runs on one replica that costs are taken from.
var (
	costCrowds = []int{50, 1000, 2000}
	costRates  = []float64{5, 20}
)

const (
	costFor  = 6 * time.Second
	costRest = 15 * time.Second
)

// calibrate measures what single acts cost. What this row doesn't measure
// stays as the file of the costs has it.
func (f *fleet) calibrate(ctx context.Context, crowd *swarm.Swarm) (costs scale.Costs, err error) {
	if f.cfg.Costs != "" {
		if costs, err = scale.ReadCosts(f.cfg.Costs); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return costs, err
		}
	}
	costs.Where = f.report.machine[0] + ", commit " + f.report.commit
	if err := f.atRest(ctx, crowd, &costs); err != nil {
		return costs, err
	}
	var samples []scale.Sample
	for _, n := range costCrowds {
		if _, err := f.opening(ctx, crowd, roomView, n); err != nil {
			return costs, err
		}
		for _, rate := range costRates {
			s, bytes, err := f.sample(ctx, crowd, n, rate, full(f.bench, costFor, time.Second))
			if err != nil {
				return costs, err
			}
			samples = append(samples, s)
			costs.DeliveryBytes = bytes
		}
	}
	last := samples[len(samples)-1]
	if err := f.held(ctx, crowd, &costs, last.CPU[scale.Stream]/float64(max(last.Delivered, 1))); err != nil {
		return costs, err
	}
	if err := costs.Fit(samples); err != nil {
		return costs, err
	}
	costs.FitLatency(samples, processors(), 1)
	if err := f.logs(ctx, crowd, &costs); err != nil {
		return costs, err
	}
	return costs, f.copies(ctx, crowd, &costs)
}

// copies measures what a message costs each replica that has readers of it, where
// many come: by as many readers on one replica and on all.
func (f *fleet) copies(ctx context.Context, crowd *swarm.Swarm, costs *scale.Costs) error {
	most := scaleReplicas[len(scaleReplicas)-1]
	const readers, rate = 48, 100
	var each []scale.Each
	for _, replicas := range []int{1, most} {
		if err := f.replicas(ctx, replicas); err != nil {
			return err
		}
		if _, err := f.opening(ctx, crowd, roomView, readers); err != nil {
			return err
		}
		s, _, err := f.sample(ctx, crowd, readers, rate, full(f.bench, costFor, time.Second))
		if err != nil {
			return err
		}
		// What replicas use anyway is no cost of a message.
		anyway := costs.Predict(scale.Load{Replicas: replicas, Streams: readers, Processors: processors()})
		each = append(each, rise(rise(s.CPU, nil, s.Seconds), anyway.CPU, rate))
		if err := crowd.Cut(ctx); err != nil {
			return err
		}
	}
	costs.CopyBusy = rise(each[1], each[0], float64(most-1))
	costs.Copy[scale.Redis] = costs.CopyBusy[scale.Redis]
	costs.Post[scale.Redis] = max(costs.Post[scale.Redis]-costs.Copy[scale.Redis], 0)
	return nil
}

// atRest measures what is used while nobody is there, by one replica and by two.
func (f *fleet) atRest(ctx context.Context, crowd *swarm.Swarm, costs *scale.Costs) (err error) {
	if err := f.replicas(ctx, 2); err != nil {
		return err
	}
	two, err := f.using(ctx)
	if err != nil {
		return err
	}
	if err := f.replicas(ctx, 1); err != nil {
		return err
	}
	// What is made once, for whoever comes first, is no cost of a stream.
	if _, err := f.opening(ctx, crowd, roomView, 200); err != nil {
		return err
	}
	if err := crowd.Cut(ctx); err != nil {
		return err
	}
	if costs.Rest, err = f.using(ctx); err != nil {
		return err
	}
	costs.Replica = rise(two, costs.Rest, 1)
	costs.ReplicaMemory, err = f.streamMemory()
	return err
}

// held measures what streams take that open and then have nothing to do: of one
// crowd as large as the sessions that a replica looks up in a second, and of one
// that is larger, whose heads are more. A ping is a write, and costs as much.
func (f *fleet) held(ctx context.Context, crowd *swarm.Swarm, costs *scale.Costs, write float64) error {
	few, many := 1000, full(f.bench, scaleStreams, 1500)
	costs.Ping = scale.Each{scale.Stream: write}
	used := make([]scale.Each, 2)
	for i, n := range []int{few, many} {
		opened, err := f.opening(ctx, crowd, roomView, n)
		if err != nil {
			return err
		}
		if used[i], err = f.using(ctx); err != nil {
			return err
		}
		used[i][scale.Stream] -= write * float64(n) / 15
		costs.Open = opened
	}
	costs.Log = rise(used[1], used[0], float64(many-few))
	one := rise(used[0], costs.Rest, float64(few)) // a check, and a head
	costs.Check = rise(one, costs.Log, 1)
	memory, err := f.streamMemory()
	costs.StreamMemory = (memory - costs.ReplicaMemory) / float64(many)
	return err
}

// logs measures what a stream of everything takes more than one of a room.
func (f *fleet) logs(ctx context.Context, crowd *swarm.Swarm, costs *scale.Costs) error {
	n := full(f.bench, scaleStreams, 1500)
	if _, err := f.opening(ctx, crowd, everythingView, n); err != nil {
		return err
	}
	if err := pause(ctx, full(f.bench, settleTime, time.Second)); err != nil {
		return err
	}
	memory, err := f.streamMemory()
	if err != nil {
		return err
	}
	costs.LogMemory = max(memory-costs.ReplicaMemory-float64(n)*costs.StreamMemory, 0) / float64(n)
	return crowd.Cut(ctx)
}

// rise returns by how much more is used than before, for each of n.
func rise(used, before scale.Each, n float64) scale.Each {
	more := make(scale.Each)
	for part, now := range used {
		more[part] = max(now-before[part], 0) / n
	}
	return more
}

// using returns what each part uses a second while nobody says anything, in µs,
// once what happened before has settled.
func (f *fleet) using(ctx context.Context) (scale.Each, error) {
	if err := pause(ctx, full(f.bench, settleTime, time.Second)); err != nil {
		return nil, err
	}
	before, err := f.subject.cpu()
	if err != nil {
		return nil, err
	}
	began := time.Now()
	if err := pause(ctx, full(f.bench, costRest, time.Second)); err != nil {
		return nil, err
	}
	used, err := f.usedSince(before)
	return rise(used, nil, time.Since(began).Seconds()), err
}

// usedSince returns what each part has used since before, in µs.
func (f *fleet) usedSince(before map[string]time.Duration) (scale.Each, error) {
	cost, err := f.subject.costSince(before, 1)
	used := make(scale.Each)
	for _, p := range scale.Parts() {
		used[p] = cost[string(p)]
	}
	return used, err
}

// opening opens n streams in place of those before, and returns what each cost.
func (f *fleet) opening(ctx context.Context, crowd *swarm.Swarm, v view, n int) (scale.Each, error) {
	before, err := f.subject.cpu()
	if err != nil {
		return nil, err
	}
	if _, err := f.connect(ctx, crowd, v, n, -1, 0); err != nil {
		return nil, err
	}
	used, err := f.usedSince(before)
	return rise(used, nil, float64(n)), err
}

// streamMemory returns what all replicas of stream have resident. Pages that they
// share count for each: on machines of their own they share none.
func (f *fleet) streamMemory() (sum float64, err error) {
	for _, p := range f.subject.parts {
		if p.name != string(scale.Stream) {
			continue
		}
		rss, err := proc.RSS(p.pid)
		if err != nil {
			return 0, fmt.Errorf("read memory of stream: %w", err)
		}
		sum += float64(rss)
	}
	return sum, nil
}

// sample posts to a crowd of n streams, and returns what that cost, and how many
// bytes a delivery has.
func (f *fleet) sample(ctx context.Context, crowd *swarm.Swarm, n int, rate float64, during time.Duration) (s scale.Sample, bytes float64, err error) {
	plan := load.Plan{Posts: f.subject.templates(0, 4, []string{everybody}), Connections: 4, Rate: rate, For: during / 6}
	if _, _, err := f.say(ctx, crowd, plan); err != nil { // to get warm
		return s, 0, err
	}
	plan.For = during
	before, err := f.subject.cpu()
	if err != nil {
		return s, 0, err
	}
	own, err := crowd.CPU()
	if err != nil {
		return s, 0, err
	}
	began := time.Now()
	posted, tally, err := f.say(ctx, crowd, plan)
	if err != nil {
		return s, 0, err
	}
	s = scale.Sample{Streams: n, Rate: rate, Seconds: time.Since(began).Seconds(), Delivered: tally.Messages}
	if wanted := posted.OK * int64(n); posted.Failed() != 0 || tally.Messages != wanted || tally.Faults() != 0 {
		return s, 0, fmt.Errorf("%d of %d messages came to %d streams, %d faults, %d posts failed", tally.Messages, wanted, n, tally.Faults(), posted.Failed())
	}
	if s.CPU, err = f.usedSince(before); err != nil {
		return s, 0, err
	}
	after, err := crowd.CPU()
	s.Read = float64((after - own).Microseconds())
	s.Latency = scale.Latency{P50: tally.Latency.Quantile(0.5), P99: tally.Latency.Quantile(0.99)}
	f.logf("scale    %d streams, %g msg/s, %d replicas: %.2f µs of stream a delivery, %.2f µs of the load, %s", n, rate, len(f.streams),
		s.CPU[scale.Stream]/float64(max(s.Delivered, 1)), s.Read/float64(max(s.Delivered, 1)), latencies(&tally.Latency))
	return s, float64(tally.Bytes) / float64(max(tally.Messages, 1)), err
}

// replicas has as many replicas of stream run, from the first on.
func (f *fleet) replicas(ctx context.Context, n int) error {
	for i := 1; f.system.stack.Part("stream-"+strconv.Itoa(i)) != nil; i++ {
		part := f.system.stack.Part("stream-" + strconv.Itoa(i))
		var err error
		if i <= n {
			err = part.Start(ctx)
		} else {
			err = part.Stop()
		}
		if err != nil {
			return fmt.Errorf("have %d replicas of stream: %w", n, err)
		}
	}
	return f.prepare(n)
}
