package bench

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"time"

	"parley/deploy/bench/internal/load"
	"parley/deploy/bench/internal/proc"
	"parley/deploy/bench/internal/swarm"
)

// everybody is the room that all people of a fleet are in.
const everybody = "general"

// perListener is how many streams a process of the load takes at most, of the
// 20,000 files that it may open on a machine with usual limits.
const perListener = 17_000

// fleet is a Parley with several replicas of the stream service, and a crowd
// that is spread over them, in processes of its own.
type fleet struct {
	*bench
	system  *system
	subject *subject
	streams []netip.AddrPort // of each replica
}

// ServeListeners is a process of a fleet's crowd: `bench listen EPOCH FIRST`.
func ServeListeners(epoch, first string) error {
	since, err := strconv.ParseInt(epoch, 10, 64)
	if err != nil {
		return fmt.Errorf("read beginning of the clock: %w", err)
	}
	number, err := strconv.Atoi(first)
	if err != nil {
		return fmt.Errorf("read number of the first connection: %w", err)
	}
	return swarm.Main(time.Duration(since), number)
}

// startFleet starts a system beside the one of the other rows.
func (b *bench) startFleet(ctx context.Context, size shape) (*fleet, error) {
	b.logf("starting %d replicas for %d people", size.streams, size.users)
	dir, err := os.MkdirTemp(b.dir, "fleet-")
	if err != nil {
		return nil, fmt.Errorf("make folder: %w", err)
	}
	if err := os.Chmod(dir, 0o755); err != nil { // Postgres's account must get into it
		return nil, fmt.Errorf("open folder: %w", err)
	}
	system, err := startSystem(ctx, b.cfg, dir, size)
	if err != nil {
		return nil, err
	}
	f := &fleet{bench: b, system: system}
	if err := errors.Join(f.prepare(size.streams), f.gather(ctx)); err != nil {
		return nil, errors.Join(err, system.stop())
	}
	return f, nil
}

// prepare finds the processes, and where they listen.
func (f *fleet) prepare(replicas int) error {
	posts, err := f.system.addr("messages-1")
	if err != nil {
		return err
	}
	f.streams = nil
	f.subject = &subject{name: "Parley", posts: posts, serving: []string{"stream"}, post: func(user int, room string) []byte {
		return postRequest(posts, f.system.cookies[user], room)
	}}
	names := map[string]string{"nginx": "nginx", "messages-1": "messages", "postgres": "Postgres", "redis": "Redis"}
	for i := range replicas {
		name := "stream-" + strconv.Itoa(i+1)
		names[name] = "stream"
		addr, err := f.system.addr(name)
		if err != nil {
			return err
		}
		f.streams = append(f.streams, addr)
	}
	for name, called := range names {
		process, err := f.system.process(name)
		if err != nil {
			return err
		}
		f.subject.parts = append(f.subject.parts, part{called, process.PID})
	}
	return nil
}

// gather puts everybody into one room, by SQL, as signing up would have.
func (f *fleet) gather(ctx context.Context) error {
	for _, sql := range []string{
		`INSERT INTO memberships (username, room, revision) SELECT username, '` + everybody + `', 1 FROM users`,
		`UPDATE users SET head = 1`,
		`INSERT INTO rooms (name) VALUES ('aside')`,
	} {
		if _, err := f.system.pool.Exec(ctx, sql); err != nil {
			return fmt.Errorf("put everybody into %s: %w", everybody, err)
		}
	}
	return f.system.settle(ctx)
}

// startSwarm starts the processes for n listeners.
func (f *fleet) startSwarm(n int) (*swarm.Swarm, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find own program: %w", err)
	}
	return swarm.Start((n+perListener-1)/perListener, self, "listen")
}

// view is what people have open.
type view struct {
	name    string
	logs    int64 // that say ready
	request func(to netip.AddrPort, cookie, username, at string) []byte
	room    string // the room's name where ids are not tagged with it
}

// The room alone, as curl and bots have it, and what the page has: everything
// of one person, with a log of that person's own.
var (
	roomView = view{name: "the room", logs: 1, request: func(to netip.AddrPort, cookie, _, at string) []byte {
		return listenRequest(to, cookie, []string{everybody}, at)
	}}
	everythingView = view{name: "everything", logs: 2, room: everybody, request: func(to netip.AddrPort, cookie, username, at string) []byte {
		var after []string
		if at != "" {
			after = []string{everybody + ":" + at, "@" + username + ":1"}
		}
		return everythingRequest(to, cookie, after)
	}}
)

// listeners are the streams of the first n people, spread over the replicas.
// They go on after position at, or begin at the head if it is below 0.
func (f *fleet) listeners(v view, n int, at int64) []load.Listener {
	list := make([]load.Listener, n)
	var after map[string]int64
	position := ""
	if at >= 0 {
		position = strconv.FormatInt(at, 10)
		after = map[string]int64{v.room: at}
	}
	for i := range list {
		// By turns of as many as there are workers at most, so that each has streams of every replica.
		to := f.streams[i/6%len(f.streams)]
		list[i] = load.Listener{To: to, Request: v.request(to, f.system.cookies[i], username(i), position), After: after}
	}
	return list
}

// footprint is the memory of the services, in bytes.
type footprint struct {
	each   map[string]int64 // PSS by the name of the part
	rss    int64            // of all together
	kernel int64            // of the whole machine: both ends of each connection are here
}

func (p footprint) sum(names ...string) (sum int64) {
	for _, name := range names {
		sum += p.each[name]
	}
	return sum
}

func (p footprint) all() (sum int64) {
	for _, size := range p.each {
		sum += size
	}
	return sum
}

func (f *fleet) footprint() (p footprint, err error) {
	p.each = make(map[string]int64)
	for _, part := range f.subject.parts {
		pss, err := proc.PSS(part.pid)
		if err != nil {
			return p, fmt.Errorf("read memory of %s: %w", part.name, err)
		}
		rss, err := proc.RSS(part.pid)
		if err != nil {
			return p, fmt.Errorf("read memory of %s: %w", part.name, err)
		}
		p.each[part.name] += pss
		p.rss += rss
	}
	p.kernel, err = proc.KernelMemory()
	return p, err
}
