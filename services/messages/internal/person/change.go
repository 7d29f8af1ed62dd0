package person

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"parley/core/chat"
	"parley/core/session"
	"parley/core/wire"
	"parley/messages/internal/audit"
)

func setRole(ctx context.Context, tx pgx.Tx, username string, role chat.Role) (*wire.Person, error) {
	if _, err := tx.Exec(ctx, `UPDATE users SET head = head + 1, revision = head + 1, role = $2 WHERE username = $1`, username, role); err != nil {
		return nil, fmt.Errorf("store role: %w", err)
	}
	p, err := readPerson(ctx, tx, username)
	return &p, err
}

// The changes return [session.ErrNotFound] if the session of the one who makes
// them has ended. One without a key is the command line's.

// SetRole gives username another role, as by wants it. The same one again
// changes nothing. Errors: [ErrRoleInvalid], [ErrNotFound], [ErrForbidden],
// [ErrLastOwner].
func (s *Store) SetRole(ctx context.Context, by session.Session, username string, role chat.Role) error {
	if !role.Valid() {
		return ErrRoleInvalid
	}
	var changed *wire.Person
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		ranks, err := lock(ctx, tx, by, username)
		if err != nil {
			return err
		}
		if !ranks.mayChange() || role == chat.Owner && ranks.actor != chat.Owner {
			return ErrForbidden
		}
		if role == ranks.target {
			return nil
		}
		if ranks.lastOwner {
			return ErrLastOwner
		}
		if changed, err = setRole(ctx, tx, username, role); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by.Username, audit.RoleChanged, username, map[string]any{"from": ranks.target, "to": role})
	})
	s.tell(err, changed)
	return err
}

// Ban bans username, as by wants it, and ends all sessions. Again it
// changes nothing. Errors: [ErrNotFound], [ErrForbidden], [ErrLastOwner].
func (s *Store) Ban(ctx context.Context, by session.Session, username string) error {
	var ended []session.Key
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		ranks, err := lock(ctx, tx, by, username)
		switch {
		case err != nil:
			return err
		case !ranks.mayChange():
			return ErrForbidden
		case ranks.lastOwner:
			return ErrLastOwner
		case by.Username == username:
			return ErrForbidden
		case ranks.banned:
			return nil
		}
		if _, err := tx.Exec(ctx, `UPDATE users SET banned_at = now() WHERE username = $1`, username); err != nil {
			return fmt.Errorf("ban: %w", err)
		}
		if ended, err = session.EndAll(ctx, tx, username); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by.Username, audit.Banned, username, nil)
	})
	if err == nil && len(ended) > 0 {
		s.ended(ended)
	}
	return err
}

// Unban lets username in again, as by wants it. Again it changes nothing.
// Errors: [ErrNotFound], [ErrForbidden].
func (s *Store) Unban(ctx context.Context, by session.Session, username string) error {
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		ranks, err := lock(ctx, tx, by, username)
		switch {
		case err != nil:
			return err
		case !ranks.mayChange():
			return ErrForbidden
		case !ranks.banned:
			return nil
		}
		if _, err := tx.Exec(ctx, `UPDATE users SET banned_at = NULL WHERE username = $1`, username); err != nil {
			return fmt.Errorf("unban: %w", err)
		}
		return audit.Record(ctx, tx, by.Username, audit.Unbanned, username, nil)
	})
}

func (s *Store) tell(err error, changed *wire.Person) {
	if err == nil && changed != nil {
		s.publish(changed)
	}
}
