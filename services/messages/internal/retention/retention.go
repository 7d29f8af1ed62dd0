// Package retention ends messages that were kept as long as the deployment, or
// their room, wants them to be.
//
//	rooms.floor rises past what is too old   a change of the room, on its log: it is gone for whoever reads
//	          ▼
//	rows up to the floor are deleted         a batch at a time, under no lock that anybody waits for
//
// A room is never asked for the time of all its messages: they are looked
// through from the floor on, up to the first that is young enough. Where older
// ones come after that, they stay until its time has come, too.
package retention

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"

	"parley/core/chat"
	"parley/core/wire"
	"parley/messages/internal/change"
)

const (
	// lock is the advisory lock of the replica that deletes. It is held for one
	// batch, by its transaction: a replica that dies holds nothing.
	lock = 0x6b656570 // "keep"

	every  = 10 * time.Minute       // rooms are looked through
	again  = time.Second            // after another replica was at it
	slack  = time.Hour              // beyond its time a room's oldest message may stay: so its floor rises once an hour
	stride = 10_000                 // messages that a floor rises past at once
	calm   = 250 * time.Millisecond // between two rises of a room: each is told to all who are in it
	batch  = 500                    // messages that are deleted at once
	rest   = 4                      // times as long as a batch took: others go first
	least  = 10 * time.Millisecond
	single = 30 * time.Second // for a batch
)

// Keeper ends messages whose time is over. Each replica has one, and one of them
// works at a time.
type Keeper struct {
	pool    *pgxpool.Pool
	changes *change.Applier
	kept    time.Duration
	log     *slog.Logger
	wake    chan struct{}

	cleared map[string]chat.Position // of Pass: up to where rows are known to be gone

	deleted prometheus.Counter
}

// New returns a keeper. kept is how long messages are kept in rooms that don't
// say otherwise; 0 is for ever. It works while [Keeper.Run] runs.
func New(pool *pgxpool.Pool, changes *change.Applier, kept time.Duration, log *slog.Logger, metrics prometheus.Registerer) *Keeper {
	k := &Keeper{
		pool: pool, changes: changes, kept: kept, log: log,
		wake: make(chan struct{}, 1), cleared: make(map[string]chat.Position),
		deleted: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "parley_messages_expired_total", Help: "Messages that this replica has deleted because their time was over.",
		}),
	}
	metrics.MustRegister(k.deleted)
	return k
}

// Kept is how long messages are kept in rooms that don't say otherwise; 0 is for
// ever.
func (k *Keeper) Kept() time.Duration { return k.kept }

// Changed tells that a room keeps its messages for another time. It doesn't
// block.
func (k *Keeper) Changed() {
	select {
	case k.wake <- struct{}{}:
	default: // it is told already
	}
}

// Run works until ctx ends.
func (k *Keeper) Run(ctx context.Context) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		n, err := k.Pass(ctx)
		var soon <-chan time.Time
		switch {
		case ctx.Err() != nil:
			return
		case errors.Is(err, errElsewhere):
			soon = time.After(again)
		case err != nil:
			k.log.Warn("messages whose time is over were not deleted", "error", err)
		case n > 0:
			k.log.Info("messages whose time is over were deleted", "messages", n)
		}
		select {
		case <-tick.C:
		case <-k.wake:
		case <-soon:
		case <-ctx.Done():
			return
		}
	}
}

// errElsewhere says that another replica deletes.
var errElsewhere = errors.New("another replica is at it")

// Pass looks through all rooms once: it raises floors, and then deletes what is
// below them. It returns how many messages it deleted, and errElsewhere if
// another replica does that just now. It is called by one goroutine at a time.
func (k *Keeper) Pass(ctx context.Context) (n int64, err error) {
	rooms, err := k.due(ctx)
	if err != nil {
		return 0, err
	}
	for _, r := range rooms {
		if err := k.expire(ctx, r); err != nil {
			return 0, err
		}
	}
	floors, err := k.floors(ctx)
	if err != nil {
		return 0, err
	}
	for room, floor := range floors {
		did, err := k.clear(ctx, room, floor)
		n += did
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// expire raises a room's floor past all messages whose time is over.
func (k *Keeper) expire(ctx context.Context, r room) error {
	for {
		more, err := k.rise(ctx, &r)
		if err != nil || !more {
			return err
		}
		sleep(ctx, calm)
	}
}

// rise raises a room's floor past at most stride messages whose time is over.
// more reports whether there may be others.
func (k *Keeper) rise(ctx context.Context, r *room) (more bool, err error) {
	to, full, err := k.reach(ctx, *r)
	if err != nil || to <= r.floor {
		return false, err
	}
	risen := false
	err = k.changes.Apply(ctx, change.Scope{Rooms: []string{r.name}}, func(ctx context.Context, tx *change.Tx) error {
		now, ok, err := raiseFloor(ctx, tx, *r, to)
		if err != nil || !ok {
			return err
		}
		risen = true
		tx.Tell(wire.RoomTopic(r.name), &now)
		return nil
	})
	if err != nil || !risen {
		return false, err
	}
	r.floor = to
	return full, nil
}

// clear deletes the rows of a room up to its floor, which has been raised: they
// are gone for everybody.
func (k *Keeper) clear(ctx context.Context, room string, floor chat.Position) (n int64, err error) {
	if k.cleared[room] > floor { // the database was restored from a backup
		delete(k.cleared, room)
	}
	for k.cleared[room] < floor {
		began := time.Now()
		upto, did, err := k.clearSome(ctx, room, k.cleared[room], floor)
		if err != nil {
			return n, fmt.Errorf("clear %s: %w", room, err)
		}
		k.cleared[room] = upto
		k.deleted.Add(float64(did))
		if n += did; did > 0 {
			sleep(ctx, max(least, rest*time.Since(began)))
		}
	}
	return n, nil
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
