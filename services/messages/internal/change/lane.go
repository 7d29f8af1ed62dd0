package change

import (
	"slices"
	"sync"
	"time"

	"parley/core/wire"
)

const (
	// A lane has a connection while it waits for its log's lock, and the
	// committer needs one too.
	maxLanes   = PoolSize - 1
	laneLength = 1024 // jobs
	// patience is how long a change waits before it is refused: for the commits
	// before it, for its log's lock.
	patience = 5 * time.Second
)

// PoolSize is how many connections the committer's pool should have.
const PoolSize = 8

// lane stores the changes of one log whose lock somebody else holds for long,
// so that the other logs need not wait. It is open until it is empty, and all
// changes of the log go through it meanwhile.
type lane struct {
	jobs []*job
}

// lanes are the lanes that are open.
type lanes struct {
	running sync.WaitGroup

	mu   sync.Mutex
	open map[wire.Topic]*lane
}

func (l *lanes) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.open)
}

func (l *lanes) wait() { l.running.Wait() }

// divert hands the jobs whose logs have a lane to it, and returns the others,
// in place.
func (l *lanes) divert(jobs []*job) []*job {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.open) == 0 {
		return jobs
	}
	kept := jobs[:0]
	for _, j := range jobs {
		if lane := l.open[j.at]; lane != nil {
			lane.append(j)
		} else {
			kept = append(kept, j)
		}
	}
	return kept
}

func (l *lane) append(j *job) {
	if len(l.jobs) >= laneLength {
		j.fail(ErrBusy)
		return
	}
	l.jobs = append(l.jobs, j)
}

// openLanes gives each log of jobs a lane. Only the committer's goroutine
// opens lanes, so a log that has one is not among them.
func (c *Committer) openLanes(jobs []*job) {
	c.lanes.mu.Lock()
	defer c.lanes.mu.Unlock()
	for _, j := range jobs {
		l := c.lanes.open[j.at]
		if l == nil {
			if len(c.lanes.open) == maxLanes {
				j.fail(ErrBusy)
				continue
			}
			l = &lane{}
			c.lanes.open[j.at] = l
			topic := j.at
			c.log.Warn("a log is locked by somebody else", "topic", topic)
			c.lanes.running.Go(func() { c.serveLane(topic, l) })
		}
		l.append(j)
	}
}

// serveLane stores the lane's jobs and closes it when it is empty.
func (c *Committer) serveLane(topic wire.Topic, l *lane) {
	for {
		batch := c.lanes.take(topic, l)
		if batch == nil {
			return
		}
		batch = present(batch)
		if len(batch) == 0 {
			continue
		}
		batch, err := c.storeOrAnswer(batch)
		switch {
		case err == nil:
		case isLockTimeout(err):
			c.lanes.giveBack(l, batch)
		case isRefusal(err) && len(batch) > 1:
			for i := range batch {
				fail(c.storeOrAnswer(batch[i : i+1]))
			}
		default:
			fail(batch, err)
		}
	}
}

// take returns the next jobs of a lane, or closes it and returns nil.
func (l *lanes) take(topic wire.Topic, from *lane) []*job {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(from.jobs) == 0 {
		delete(l.open, topic)
		return nil
	}
	n := min(len(from.jobs), maxBatch)
	batch := slices.Clone(from.jobs[:n])
	from.jobs = slices.Delete(from.jobs, 0, n)
	return batch
}

// giveBack puts jobs at the front of their lane again, for another try, but
// for those whose patience is over.
func (l *lanes) giveBack(to *lane, jobs []*job) {
	l.mu.Lock()
	defer l.mu.Unlock()
	kept := jobs[:0]
	for _, j := range jobs {
		if time.Since(j.since) >= patience {
			j.fail(ErrBusy)
		} else {
			kept = append(kept, j)
		}
	}
	to.jobs = slices.Insert(to.jobs, 0, kept...)
}
