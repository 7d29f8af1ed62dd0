package person

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"parley/core/chat"
	"parley/core/session"
	"parley/core/wire"
	"parley/messages/internal/audit"
)

// change raises the head of somebody's log, and stores what of the profile
// changes. It returns the profile as it is then. NULL leaves a column as it is.
const change = `
	UPDATE users
	SET head = head + 1, revision = head + 1,
		role = coalesce($2, role), display_name = coalesce($3, display_name)
	WHERE username = $1
	RETURNING revision, username, display_name, role`

func apply(ctx context.Context, tx pgx.Tx, username string, role *chat.Role, displayName *string) (*wire.Person, error) {
	var p wire.Person
	err := tx.QueryRow(ctx, change, username, role, displayName).Scan(&p.Revision, &p.Username, &p.DisplayName, &p.Role)
	if err != nil {
		return nil, fmt.Errorf("store profile: %w", err)
	}
	return &p, nil
}

// The changes return [session.ErrNotFound] if the session of the one who makes
// them has ended. One without a key is the command line's.

// Rename gives the one who asks another display name; "" is none. The same one
// again changes nothing. Errors: [ErrDisplayNameInvalid], [ErrNotFound].
func (s *Store) Rename(ctx context.Context, by session.Session, displayName string) error {
	displayName, err := cleanDisplayName(displayName)
	if err != nil {
		return err
	}
	var changed *wire.Person
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if err := session.Confirm(ctx, tx, by.Key); err != nil {
			return err
		}
		var before string
		err := tx.QueryRow(ctx, `SELECT display_name FROM users WHERE username = $1 AND banned_at IS NULL FOR NO KEY UPDATE`, by.Username).Scan(&before)
		if errors.Is(err, pgx.ErrNoRows) {
			return ErrNotFound
		}
		if err != nil {
			return fmt.Errorf("lock profile: %w", err)
		}
		if before != displayName {
			changed, err = apply(ctx, tx, by.Username, nil, &displayName)
		}
		return err
	})
	s.tell(err, changed)
	return err
}

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
		if changed, err = apply(ctx, tx, username, &role, nil); err != nil {
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
