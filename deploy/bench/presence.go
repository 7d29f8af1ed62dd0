package bench

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"parley/deploy/bench/internal/load"
)

const (
	comers        = 2000 // people who come and go
	circles       = 200  // rooms that they are in, as many in each
	comersAtATime = 50
	typists       = 10
	typingEvery   = 3 * time.Second // as often a page tells it
)

// attended is a Parley in which people are told who is here and who writes, or
// one in which they are not.
type attended struct {
	*fleet
	crowd    *load.Crowd // everybody's room
	watchers *load.Crowd // one in each circle
}

// presence measures what it costs to tell who is here and who writes. Two
// Parleys take turns, of which one tells neither; people come and go in both.
func (b *bench) presence(ctx context.Context) (err error) {
	both := make([]*attended, 2)
	for i, told := range []bool{true, false} {
		if both[i], err = b.attend(ctx, told); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, both[i].leave()) }()
	}
	for _, authors := range []int{1, 16} {
		if err := b.attendedBurst(ctx, both, authors); err != nil {
			return err
		}
	}
	return b.comeAndGo(ctx, both)
}

// attend starts a Parley, and opens the streams that stay.
func (b *bench) attend(ctx context.Context, told bool) (a *attended, err error) {
	setting, name := "on", "Parley"
	if !told {
		setting, name = "off", "without either"
	}
	n := b.stayers()
	f, err := b.startFleet(ctx, shape{streams: 1, users: n + b.comers() + circles, env: []string{"PRESENCE=" + setting, "TYPING=" + setting}})
	if err != nil {
		return nil, err
	}
	f.subject.name = name
	a = &attended{fleet: f}
	if err := a.encircle(ctx); err != nil {
		return nil, errors.Join(err, a.leave())
	}
	a.crowd = b.reader.Open(a.listeners(roomView, n, -1), 0)
	a.watchers = b.reader.Open(a.watching(), 0)
	ctx, cancel := context.WithTimeout(ctx, openPatience)
	defer cancel()
	if err := errors.Join(a.crowd.Opened(ctx, 1), a.watchers.Opened(ctx, 2)); err != nil {
		return nil, errors.Join(err, a.leave())
	}
	return a, nil
}

func (a *attended) leave() error {
	for _, crowd := range []*load.Crowd{a.crowd, a.watchers} {
		if crowd != nil {
			crowd.Close()
		}
	}
	return a.system.stop()
}

// stayers are the first users, then come those who come and go, then the watchers.
func (b *bench) stayers() int { return full(b, burstStreams, 300) }
func (b *bench) comers() int  { return full(b, comers, 400) }

func circle(i int) string { return fmt.Sprintf("circle-%03d", i%circles) }

// encircle puts those who come and go, and those who watch them, into small rooms.
func (a *attended) encircle(ctx context.Context) error {
	var names, rooms []string
	for i := range a.comers() + circles {
		names, rooms = append(names, username(a.stayers()+i)), append(rooms, circle(i))
	}
	for _, step := range []struct {
		sql  string
		args []any
	}{
		{`INSERT INTO rooms (name, kind) SELECT DISTINCT unnest($1::text[]), 'private'`, []any{rooms}},
		{`INSERT INTO memberships (username, room, revision) SELECT unnest($1::text[]), unnest($2::text[]), 2`, []any{names, rooms}},
		{`UPDATE users SET head = 2 WHERE username = ANY($1)`, []any{names}},
		{`DELETE FROM memberships WHERE username = ANY($1) AND room = $2`, []any{names[a.comers():], everybody}},
	} {
		if _, err := a.system.pool.Exec(ctx, step.sql, step.args...); err != nil {
			return fmt.Errorf("put people into small rooms: %w", err)
		}
	}
	return a.system.settle(ctx)
}

// watching are streams of people who are in one small room each, and nowhere else:
// what they are sent is who comes and goes.
func (a *attended) watching() []load.Listener {
	list := make([]load.Listener, circles)
	for i := range list {
		cookie := a.system.cookies[a.stayers()+a.comers()+i]
		list[i] = load.Listener{To: a.streams[0], Request: everythingRequest(a.streams[0], cookie, nil)}
	}
	return list
}

func typingRequest(to netip.AddrPort, cookie, room string) []byte {
	return fmt.Appendf(nil, "POST /chat/%s/typing HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\nContent-Length: 0\r\n\r\n", room, to, cookie)
}

// write has some people write in everybody's room for so long.
func (a *attended) write(ctx context.Context, during time.Duration) error {
	plan := load.Plan{Connections: 1, Rate: typists / typingEvery.Seconds(), For: during}
	for i := range typists {
		template := load.NewTemplate(a.subject.posts, typingRequest(a.subject.posts, a.system.cookies[i], everybody))
		plan.Posts = append(plan.Posts, &template)
	}
	posted, err := load.Publish(ctx, plan)
	if err != nil {
		return fmt.Errorf("tell who writes: %w", err)
	}
	if posted.Failed() > 0 {
		return fmt.Errorf("tell who writes: of %d %d failed: %v", posted.Sent, posted.Failed(), posted.Statuses)
	}
	return nil
}

// round has messages posted as the plan says while some people write, and
// whatever else happens meanwhile.
func (a *attended) round(ctx context.Context, plan load.Plan, meanwhile ...func(context.Context, time.Duration) error) (*round, error) {
	plan.Posts = a.subject.templates(0, max(plan.Connections, 1), []string{everybody})
	others := append(meanwhile, a.write)
	ended := make(chan error, len(others))
	for _, other := range others {
		go func() { ended <- other(ctx, plan.For) }()
	}
	r, err := a.measure(ctx, a.subject, a.crowd, plan, float64(a.stayers()))
	for range others {
		err = errors.Join(err, <-ended)
	}
	return r, err
}

// inTurn measures both so often, after once to get warm. Who is first changes from
// turn to turn, and neither has to index what was said before.
func (b *bench) inTurn(ctx context.Context, name string, turns int, both []*attended, once func(a *attended, warm bool) (*round, error)) ([][]*round, error) {
	results := make([][]*round, len(both))
	for turn := range turns + 1 {
		for step := range both {
			i := (turn + step) % len(both)
			a := both[i]
			if err := settleAll(ctx, both); err != nil {
				return nil, err
			}
			r, err := once(a, turn == 0)
			if err != nil {
				return nil, fmt.Errorf("%s: %w\n%s", a.subject.name, err, a.system.said())
			}
			if turn > 0 {
				results[i] = append(results[i], r)
				b.logf("%-8s %-14s %8.0f deliveries/s, %6.2f µs, p99 %s %s", name, a.subject.name, r.rate(), r.perDelivery("stream"), short(r.tally.Latency.Quantile(0.99)), r.faults())
			}
		}
	}
	return results, nil
}

// settleAll has nobody work in the background on what was said up to now.
func settleAll(ctx context.Context, both []*attended) error {
	for _, a := range both {
		if err := errors.Join(a.system.leaveUnindexed(ctx), a.system.settle(ctx)); err != nil {
			return err
		}
	}
	return nil
}

func subjectsOf(both []*attended) (subjects []*subject) {
	for _, a := range both {
		subjects = append(subjects, a.subject)
	}
	return subjects
}

// attendedBurst measures how many deliveries there are when authors don't pause.
func (b *bench) attendedBurst(ctx context.Context, both []*attended, authors int) error {
	plan := load.Plan{Connections: authors, For: full(b, 4*time.Second, time.Second)}
	rounds, err := b.inTurn(ctx, fmt.Sprintf("presence-%d", authors), full(b, 4, 2), both, func(a *attended, warm bool) (*round, error) {
		now := plan
		if warm {
			now.For = min(now.For, time.Second)
		}
		return a.round(ctx, now)
	})
	if err != nil {
		return err
	}
	row := fmt.Sprintf("presence and typing told and not: deliveries/s, %d streams, %d back to back, while %d write", b.stayers(), authors, typists)
	result := b.compare(row, "%.0f", rounds, subjectsOf(both), func(_ *subject, r *round) float64 { return r.rate() }, atLeastRatio(0.95))
	result.notes = append(result.notes, partsOf(both[0].subject, rounds[0]), partsOf(both[1].subject, rounds[1]))
	b.report.add(result)
	return nil
}

// comeAndGo measures a delivery while people come and go: within a third of the
// time all come, within the next all go, and in the last it is told that they have.
func (b *bench) comeAndGo(ctx context.Context, both []*attended) error {
	plan := load.Plan{Connections: 4, Rate: pacedRate, For: full(b, 36*time.Second, 6*time.Second)}
	heard := make(map[*attended]int64)
	rounds, err := b.inTurn(ctx, "comers", full(b, 3, 1), both, func(a *attended, warm bool) (*round, error) {
		now := plan
		if warm {
			now.For = min(now.For, 3*time.Second)
			return a.round(ctx, now)
		}
		a.watchers.Reset()
		r, err := a.round(ctx, now, a.come)
		heard[a] += a.watchers.Tally().Bytes
		return r, err
	})
	if err != nil {
		return err
	}
	row := fmt.Sprintf("the same while %d people come and go: %d streams, %d msg/s: CPU of all processes per delivery, µs", b.comers(), b.stayers(), pacedRate)
	result := b.compare(row, "%.2f", rounds, subjectsOf(both), func(_ *subject, r *round) float64 { return r.total() }, atMostRatio(1.1))
	result.notes = append(result.notes, partsOf(both[0].subject, rounds[0]), partsOf(both[1].subject, rounds[1]))
	seconds := plan.For.Seconds() * float64(len(rounds[0]))
	for _, a := range both {
		result.notes = append(result.notes, fmt.Sprintf("%s: %d people who watch %d small rooms were sent %.1f KB/s in all", a.subject.name, circles, circles, float64(heard[a])/1024/seconds))
	}
	b.report.add(result)
	return nil
}

// come has all who come and go come within a third of the time, some at once,
// each with everything of theirs, and go in the same order.
func (a *attended) come(ctx context.Context, during time.Duration) (err error) {
	var here []*load.Crowd
	defer func() {
		for _, crowd := range here {
			crowd.Close()
		}
	}()
	each := during / 3 / time.Duration(a.comers()/comersAtATime)
	began := time.Now()
	at := func(step int) error { return pause(ctx, time.Until(began.Add(time.Duration(step)*each))) }
	steps := a.comers() / comersAtATime
	for step := range steps {
		if err := at(step); err != nil {
			return err
		}
		here = append(here, a.reader.Open(a.coming(step*comersAtATime), 0))
	}
	for _, crowd := range here {
		if err := a.arrived(ctx, crowd); err != nil {
			return err
		}
	}
	for step := range steps {
		if err := at(steps + step); err != nil {
			return err
		}
		here[0].Close()
		here = here[1:]
	}
	return nil
}

func (a *attended) arrived(ctx context.Context, crowd *load.Crowd) error {
	ctx, cancel := context.WithTimeout(ctx, openPatience)
	defer cancel()
	if err := crowd.Opened(ctx, 3); err != nil { // everybody's room, a small one, and one's own log
		return fmt.Errorf("people who come: %w", err)
	}
	return nil
}

// coming are the streams of those who come together.
func (a *attended) coming(first int) []load.Listener {
	list := make([]load.Listener, comersAtATime)
	for i := range list {
		list[i] = load.Listener{To: a.streams[0], Request: everythingRequest(a.streams[0], a.system.cookies[a.stayers()+first+i], nil)}
	}
	return list
}
