package scale

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// step is how finely time is cut, in µs.
const step = 20

// Latency is how long deliveries take, from the POST to being read.
type Latency struct{ P50, P99 time.Duration }

// Simulate follows messages through threads that share the processors:
//
//	post ─▶ messages ─▶ Postgres ─▶ (commit) ─▶ Redis ─▶ loops of each replica ─▶ readers
//	                                                     one write a socket       one read each
//
// Threads with work share the processors equally, each at most one. Readers come
// first: who sleeps most of the time is let in as soon as there is something to
// read. Messages that come during a turn, or the rest after it, go out together in
// the next.
func (c Costs) Simulate(l Load, messages int) Latency {
	s := newSimulation(c, l)
	gap := 1e6 / l.Rate
	for sent := 0; ; {
		for sent < messages && float64(sent)*gap <= s.now {
			s.front.push(job{left: c.Post[Messages], stamp: float64(sent) * gap})
			sent++
		}
		next := math.Inf(1)
		if sent < messages {
			next = float64(sent) * gap
		}
		if !s.advance(next) {
			return s.latency()
		}
	}
}

// simulation is the state of a run. Times are in µs.
type simulation struct {
	costs Costs
	load  Load
	write float64 // to one socket
	read  float64
	now   float64

	processors         float64
	threads, reading   []*thread // all, and those of the readers
	front, store, bell *line     // messages, Postgres, Redis
	committing         []job     // no processor is busy with these; left is when they are done
	receivers          []*line   // of each replica
	loops              []*loop
	readers            []*reader
	nextReader         int
	delays             []weighted
}

type weighted struct{ delay, weight float64 }

func newSimulation(c Costs, l Load) *simulation {
	s := &simulation{costs: c, load: l, write: c.Delivery.At(l.Rate), read: c.Read.At(l.Rate), processors: float64(l.Processors)}
	if c.Processors > 0 {
		s.processors = min(s.processors, c.Processors)
	}
	s.front = s.newLine(func(j job) { s.store.push(job{c.Post[Postgres], j.stamp}) })
	s.store = s.newLine(func(j job) { s.committing = append(s.committing, job{s.now + c.Commit, j.stamp}) })
	s.bell = s.newLine(func(j job) {
		for _, r := range s.receivers {
			r.push(job{c.Copy[Stream], j.stamp})
		}
	})
	for range l.Replicas {
		s.newReplica(float64(l.Streams) / float64(l.Replicas))
	}
	for range l.Readers {
		r := &reader{simulation: s}
		s.readers = append(s.readers, r)
		s.reading = append(s.reading, &thread{worker: r})
	}
	s.threads = append(s.threads, s.reading...)
	return s
}

func (s *simulation) newLine(done func(job)) *line {
	l := &line{done: done}
	s.threads = append(s.threads, &thread{worker: l})
	return l
}

// newReplica adds a replica of stream: it receives in one thread and writes in as
// many as there are processors.
func (s *simulation) newReplica(streams float64) {
	var loops []*loop
	for range s.load.Processors {
		l := &loop{simulation: s, sockets: streams / float64(s.load.Processors)}
		loops = append(loops, l)
		s.threads = append(s.threads, &thread{worker: l})
	}
	s.loops = append(s.loops, loops...)
	s.receivers = append(s.receivers, s.newLine(func(j job) {
		for _, l := range loops {
			l.waiting = append(l.waiting, j.stamp)
		}
	}))
}

// advance lets one step pass, or if nobody has work, all time until somebody has,
// or until next. It reports whether anything is still to come.
func (s *simulation) advance(next float64) bool {
	for _, l := range s.loops {
		l.begin()
	}
	if !s.anyReady() {
		if next = s.nextEvent(next); math.IsInf(next, 1) {
			return false
		}
		s.now = max(s.now, next)
		s.settle()
		return true
	}
	s.now += step
	s.share()
	s.settle()
	return true
}

func (s *simulation) anyReady() bool {
	for _, t := range s.threads {
		if t.ready() {
			return true
		}
	}
	return false
}

// nextEvent returns when the next commit or rest is over, or next if that is sooner.
func (s *simulation) nextEvent(next float64) float64 {
	for _, j := range s.committing {
		next = min(next, j.left)
	}
	for _, l := range s.loops {
		if len(l.waiting) > 0 {
			next = min(next, l.restUntil)
		}
	}
	return next
}

// settle passes on what has been committed.
func (s *simulation) settle() {
	s.committing = slices.DeleteFunc(s.committing, func(j job) bool {
		if j.left > s.now {
			return false
		}
		s.bell.push(job{s.costs.Post[Redis] + float64(s.load.Replicas)*s.costs.Copy[Redis], j.stamp})
		return true
	})
}

// share deals a step's time of all processors out. What a thread leaves of its
// share goes to the others.
func (s *simulation) share() {
	for _, t := range s.threads {
		t.used = 0
	}
	budget := s.serve(s.reading, s.processors*step)
	s.serve(s.threads, budget)
}

// serve deals out time to threads, and returns what they leave.
func (s *simulation) serve(threads []*thread, budget float64) float64 {
	for budget > step/100. {
		hungry := 0
		for _, t := range threads {
			if t.hungry() {
				hungry++
			}
		}
		if hungry == 0 {
			break
		}
		share := budget / float64(hungry)
		for _, t := range threads {
			if budget > 0 && t.hungry() {
				spent := t.work(min(share, step-t.used, budget))
				t.used += spent
				budget -= spent
			}
		}
	}
	return budget
}

// arrive hands what was written to a reader, or takes it for read where the load
// is on another machine.
func (s *simulation) arrive(sockets float64, stamps []float64) {
	if len(s.readers) == 0 {
		s.note(sockets, stamps)
		return
	}
	r := s.readers[s.nextReader]
	s.nextReader = (s.nextReader + 1) % len(s.readers)
	r.queue = append(r.queue, unread{sockets, stamps})
}

func (s *simulation) note(sockets float64, stamps []float64) {
	for _, stamp := range stamps {
		s.delays = append(s.delays, weighted{s.now - stamp, sockets})
	}
}

// latency sums the delays up as quantiles.
func (s *simulation) latency() Latency {
	slices.SortFunc(s.delays, func(a, b weighted) int { return cmp.Compare(a.delay, b.delay) })
	var all float64
	for _, d := range s.delays {
		all += d.weight
	}
	return Latency{s.quantile(0.5 * all), s.quantile(0.99 * all)}
}

func (s *simulation) quantile(rank float64) time.Duration {
	for _, d := range s.delays {
		if rank -= d.weight; rank <= 1e-6 {
			return time.Duration(d.delay * float64(time.Microsecond))
		}
	}
	return 0
}
