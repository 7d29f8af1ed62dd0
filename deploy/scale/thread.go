package scale

// As the stream service lets large rooms rest, in µs (fanout/rest.go).
const (
	shortTurn = 500
	longRest  = 20_000
)

// worker is what a thread does.
type worker interface {
	ready() bool               // there is work
	work(time float64) float64 // spends at most so much time, and returns how much it did
}

// thread is a worker and what it has had of the present step.
type thread struct {
	worker
	used float64
}

func (t *thread) hungry() bool { return t.used < step*0.999 && t.ready() }

// job is work that is yet to be done, for the message of that stamp.
type job struct{ left, stamp float64 }

// line does one job after the other.
type line struct {
	jobs []job
	done func(job)
}

func (l *line) push(j job)  { l.jobs = append(l.jobs, j) }
func (l *line) ready() bool { return len(l.jobs) > 0 }

func (l *line) work(time float64) (spent float64) {
	for len(l.jobs) > 0 {
		first := &l.jobs[0]
		now := min(time-spent, first.left)
		first.left -= now
		spent += now
		if first.left > 0 {
			break
		}
		j := *first
		l.jobs = l.jobs[1:]
		l.done(j)
	}
	return spent
}

// loop owns sockets of a replica. In a turn it writes to all of them.
type loop struct {
	simulation *simulation
	sockets    float64
	waiting    []float64 // stamps of messages that go out in the next turn
	telling    []float64 // and in this one
	left       float64   // sockets that this turn has yet to write to
	began      float64
	restUntil  float64
}

// begin begins a turn if there is a reason, and the room has rested.
func (l *loop) begin() {
	if l.left <= 0 && len(l.waiting) > 0 && l.simulation.now >= l.restUntil {
		l.telling, l.waiting = l.waiting, nil
		l.left, l.began = l.sockets, l.simulation.now
	}
}

func (l *loop) ready() bool { return l.left > 0 }

func (l *loop) work(time float64) float64 {
	s := l.simulation
	written := l.left
	if s.write > 0 {
		written = min(time/s.write, l.left)
	}
	l.left -= written
	s.arrive(written, l.telling)
	if l.left < 1e-9 {
		l.left = 0
		if turn := s.now - l.began; turn > shortTurn {
			l.restUntil = s.now + min(turn, longRest)
		}
	}
	return written * s.write
}

// reader is a thread of the load.
type reader struct {
	simulation *simulation
	queue      []unread
}

// unread is what one or more sockets have, with the messages in it.
type unread struct {
	sockets float64
	stamps  []float64
}

func (r *reader) ready() bool { return len(r.queue) > 0 }

func (r *reader) work(time float64) (spent float64) {
	s := r.simulation
	for len(r.queue) > 0 {
		first := &r.queue[0]
		read := first.sockets
		if s.read > 0 {
			read = min(read, (time-spent)/s.read)
		}
		spent += read * s.read
		s.note(read, first.stamps)
		first.sockets -= read
		if first.sockets > 1e-9 {
			break
		}
		r.queue = r.queue[1:]
	}
	return spent
}
