package change

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"parley/core/backing"
	"parley/core/trace"
	"parley/core/wire"
)

const (
	// attempts is how often a batch is tried whose logs turn out to be
	// locked, before each of its logs gets a lane.
	attempts = 3
	// commitTimeout bounds one transaction. It is above the lock timeout.
	commitTimeout = 5 * time.Second
)

// commit stores jobs and answers each of them. A job that Postgres refuses
// fails alone; logs that are locked by somebody else are left to lanes.
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
		c.log.Warn("changes were not stored", "changes", len(jobs), "error", err)
		fail(jobs, err)
	}
}

// separate stores those of jobs whose logs are free now, and leaves the
// others to lanes.
func (c *Committer) separate(jobs []*job, attempts int) {
	if attempts == 0 {
		c.openLanes(jobs)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), commitTimeout)
	defer cancel()
	free, err := c.freeLogs(ctx, jobs)
	if err != nil {
		fail(jobs, err)
		return
	}
	var ready, stuck []*job
	for _, j := range jobs {
		if free[j.at] {
			ready = append(ready, j)
		} else {
			stuck = append(stuck, j)
		}
	}
	c.openLanes(stuck)
	c.commit(ready, attempts)
}

// freeLogs returns which of the logs of jobs nobody has locked at the moment.
func (c *Committer) freeLogs(ctx context.Context, jobs []*job) (map[wire.Topic]bool, error) {
	var rooms, people []string
	for _, j := range jobs {
		if username, ok := j.at.Person(); ok {
			people = append(people, username)
		} else {
			rooms = append(rooms, string(j.at))
		}
	}
	rows, err := c.pool.Query(ctx, `
		WITH room AS MATERIALIZED (
			SELECT name FROM rooms WHERE name = ANY($1) ORDER BY name FOR NO KEY UPDATE SKIP LOCKED
		), person AS MATERIALIZED (
			SELECT username FROM users WHERE username = ANY($2) ORDER BY username FOR NO KEY UPDATE SKIP LOCKED
		)
		SELECT name::text, false FROM room UNION ALL SELECT username, true FROM person`, rooms, people)
	if err != nil {
		return nil, fmt.Errorf("look which logs are locked: %w", err)
	}
	free := make(map[wire.Topic]bool, len(rooms)+len(people))
	var name string
	var person bool
	_, err = pgx.ForEachRow(rows, []any{&name, &person}, func() error {
		if person {
			free[wire.PersonTopic(name)] = true
		} else {
			free[wire.RoomTopic(name)] = true
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look which logs are locked: %w", err)
	}
	return free, nil
}

// storeOrAnswer stores jobs, or answers why not. With an error it returns the
// jobs that it has neither stored nor answered.
func (c *Committer) storeOrAnswer(jobs []*job) ([]*job, error) {
	var repetition error // that the attempt before has met
	for len(jobs) > 0 {
		if repetition != nil || c.wary.Load() > 0 {
			others, err := c.answerKnown(jobs)
			if err != nil {
				return jobs, err
			}
			if repetition != nil && len(others) == len(jobs) {
				return jobs, repetition
			}
			if jobs = others; len(jobs) == 0 {
				break
			}
		}
		again, err := c.store(jobs)
		repetition = nil
		switch {
		case err == nil:
			jobs = again
		case isRepetition(err):
			c.wary.Store(waryBatches)
			repetition = err
		default:
			return jobs, err
		}
	}
	return nil, nil
}

// store stores jobs in one transaction, and answers and publishes when it is
// committed. It returns those that were left out because of others. After an
// error no job has been stored or answered.
func (c *Committer) store(jobs []*job) (again []*job, err error) {
	began := time.Now()
	span := trace.Gather("store", spans(jobs))
	span.Int("parley.changes", int64(len(jobs)))
	defer func() { span.End(err) }()
	all := portions(jobs)
	err = c.transact(span, all)
	if err != nil && retryable(err) {
		err = c.transact(span, all)
	}
	if err != nil {
		return nil, fmt.Errorf("store changes: %w", err)
	}
	c.metrics.committed(len(jobs), time.Since(began))
	for _, p := range all {
		again = append(again, p.settle(c)...)
	}
	return again, nil
}

// transact sends the statements of all portions in one round trip. Postgres
// takes what comes up to one Sync for one transaction, so there is no BEGIN.
func (c *Committer) transact(span *trace.Span, all []portion) error {
	ctx, cancel := context.WithTimeout(span.Context(context.Background()), commitTimeout)
	defer cancel()
	tx := &pgx.Batch{}
	for _, p := range all {
		p.queue(tx)
	}
	results := c.pool.SendBatch(ctx, tx)
	for _, p := range all {
		if err := p.collect(results); err != nil {
			_ = results.Close() // says the same
			return err
		}
	}
	return results.Close() // this reads the commit
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
