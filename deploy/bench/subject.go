package bench

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"parley/deploy/bench/internal/load"
	"parley/deploy/bench/internal/proc"
)

// bodySize is the length of a message's body, in bytes.
const bodySize = 150

// subject is a system under load, and one way to reach it.
type subject struct {
	name    string
	streams netip.AddrPort
	posts   netip.AddrPort
	listen  func(user int, rooms []string) []byte // a GET
	post    func(user int, room string) []byte    // a POST with placeholders
	readies int                                   // "ready" events that a stream begins with, for each room
	parts   []part
	serving []string // the parts that bring messages to streams; the others store and publish them
}

// part is a process of a subject, with its children.
type part struct {
	name string
	pid  int
}

// cpu returns the processor time of each part up to now; of parts of one name together.
func (s *subject) cpu() (map[string]time.Duration, error) {
	used := make(map[string]time.Duration, len(s.parts))
	for _, p := range s.parts {
		cpu, err := proc.CPU(p.pid)
		if err != nil {
			return nil, fmt.Errorf("read processor time of %s: %w", p.name, err)
		}
		used[p.name] += cpu
	}
	return used, nil
}

// costSince returns what each part has used since before, for each of n, in µs.
func (s *subject) costSince(before map[string]time.Duration, n int64) (map[string]float64, error) {
	used, err := s.cpu()
	if err != nil {
		return nil, err
	}
	cost := make(map[string]float64, len(used))
	for name := range used {
		cost[name] = float64(used[name]-before[name]) / float64(time.Microsecond) / float64(max(n, 1))
	}
	return cost, nil
}

// pss returns the memory of the parts of one name.
func (s *subject) pss(name string) (sum int64, err error) {
	found := false
	for _, p := range s.parts {
		if p.name != name {
			continue
		}
		found = true
		pss, err := proc.PSS(p.pid)
		if err != nil {
			return 0, err
		}
		sum += pss
	}
	if !found {
		return 0, fmt.Errorf("%s has no part %s", s.name, name)
	}
	return sum, nil
}

// templates returns posts into the rooms in turn, of so many users in turn, who
// begin with first: as many as there are users or rooms, whichever is more.
func (s *subject) templates(first, users int, rooms []string) []*load.Template {
	list := make([]*load.Template, max(users, len(rooms)))
	for i := range list {
		template := load.NewTemplate(s.posts, s.post(first+i%users, rooms[i%len(rooms)]))
		list[i] = &template
	}
	return list
}

// openCrowd opens n streams of these rooms, each of a user of its own, and
// returns when all are live.
func (b *bench) openCrowd(ctx context.Context, s *subject, n int, rooms ...string) (*load.Crowd, error) {
	return b.openSpread(ctx, s, n, func(int) []string { return rooms })
}

// openSpread is openCrowd with rooms of each stream's own.
func (b *bench) openSpread(ctx context.Context, s *subject, n int, rooms func(stream int) []string) (*load.Crowd, error) {
	listeners := make([]load.Listener, n)
	for i := range listeners {
		listeners[i] = load.Listener{To: s.streams, Request: s.listen(i, rooms(i))}
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	crowd := b.reader.Open(listeners, 0)
	if err := crowd.Opened(ctx, s.readies*len(rooms(0))); err != nil {
		crowd.Close()
		return nil, fmt.Errorf("open %d streams of %s: %w", n, s.name, err)
	}
	return crowd, nil
}
