// Package membership keeps who is in which room, and what they have there. It
// is on each person's log, not on the room's. Whoever repeats a change changes
// nothing.
package membership

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"

	"parley/core/access"
	"parley/core/chat"
	"parley/core/session"
	"parley/messages/internal/change"
)

// The errors of this package that a client caused, besides those of access.
var (
	ErrPersonNotFound = errors.New("person not found") // or none whom the asker may see
	ErrLevelInvalid   = errors.New("notification level invalid")
)

// Store keeps memberships in Postgres. All its changes return
// [access.ErrNotFound] for a room that the one who asks may not read, and
// [session.ErrNotFound] if their session has ended.
type Store struct {
	pool    *pgxpool.Pool
	changes *change.Applier
}

// NewStore returns a store that reads from pool.
func NewStore(pool *pgxpool.Pool, changes *change.Applier) *Store { return &Store{pool, changes} }

// Enter puts people into a room, within a transaction that has them in its
// scope. It asks nobody whether they may.
func Enter(ctx context.Context, tx *change.Tx, room string, moderator bool, usernames ...string) error {
	_, err := tx.Memberships(ctx, `
		INSERT INTO memberships AS m (username, room, revision, moderator, joined, read)
		SELECT p.username, r.name, p.head + 1, $3, r.head, r.head
		FROM users p, rooms r
		WHERE p.username = ANY($1) AND r.name = $2
		ON CONFLICT (username, room) DO UPDATE SET
			revision = excluded.revision, member = true, moderator = excluded.moderator,
			joined = excluded.joined, read = excluded.read
		WHERE NOT m.member
		RETURNING m.*`, usernames, room, moderator)
	if err != nil {
		return fmt.Errorf("enter room: %w", err)
	}
	return nil
}

// Join puts somebody into an open room. Errors: [access.ErrArchived].
func (s *Store) Join(ctx context.Context, by session.Session, room string) error {
	return s.change(ctx, by, room, by.Username, func(ctx context.Context, tx *change.Tx, g access.Grant) error {
		switch {
		case g.Member:
			return nil
		case g.Archived:
			return access.ErrArchived
		}
		return Enter(ctx, tx, room, false, by.Username)
	})
}

// Leave takes somebody out of a room. When the last moderator leaves a private
// room, another who is in it moderates it. Errors: [access.ErrDirect].
func (s *Store) Leave(ctx context.Context, by session.Session, room string) error {
	return s.handingOver(ctx, by.Key, room, by.Username, func(ctx context.Context, tx *change.Tx) (bool, error) {
		g, err := tx.Grant(ctx, by.Username, room)
		switch {
		case err != nil:
			return false, err
		case g.Kind == chat.Direct:
			return false, access.ErrDirect
		}
		return exit(ctx, tx, room, by.Username)
	})
}

// exit takes a person out of a room, and reports whether they were in it.
func exit(ctx context.Context, tx *change.Tx, room, username string) (bool, error) {
	n, err := tx.Memberships(ctx, `
		UPDATE memberships m SET member = false, moderator = false, revision = p.head + 1
		FROM users p
		WHERE m.username = $1 AND m.room = $2 AND m.member AND p.username = m.username
		RETURNING m.*`, username, room)
	if err != nil {
		return false, fmt.Errorf("leave room: %w", err)
	}
	return n > 0, nil
}

// MarkUnread has somebody read a room up to a position and no further, also if
// they have read more, or said something since; beyond the head it is the head.
// Errors: [access.ErrNotMember].
func (s *Store) MarkUnread(ctx context.Context, by session.Session, room string, upto chat.Position) error {
	return s.change(ctx, by, room, by.Username, func(ctx context.Context, tx *change.Tx, g access.Grant) error {
		if !g.Member {
			return access.ErrNotMember
		}
		_, err := tx.Memberships(ctx, `
			UPDATE memberships m SET read = least($3, r.head), reopened = r.head, revision = p.head + 1
			FROM users p, rooms r
			WHERE m.username = $1 AND m.room = $2 AND p.username = m.username AND r.name = m.room
				AND (m.read, m.reopened) <> (least($3, r.head), r.head)
			RETURNING m.*`, by.Username, room, upto)
		return err
	})
}

// Notify sets which messages of a room somebody is notified of. Errors:
// [ErrLevelInvalid], [access.ErrNotMember].
func (s *Store) Notify(ctx context.Context, by session.Session, room string, level chat.Level) error {
	if !level.Valid() {
		return ErrLevelInvalid
	}
	return s.change(ctx, by, room, by.Username, func(ctx context.Context, tx *change.Tx, g access.Grant) error {
		if !g.Member {
			return access.ErrNotMember
		}
		_, err := tx.Memberships(ctx, `
			UPDATE memberships m SET notify = $3, revision = p.head + 1
			FROM users p
			WHERE m.username = $1 AND m.room = $2 AND m.notify <> $3 AND p.username = m.username
			RETURNING m.*`, by.Username, room, level)
		return err
	})
}

// change runs do in a transaction that may raise whose head, with what by has
// in the room.
func (s *Store) change(ctx context.Context, by session.Session, room, whose string,
	do func(context.Context, *change.Tx, access.Grant) error,
) error {
	scope := change.Scope{Session: by.Key, People: []string{whose}}
	return s.changes.Apply(ctx, scope, func(ctx context.Context, tx *change.Tx) error {
		g, err := tx.Grant(ctx, by.Username, room)
		if err != nil {
			return err
		}
		return do(ctx, tx, g)
	})
}
