package history

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"parley/core/backing"
	"parley/core/chat"
	"parley/core/wire"
)

// patience is how long a replica may take to answer, before the primary is asked.
const patience = time.Second

// A replica whose log of a room has reached a head has all that was committed in
// the room up to there: every change takes a position, under the lock on the
// counter, and a standby replays commits in their order. So whoever knows from
// the primary which head the room had when they asked, can tell whether an
// answer is stale. What is not there on the replica may be there on the primary.

// AfterFrom is [Store.After] that a replica may answer. least is the head that the
// log had on the primary, or more, when the caller was asked.
func (s *Store) AfterFrom(ctx context.Context, topic wire.Topic, at chat.Position, limit int, least chat.Position) (page Page, err error) {
	ok := s.replicas.Read(ctx, patience, func(ctx context.Context, replica *pgxpool.Pool) error {
		page, err = NewStore(replica).After(ctx, topic, at, limit)
		if errors.Is(err, ErrNotFound) || err == nil && page.Head < least {
			return backing.ErrBehind
		}
		return err
	})
	if ok {
		return page, nil
	}
	return s.After(ctx, topic, at, limit)
}

// StretchFrom is [Store.Stretch] that a replica may answer. least is the head that
// the room had on the primary, or more, when the caller was asked, and the
// primary must have said then that username may read it. That they may is part
// of the replica's statement as well: who was removed since is not shown what was
// said after it.
func (s *Store) StretchFrom(ctx context.Context, username, room string, cut Cut, limit int, least chat.Position) (found Stretch, err error) {
	ok := s.replicas.Read(ctx, patience, func(ctx context.Context, replica *pgxpool.Pool) error {
		found, err = (&Store{db: replica, least: least}).Stretch(ctx, username, room, cut, limit)
		if errors.Is(err, ErrNotFound) {
			return backing.ErrBehind
		}
		return err
	})
	if ok {
		return found, nil
	}
	return s.Stretch(ctx, username, room, cut, limit)
}
