package commit

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5/pgconn"

	"parley/core/backing"
	"parley/core/chat"
	"parley/core/session"
	"parley/messages/internal/room"
)

const (
	// attempts is how often a batch is tried whose rooms turn out to be
	// locked, before each of its rooms gets a lane.
	attempts = 3
	// waryBatches is for how many batches a repetition makes the committer look
	// for others first.
	waryBatches = 100
	// commitTimeout bounds one transaction. It is above the lock timeout.
	commitTimeout = 5 * time.Second
)

// commit stores jobs and answers each of them. A job that Postgres refuses
// fails alone; rooms that are locked by somebody else are left to lanes.
func (c *Committer) commit(jobs []*job, attempts int) {
	if len(jobs) == 0 {
		return
	}
	jobs, err := c.storeOrAnswer(jobs)
	switch {
	case err == nil:
	case isLockTimeout(err):
		c.separate(jobs, attempts-1)
	case isRefusal(err) && len(jobs) > 1:
		half := len(jobs) / 2
		c.commit(jobs[:half], attempts)
		c.commit(jobs[half:], attempts)
	default:
		c.log.Warn("messages were not stored", "messages", len(jobs), "error", err)
		fail(jobs, err)
	}
}

// separate stores those of jobs whose rooms are free now, and leaves the
// others to lanes.
func (c *Committer) separate(jobs []*job, attempts int) {
	if attempts == 0 {
		c.openLanes(jobs)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), commitTimeout)
	defer cancel()
	free, err := c.freeRooms(ctx, jobs)
	if err != nil {
		fail(jobs, err)
		return
	}
	var ready, stuck []*job
	for _, j := range jobs {
		if free[j.Room] {
			ready = append(ready, j)
		} else {
			stuck = append(stuck, j)
		}
	}
	c.openLanes(stuck)
	c.commit(ready, attempts)
}

// storeOrAnswer stores jobs, but for those whose sessions have ended and those
// that are stored already, which it answers. With an error it returns the jobs
// that it has neither stored nor answered.
//
// A repetition costs its batch a transaction in vain. Who repeats once may go
// on: so for a while posts are looked up before they are stored.
func (c *Committer) storeOrAnswer(jobs []*job) ([]*job, error) {
	var repetition error // that the attempt before has met
	for {
		if repetition != nil || c.wary.Load() > 0 {
			c.wary.Add(-1)
			others, err := c.answerKnown(jobs)
			if err != nil {
				return jobs, err
			}
			if repetition != nil && len(others) == len(jobs) {
				return jobs, repetition
			}
			jobs = others
		}
		if len(jobs) == 0 {
			return nil, nil
		}
		err := c.store(jobs)
		repetition = nil
		var ended endedError
		switch {
		case err == nil:
			return nil, nil
		case errors.As(err, &ended):
			jobs = dismiss(jobs, ended)
		case isRepetition(err):
			c.wary.Store(waryBatches)
			repetition = err
		default:
			return jobs, err
		}
	}
}

// dismiss answers the jobs of sessions that have ended, and returns the others.
func dismiss(jobs []*job, ended endedError) (others []*job) {
	for _, j := range jobs {
		if _, has := ended[j.Session]; has {
			j.answer(Receipt{}, session.ErrNotFound)
		} else {
			others = append(others, j)
		}
	}
	return others
}

// store stores jobs in one transaction, and answers and publishes when it is
// committed. After an error no job has been stored or answered.
func (c *Committer) store(jobs []*job) error {
	began := time.Now()
	unique, of := dedupe(jobs)
	rows, err := c.transact(unique)
	if err != nil && retryable(err) {
		rows, err = c.transact(unique)
	}
	if err != nil {
		return err
	}
	c.metrics.committed(len(unique), time.Since(began))

	stored := make([]chat.Message, 0, len(unique))
	for i, j := range unique {
		if rows[i].id != 0 {
			stored = append(stored, rows[i].message(j))
		}
	}
	c.publish(stored)
	for i, j := range jobs {
		row := rows[of[i]]
		if row.id == 0 {
			j.answer(Receipt{}, room.ErrNotFound)
			continue
		}
		j.answer(Receipt{ID: row.id, Repeated: unique[of[i]] != j}, nil)
	}
	return nil
}

// dedupe returns the jobs that are not repetitions of an earlier one among
// them, and for each job which of those stands for it.
func dedupe(jobs []*job) (unique []*job, of []int) {
	type identity struct {
		room, username, clientID string
		session                  session.Key // each is to be live
	}
	seen := make(map[identity]int, len(jobs))
	unique, of = make([]*job, 0, len(jobs)), make([]int, len(jobs))
	for i, j := range jobs {
		if j.ClientID != "" {
			id := identity{j.Room, j.Username, j.ClientID, j.Session}
			if first, again := seen[id]; again {
				of[i] = first
				continue
			}
			seen[id] = len(unique)
		}
		of[i] = len(unique)
		unique = append(unique, j)
	}
	return unique, of
}

func fail(jobs []*job, err error) {
	for _, j := range jobs {
		j.answer(Receipt{}, err)
	}
}

func isLockTimeout(err error) bool { return backing.Code(err) == pgerrcode.LockNotAvailable }

// isRefusal reports whether Postgres found fault with a row: a data exception
// or the violation of a constraint.
func isRefusal(err error) bool {
	code := backing.Code(err)
	return strings.HasPrefix(code, "22") || strings.HasPrefix(code, "23")
}

// retryable reports whether the transaction certainly did not happen and may
// well succeed at once: the connection was dead before, or it was the victim
// of a deadlock.
func retryable(err error) bool {
	return pgconn.SafeToRetry(err) || strings.HasPrefix(backing.Code(err), "40")
}
