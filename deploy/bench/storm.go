package bench

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"parley/deploy/bench/internal/load"
	"parley/deploy/bench/internal/stat"
	"parley/deploy/bench/internal/wire"
)

const (
	stormStreams = 5000
	stormBehind  = 20
	// stormWindow is how many streams may wait for their answer at once. Linux
	// lets at most 4096 wait to be accepted (somaxconn); beyond, it drops them for
	// a second, and the row would measure that.
	stormWindow = 4000
)

// storm measures how long a crowd that comes back at once, each with a session
// of its own, waits until the last has what it missed.
func (b *bench) storm(ctx context.Context) error {
	n := full(b, stormStreams, 1000)
	rooms, err := b.system.makeRooms(ctx, "storm", 1)
	if err != nil {
		return err
	}
	var ring, postgres stat.Series
	var costs []map[string]float64
	for turn := range full(b, 6, 2) {
		took, cost, err := b.stormOnce(ctx, n, rooms[0], false)
		if err != nil {
			return err
		}
		if turn > 0 { // the first was to get warm
			ring = append(ring, took.Seconds())
			costs = append(costs, cost)
		}
	}
	for range full(b, 3, 1) {
		took, _, err := b.stormOnce(ctx, n, rooms[0], true)
		if err != nil {
			return err
		}
		postgres = append(postgres, took.Seconds())
	}
	low, high := postgres.Range()
	b.report.add(&result{
		row: fmt.Sprintf("%d streams return, each %d messages behind: until the last has all, s", n, stormBehind), format: "%.2f",
		parley: ring, target: atMost(0.6),
		notes: []string{
			fmt.Sprintf("%d different sessions, each looked up; at most %d streams wait for an answer at once", n, stormWindow),
			"CPU per stream:" + b.costsOf(costs),
			fmt.Sprintf("the same after a restart of the stream service, which then knows nothing: %.2f s (%.2f–%.2f)", postgres.Median(), low, high),
		},
	})
	return b.strangerIsRefused(ctx, rooms[0])
}

// stormOnce has the crowd return to a service that has the room's messages at
// hand, because somebody stayed, or to one that was just started.
func (b *bench) stormOnce(ctx context.Context, n int, room string, restart bool) (took time.Duration, cost map[string]float64, err error) {
	stayed, err := b.openCrowd(ctx, b.parley, 1, room)
	if err != nil {
		return 0, nil, err
	}
	defer stayed.Close()
	head, err := b.leaveBehind(ctx, stayed, room)
	if err != nil {
		return 0, nil, err
	}
	if restart {
		if err := b.restartStream(ctx); err != nil {
			return 0, nil, err
		}
	}
	before, err := b.parley.cpu()
	if err != nil {
		return 0, nil, err
	}
	if took, err = b.comeBack(ctx, n, room, head-stormBehind); err != nil {
		return 0, nil, err
	}
	cost, err = b.parley.costSince(before, int64(n))
	return took, cost, err
}

// leaveBehind posts what the crowd has missed, and returns the room's head.
func (b *bench) leaveBehind(ctx context.Context, stayed *load.Crowd, room string) (head int64, err error) {
	before, err := b.system.stored(ctx, []string{room})
	if err != nil {
		return 0, err
	}
	for sent := int64(0); sent < stormBehind; {
		posted, err := load.Publish(ctx, load.Plan{
			Posts: b.parley.templates(0, 1, []string{room}), Connections: 1, Rate: 1000,
			For: (stormBehind - time.Duration(sent)) * time.Millisecond,
		})
		if err != nil {
			return 0, err
		}
		sent += posted.OK
	}
	if head, err = b.system.stored(ctx, []string{room}); err != nil {
		return 0, err
	}
	return head, b.drain(ctx, stayed, head-before)
}

func (b *bench) comeBack(ctx context.Context, n int, room string, at int64) (time.Duration, error) {
	listeners := make([]load.Listener, n)
	for i := range listeners {
		listeners[i] = load.Listener{
			To: b.parley.streams, Request: listenRequest(b.parley.streams, b.system.cookies[i], []string{room}, strconv.FormatInt(at, 10)),
			After: map[string]int64{"": at},
		}
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	stopProfile := b.profile(ctx, b.parley, 2*time.Second)
	began := load.Now()
	crowd := b.reader.Open(listeners, stormWindow)
	defer crowd.Close()
	all := int64(n * stormBehind)
	err := crowd.Await(ctx, func(t *wire.Tally) bool { return t.Messages >= all && t.Ready >= int64(n) || t.Refused+t.Closed > 0 })
	if err != nil {
		return 0, err
	}
	t := crowd.Tally()
	if t.Messages != all || t.Faults() != 0 || t.Refused != 0 || t.Closed != 0 {
		return 0, fmt.Errorf("a storm of %d got %d messages, %d faults, %d refused, %d closed %v", n, t.Messages, t.Faults(), t.Refused, t.Closed, t.Ends)
	}
	b.logf("storm    Parley  %s", short(t.Last-began))
	return t.Last - began, stopProfile()
}

// restartStream restarts the stream service, and finds its new process.
func (b *bench) restartStream(ctx context.Context) error {
	part := b.system.stack.Part("stream-1")
	if err := part.Stop(); err != nil {
		return err
	}
	if err := part.Start(ctx); err != nil {
		return err
	}
	return b.prepareParley()
}

// strangerIsRefused makes sure that sessions are looked up at all.
func (b *bench) strangerIsRefused(ctx context.Context, room string) error {
	request := []byte("GET /chat/" + room + "/stream HTTP/1.1\r\nHost: parley\r\nCookie: parley_session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n\r\n")
	crowd := b.reader.Open([]load.Listener{{To: b.parley.streams, Request: request}}, 0)
	defer crowd.Close()
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	err := crowd.Await(ctx, func(t *wire.Tally) bool { return t.Opened+t.Refused > 0 })
	if err != nil {
		return err
	}
	if crowd.Tally().Refused != 1 {
		return fmt.Errorf("a forged session was let in")
	}
	return nil
}
