package bench

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"parley/deploy/bench/internal/load"
	"parley/deploy/bench/internal/stat"
	"parley/deploy/bench/internal/swarm"
	"parley/deploy/bench/internal/wire"
)

const (
	// crowdReplicas is how many replicas 100,000 streams need where a process may
	// open 20,000 files.
	crowdReplicas = 6
	crowdStreams  = 100_000
	crowdSmall    = 10_000
	crowdMissed   = 3 // messages that are posted while everybody is cut off
	crowdAside    = 60
	crowdWindow   = 3600 // streams that may wait for their answers at once, below each replica's backlog
	crowdPatience = 90 * time.Second
	// crowdConns is of each replica to Postgres, whose processes take 4 MB each: six times
	// the usual sixteen would be of no use on one machine.
	crowdConns = "DATABASE_CONNS=4"
)

// gathering is one crowd's visit.
type gathering struct {
	n         int
	view      view
	connected time.Duration
	opened    map[string]float64 // µs of each part a stream that connects
	dialed    float64            // of the listeners
	memory    footprint
	kernel    int64 // more of the kernel's memory than before they came
	idle      map[string]float64
	posted    *load.Posted
	tally     wire.Tally
	aside     wire.Tally
	asidePost *load.Posted
	cost      map[string]float64 // µs of each part a delivery
	load      float64            // of the listeners
	back      time.Duration
	faults    []string
}

// crowd measures a hundred thousand people on this machine, and ten thousand.
func (b *bench) crowd(ctx context.Context) (err error) {
	large, small := full(b, crowdStreams, 3000), full(b, crowdSmall, 1000)
	f, err := b.startFleet(ctx, shape{streams: crowdReplicas, users: large + crowdAside, env: []string{crowdConns}})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.system.stop()) }()
	for _, n := range []int{large, small} {
		for _, v := range []view{roomView, everythingView} {
			g, err := f.visit(ctx, v, n)
			if err != nil {
				return fmt.Errorf("%d streams of %s: %w\n%s", n, v.name, err, f.system.said())
			}
			b.reportGathering(g, n == large)
		}
	}
	return nil
}

// visit opens n streams and measures all that the row tells of them.
func (f *fleet) visit(ctx context.Context, v view, n int) (g *gathering, err error) {
	g = &gathering{n: n, view: v}
	crowd, err := f.startSwarm(n)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, crowd.Stop()) }()
	before, err := f.footprint()
	if err != nil {
		return nil, err
	}
	if err := f.arrive(ctx, crowd, g); err != nil {
		return nil, err
	}
	f.logf("crowd    %d streams of %s connected in %s", n, v.name, short(g.connected))
	if g.idle, err = f.rest(ctx); err != nil {
		return nil, err
	}
	if g.memory, err = f.footprint(); err != nil {
		return nil, err
	}
	g.kernel = g.memory.kernel - before.kernel
	f.logf("crowd    %d MB in all, %d MB of streams, the kernel's %d MB", g.memory.all()>>20, g.memory.sum("stream")>>20, g.kernel>>20)
	if err := f.tell(ctx, crowd, g); err != nil {
		return nil, err
	}
	f.logf("crowd    told in %s, aside in %s %s", latencies(&g.tally.Latency), latencies(&g.aside.Latency), strings.Join(g.faults, ", "))
	if err := f.cutAndBack(ctx, crowd, g); err != nil {
		return nil, err
	}
	f.logf("crowd    cut and back in %s", short(g.back))
	return g, nil
}

// arrive connects everybody, and notes what that costs.
func (f *fleet) arrive(ctx context.Context, crowd *swarm.Swarm, g *gathering) error {
	before, err := f.subject.cpu()
	if err != nil {
		return err
	}
	own, err := crowd.CPU()
	if err != nil {
		return err
	}
	if g.connected, err = f.connect(ctx, crowd, g.view, g.n, -1, 0); err != nil {
		return err
	}
	if g.opened, err = f.subject.costSince(before, int64(g.n)); err != nil {
		return err
	}
	after, err := crowd.CPU()
	g.dialed = float64((after - own).Microseconds()) / float64(g.n)
	return err
}

// connect opens n streams after position at, and returns how long it took until
// all were live and had so many messages.
func (f *fleet) connect(ctx context.Context, crowd *swarm.Swarm, v view, n int, at, messages int64) (time.Duration, error) {
	listeners := f.listeners(v, n, at)
	began := time.Now()
	if err := crowd.Open(ctx, listeners, crowdWindow); err != nil {
		return 0, err
	}
	t, err := crowd.Live(ctx, v.logs, messages, crowdPatience)
	took := time.Since(began)
	if err != nil {
		return 0, err
	}
	if all := int64(n); t.Opened != all || t.Ready != all*v.logs || t.Messages != all*messages || t.Refused+t.Closed+t.Faults() != 0 {
		return 0, fmt.Errorf("of %d streams %d opened, %d were ready, with %d messages; %d refused, %d closed %v, %d faults",
			n, t.Opened, t.Ready, t.Messages, t.Refused, t.Closed, t.Ends, t.Faults())
	}
	return took, nil
}

// rest waits until the services have given back what opening took, and returns
// what they use meanwhile, in percent of a processor.
func (f *fleet) rest(ctx context.Context) (map[string]float64, error) {
	settle := full(f.bench, settleTime, 2*time.Second)
	if err := pause(ctx, settle); err != nil {
		return nil, err
	}
	before, err := f.subject.cpu()
	if err != nil {
		return nil, err
	}
	began := time.Now()
	if err := pause(ctx, settle); err != nil {
		return nil, err
	}
	cost, err := f.subject.costSince(before, 1)
	for name := range cost {
		cost[name] *= 100 / float64(time.Since(began).Microseconds())
	}
	return cost, err
}

// tell posts to everybody, with pauses in which everybody is done, and meanwhile
// to another room.
func (f *fleet) tell(ctx context.Context, crowd *swarm.Swarm, g *gathering) error {
	aside, err := f.openAside(ctx)
	if err != nil {
		return err
	}
	defer aside.Close()
	gap := max(time.Duration(g.n)*20*time.Microsecond, 300*time.Millisecond)
	messages := full(f.bench, 12, 3)
	toAll := load.Plan{
		Posts: f.subject.templates(0, 4, []string{everybody}), Connections: 1,
		Rate: 1 / gap.Seconds(), For: time.Duration(messages) * gap,
	}
	toFew := load.Plan{Posts: f.subject.templates(g.n, crowdAside, []string{"aside"}), Connections: 4, Rate: 20, For: toAll.For}
	warm := toAll
	warm.For = gap
	if _, _, err := f.say(ctx, crowd, warm); err != nil {
		return err
	}
	aside.Reset()
	before, err := f.subject.cpu()
	if err != nil {
		return err
	}
	own, err := crowd.CPU()
	if err != nil {
		return err
	}
	var beside sync.WaitGroup
	var besideErr error
	beside.Go(func() { g.asidePost, besideErr = load.Publish(ctx, toFew) })
	g.posted, g.tally, err = f.say(ctx, crowd, toAll)
	beside.Wait()
	if err := errors.Join(err, besideErr); err != nil {
		return err
	}
	if err := f.drain(ctx, aside, g.asidePost.OK*crowdAside); err != nil {
		return err
	}
	g.aside = aside.Tally()
	if g.cost, err = f.subject.costSince(before, g.tally.Messages); err != nil {
		return err
	}
	after, err := crowd.CPU()
	g.load = float64((after - own).Microseconds()) / float64(max(g.tally.Messages, 1))
	g.judge()
	return err
}

// say posts by a plan and returns when everybody has it.
func (f *fleet) say(ctx context.Context, crowd *swarm.Swarm, plan load.Plan) (*load.Posted, wire.Tally, error) {
	if err := crowd.Reset(ctx); err != nil {
		return nil, wire.Tally{}, err
	}
	posted, err := load.Publish(ctx, plan)
	if err != nil {
		return nil, wire.Tally{}, err
	}
	tally, err := crowd.Received(ctx, posted.OK, drainPatience)
	return posted, tally, err
}

// openAside opens streams of another room, at all replicas.
func (f *fleet) openAside(ctx context.Context) (*load.Crowd, error) {
	list := make([]load.Listener, crowdAside)
	for i := range list {
		to := f.streams[i%len(f.streams)]
		list[i] = load.Listener{To: to, Request: listenRequest(to, f.system.cookies[len(f.system.cookies)-1-i], []string{"aside"}, "")}
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	crowd := f.reader.Open(list, 0)
	if err := crowd.Opened(ctx, 1); err != nil {
		crowd.Close()
		return nil, err
	}
	return crowd, nil
}

// judge notes what must not have happened.
func (g *gathering) judge() {
	note := func(n int64, what string) {
		if n != 0 {
			g.faults = append(g.faults, fmt.Sprintf("%d %s", n, what))
		}
	}
	for _, one := range []struct {
		where  string
		posted *load.Posted
		tally  *wire.Tally
		copies int
	}{{"", g.posted, &g.tally, g.n}, {" aside", g.asidePost, &g.aside, crowdAside}} {
		note(one.posted.Failed(), fmt.Sprintf("posts%s failed %v", one.where, one.posted.Statuses))
		note(one.posted.OK*int64(one.copies)-one.tally.Messages, "deliveries lost"+one.where)
		note(one.tally.Faults(), "gaps, repeats or resets"+one.where)
		note(one.tally.Closed, fmt.Sprintf("streams closed%s %v", one.where, one.tally.Ends))
	}
}

// cutAndBack cuts everybody off, posts what they miss, and has all of them
// return at once.
func (f *fleet) cutAndBack(ctx context.Context, crowd *swarm.Swarm, g *gathering) error {
	at, err := f.system.stored(ctx, []string{everybody})
	if err != nil {
		return err
	}
	began := time.Now()
	if err := crowd.Cut(ctx); err != nil {
		return err
	}
	for sent := int64(0); sent < crowdMissed; {
		posted, err := load.Publish(ctx, load.Plan{
			Posts: f.subject.templates(0, 1, []string{everybody}), Connections: 1, Rate: 1000,
			For: (crowdMissed - time.Duration(sent)) * time.Millisecond,
		})
		if err != nil {
			return err
		}
		sent += posted.OK
	}
	_, err = f.connect(ctx, crowd, g.view, g.n, at, crowdMissed)
	g.back = time.Since(began)
	return err
}

// reportGathering adds the results of one visit.
func (b *bench) reportGathering(g *gathering, large bool) {
	who := fmt.Sprintf("%d people, each with a stream of %s, %d stream replicas", g.n, g.view.name, crowdReplicas)
	first := &result{row: who + ": until all are connected, s", format: "%.1f", parley: stat.Series{g.connected.Seconds()}}
	first.notes = []string{fmt.Sprintf("CPU per stream: stream %.0f µs, Postgres %.0f µs, Redis %.0f µs; the listeners themselves %.0f µs",
		g.opened["stream"], g.opened["Postgres"], g.opened["Redis"], g.dialed)}
	memory := &result{row: "their memory, all services: MB (PSS)", format: "%.0f", parley: stat.Series{float64(g.memory.all()) / (1 << 20)}}
	told := &result{
		row: "a message to everybody: p99, ms", format: "%.0f", latency: &g.tally.Latency,
		parley: stat.Series{g.tally.Latency.Quantile(0.99).Seconds() * 1e3},
		notes:  g.faults,
	}
	aside := &result{
		row: "a message to another room meanwhile: p99, ms", format: "%.0f", latency: &g.aside.Latency,
		parley: stat.Series{g.aside.Latency.Quantile(0.99).Seconds() * 1e3},
	}
	back := &result{row: fmt.Sprintf("all of them cut and back, with the %d messages that they missed: s", crowdMissed), format: "%.1f", parley: stat.Series{g.back.Seconds()}}
	if large {
		first.target, memory.target = atMost(13), atMost(512)
	} else {
		told.target = atMost(60)
	}
	memory.notes = []string{
		fmt.Sprintf("stream %.0f MB, messages %.0f MB, Postgres %.0f MB, Redis %.0f MB, nginx, which nobody goes through, %.0f MB; as RSS, which counts shared pages again for each process, %.0f MB",
			mb(g.memory.sum("stream")), mb(g.memory.sum("messages")), mb(g.memory.sum("Postgres")), mb(g.memory.sum("Redis")), mb(g.memory.sum("nginx")), mb(g.memory.rss)),
		"each replica of stream has 4 connections to Postgres (DATABASE_CONNS)",
		fmt.Sprintf("the kernel's own, which is in none of these, grew by %.0f MB: both ends of each connection", mb(g.kernel)),
		fmt.Sprintf("while nobody says anything: stream %.1f %% of a processor, Postgres %.1f %%, Redis %.1f %%", g.idle["stream"], g.idle["Postgres"], g.idle["Redis"]),
	}
	told.notes = append(told.notes,
		fmt.Sprintf("%d messages, %d deliveries, lost: %d", g.posted.OK, g.tally.Messages, g.posted.OK*int64(g.n)-g.tally.Messages),
		fmt.Sprintf("CPU per delivery: stream %.2f µs, messages %.2f µs, Postgres %.2f µs, Redis %.2f µs; the listeners themselves %.2f µs",
			g.cost["stream"], g.cost["messages"], g.cost["Postgres"], g.cost["Redis"], g.load))
	for _, r := range []*result{first, memory, told, aside, back} {
		b.report.add(r)
	}
}

func mb(bytes int64) float64 { return float64(bytes) / (1 << 20) }
