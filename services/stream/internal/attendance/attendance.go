// Package attendance tells which people have streams at this replica: by a set
// in Redis, and, once a second, by notices in their rooms.
//
//	first stream ─▶ Came ─┐                        ┌─▶ Redis: who is here
//	                      ├─▶ once a second, Run ──┤
//	last stream ─▶ Left ──┘   (10 s later)         └─▶ notices of those who were nowhere, or are now
//
// Nobody waits for it, and it is the first to be shed: of more than 100 people
// who come or go within a second the others are noted, and not told of. A stream
// that ends only to be resumed is not told of either.
package attendance

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"

	"parley/core/backing"
	"parley/core/presence"
	"parley/core/wire"
)

const (
	every    = time.Second
	linger   = 10 * time.Second // before somebody who left is taken for gone
	mostMove = 1000             // people noted in Redis in a turn
	mostTold = 100              // people told of in a turn
	patience = 2 * time.Second  // with Redis and Postgres, in a turn
)

// Attendance counts the people with streams at this replica. A nil Attendance
// is off.
type Attendance struct {
	pool    *pgxpool.Pool
	redis   redis.UniversalClient
	replica *presence.Replica
	log     *slog.Logger

	mu      sync.Mutex
	streams map[string]int32     // of each person, above 0
	came    map[string]struct{}  // to be noted in Redis
	left    map[string]time.Time // whose last stream ended then

	// Of Run alone.
	noted int64     // people in the set in Redis
	beat  time.Time // when the next is due
}

// New returns the attendance at the replica id.
func New(pool *pgxpool.Pool, client redis.UniversalClient, id string, log *slog.Logger) *Attendance {
	return &Attendance{
		pool: pool, redis: client, replica: presence.NewStore(client).Replica(id), log: log,
		streams: make(map[string]int32), came: make(map[string]struct{}), left: make(map[string]time.Time),
	}
}

// Came counts a stream of somebody. It doesn't block.
func (a *Attendance) Came(username string) {
	if a == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.streams[username]++; a.streams[username] > 1 {
		return
	}
	if _, ok := a.left[username]; ok { // noted still
		delete(a.left, username)
		return
	}
	a.came[username] = struct{}{}
}

// Left counts a stream of somebody as ended. It doesn't block.
func (a *Attendance) Left(username string) {
	if a == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.streams[username]--; a.streams[username] > 0 {
		return
	}
	delete(a.streams, username)
	if _, ok := a.came[username]; ok { // not noted yet
		delete(a.came, username)
		return
	}
	a.left[username] = time.Now()
}

// Run notes and tells until ctx ends.
func (a *Attendance) Run(ctx context.Context) {
	if a == nil {
		return
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case now := <-tick.C:
			if err := a.turn(ctx, now); err != nil && ctx.Err() == nil {
				a.log.Debug("presence not told", "error", err)
			}
		case <-ctx.Done():
			a.stop(context.WithoutCancel(ctx))
			return
		}
	}
}

func (a *Attendance) stop(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := a.replica.Stop(ctx); err != nil {
		a.log.Debug("end not told", "error", err)
	}
}

func (a *Attendance) turn(ctx context.Context, now time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if !now.Before(a.beat) {
		a.beat = now.Add(presence.BeatEvery)
		if err := a.look(ctx); err != nil {
			return err
		}
	}
	if came := a.takeCame(); len(came) > 0 {
		news, noted, err := a.replica.Came(ctx, came)
		if err != nil {
			a.noted = -1 // nobody knows how many: all are noted anew
			return err
		}
		a.noted += noted
		if err := a.tell(ctx, news, wire.Online); err != nil {
			return err
		}
	}
	if left := a.takeLeft(now); len(left) > 0 {
		gone, noted, err := a.replica.Left(ctx, left)
		if err != nil {
			a.noted = -1
			return err
		}
		a.noted -= noted
		return a.tell(ctx, gone, wire.Offline)
	}
	return nil
}

// look tells that this replica lives, sees to it that Redis has what it is to
// have, and takes over the people of a replica that lives no more.
func (a *Attendance) look(ctx context.Context) error {
	noted, err := a.replica.Beat(ctx)
	if err != nil {
		return err
	}
	if noted != a.noted { // Redis was emptied, or a command failed
		if err := a.replica.Clear(ctx); err != nil {
			return err
		}
		a.anew()
	}
	gone, err := a.replica.Bury(ctx, mostMove)
	if err != nil {
		return err
	}
	return a.tell(ctx, gone, wire.Offline)
}

// anew has everybody noted once more.
func (a *Attendance) anew() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.noted = 0
	for username := range a.streams {
		a.came[username] = struct{}{}
	}
}

func (a *Attendance) takeCame() (came []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for username := range a.came {
		if len(came) == mostMove {
			break
		}
		came = append(came, username)
		delete(a.came, username)
	}
	return came
}

func (a *Attendance) takeLeft(now time.Time) (left []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for username, at := range a.left {
		if len(left) == mostMove {
			break
		}
		if now.Sub(at) >= linger {
			left = append(left, username)
			delete(a.left, username)
		}
	}
	return left
}

// tell publishes the new state of people in their rooms.
func (a *Attendance) tell(ctx context.Context, people []string, state string) error {
	if len(people) == 0 {
		return nil
	}
	notices, err := presence.Notices(ctx, a.pool, people[:min(len(people), mostTold)], state)
	if err != nil {
		return err
	}
	sharded := backing.Sharded(a.redis)
	_, err = a.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
		for _, n := range notices {
			if channel := wire.RoomTopic(n.Room).Channel(); sharded {
				p.SPublish(ctx, channel, n.AppendJSON(nil))
			} else {
				p.Publish(ctx, channel, n.AppendJSON(nil))
			}
		}
		return nil
	})
	return err //nolint:wrapcheck // logged with its reason
}
