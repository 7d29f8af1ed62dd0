package membership

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"parley/core/session"
	"parley/messages/internal/change"
)

const handOverTries = 5

// errHeir is that another heir was found under the locks than before.
var errHeir = errors.New("the heir has changed")

// querier is a pool, or a transaction.
type querier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// heir returns who is to moderate a private room when username does no more:
// nobody if somebody else does, else who has been in it longest, guests last; ""
// if nobody is left.
//
// Without it nobody could change such a room any more: for whoever is not in it,
// also for an owner, it does not exist.
func heir(ctx context.Context, db querier, room, username string) (heir string, private bool, err error) {
	err = db.QueryRow(ctx, `
		SELECT r.kind = 'private', coalesce((
			SELECT CASE WHEN m.moderator THEN '' ELSE m.username END
			FROM memberships m JOIN users u ON u.username = m.username
			WHERE m.room = r.name AND m.member AND m.username <> $2 AND u.banned_at IS NULL
			ORDER BY m.moderator DESC, u.role = 'guest', m.joined, m.username LIMIT 1
		), '')
		FROM rooms r WHERE r.name = $1`, room, username).Scan(&private, &heir)
	switch {
	case errors.Is(err, pgx.ErrNoRows): // whoever goes on finds out
		return "", false, nil
	case err != nil:
		return "", false, fmt.Errorf("look for an heir: %w", err)
	case !private:
		return "", false, nil
	}
	return heir, true, nil
}

// handingOver runs act, which ends that username moderates a room, and has
// another do so if need be. act reports whether it did anything. The lock on a
// private room's head has its moderators go one after the other.
func (s *Store) handingOver(ctx context.Context, by session.Key, room, username string, act func(context.Context, *change.Tx) (bool, error)) error {
	for range handOverTries {
		next, private, err := heir(ctx, s.pool, room, username)
		if err != nil {
			return err
		}
		scope := change.Scope{Session: by, People: []string{username}}
		if private {
			scope.Rooms = []string{room}
		}
		if next != "" {
			scope.People = append(scope.People, next)
		}
		err = s.changes.Apply(ctx, scope, func(ctx context.Context, tx *change.Tx) error {
			acted, err := act(ctx, tx)
			if err != nil || !acted || !private {
				return err
			}
			return appoint(ctx, tx, room, username, next)
		})
		if !errors.Is(err, errHeir) {
			return err
		}
	}
	return change.ErrBusy
}

// appoint has next moderate the room, if that still is who is to.
func appoint(ctx context.Context, tx *change.Tx, room, username, next string) error {
	now, _, err := heir(ctx, tx, room, username)
	switch {
	case err != nil:
		return err
	case now != next:
		return errHeir
	case next == "":
		return nil
	}
	_, err = tx.Memberships(ctx, `
		UPDATE memberships m SET moderator = true, revision = p.head + 1
		FROM users p
		WHERE m.username = $1 AND m.room = $2 AND p.username = m.username
		RETURNING m.*`, next, room)
	return err
}

// HandOver has others moderate the private rooms that nobody but username
// moderates, who is banned.
func (s *Store) HandOver(ctx context.Context, by session.Session, username string) error {
	rows, err := s.pool.Query(ctx, `
		SELECT m.room FROM memberships m JOIN rooms r ON r.name = m.room
		WHERE m.username = $1 AND m.member AND m.moderator AND r.kind = 'private' ORDER BY m.room`, username)
	if err != nil {
		return fmt.Errorf("list moderated rooms: %w", err)
	}
	rooms, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("list moderated rooms: %w", err)
	}
	for _, room := range rooms {
		err := s.handingOver(ctx, by.Key, room, username, func(context.Context, *change.Tx) (bool, error) { return true, nil })
		if err != nil {
			return err
		}
	}
	return nil
}
