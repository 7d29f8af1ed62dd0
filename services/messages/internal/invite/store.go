package invite

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/core/access"
	"parley/core/chat"
	"parley/core/session"
	"parley/messages/internal/audit"
)

// Create makes an invite. Errors: [ErrForbidden], [ErrRoleInvalid],
// [ErrUsesInvalid], [ErrExpiresInvalid], [ErrTooManyRooms], [ErrRoomNotFound]
// for a room that who makes it may not read, [ErrRoomDirect],
// [session.ErrNotFound].
func (s *Store) Create(ctx context.Context, d Draft) (made Invite, err error) {
	if err := d.complete(); err != nil {
		return Invite{}, err
	}
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if d.By != byCommandLine {
			if err := permit(ctx, tx, d); err != nil {
				return err
			}
		} else if d.Role == chat.Owner {
			return ErrForbidden
		}
		if made, err = insert(ctx, tx, d); err != nil {
			return err
		}
		return record(ctx, tx, made)
	})
	return made, err
}

// record notes that an invite was made. Whoever reads that may not know of a
// private room, so its name stays out, and so does the code, with which they
// could sign up once more and be in it.
func record(ctx context.Context, tx pgx.Tx, made Invite) error {
	var open []string
	err := tx.QueryRow(ctx, `
		SELECT ARRAY(SELECT name::text FROM rooms WHERE name = ANY($1) AND kind = 'open' ORDER BY name)`, made.Rooms).Scan(&open)
	if err != nil {
		return fmt.Errorf("ask for the rooms of an invite: %w", err)
	}
	code, detail := made.Code, map[string]any{"role": made.Role, "uses": made.Uses, "rooms": open}
	if len(open) < len(made.Rooms) {
		code, detail["kind"] = "", chat.Private
	}
	return audit.Record(ctx, tx, made.CreatedBy, audit.InviteMade, code, detail)
}

// permit locks who makes the invite: a demotion or a ban waits, or has come first.
func permit(ctx context.Context, tx pgx.Tx, d Draft) error {
	role, err := lockRole(ctx, tx, d.By, d.Session)
	if err != nil {
		return err
	}
	if !d.mayMake(role) {
		return ErrForbidden
	}
	if len(d.Rooms) == 0 {
		return nil
	}
	var readable, direct int
	err = tx.QueryRow(ctx, `
		SELECT count(*), count(*) FILTER (WHERE r.kind = 'direct')
		FROM users p
		JOIN rooms r ON r.name = ANY($2)
		LEFT JOIN memberships m ON m.username = p.username AND m.room = r.name
		WHERE p.username = $1 AND `+access.Read, d.By, d.Rooms).Scan(&readable, &direct)
	switch {
	case err != nil:
		return fmt.Errorf("ask for the rooms of an invite: %w", err)
	case readable < len(d.Rooms):
		return ErrRoomNotFound
	case direct > 0:
		return ErrRoomDirect
	}
	return nil
}

func lockRole(ctx context.Context, tx pgx.Tx, username string, key session.Key) (role chat.Role, err error) {
	if err := session.Confirm(ctx, tx, key); err != nil {
		return "", err
	}
	err = tx.QueryRow(ctx, `SELECT role FROM users WHERE username = $1 AND banned_at IS NULL FOR SHARE`, username).Scan(&role)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", ErrForbidden
	}
	if err != nil {
		return "", fmt.Errorf("ask for a role: %w", err)
	}
	return role, nil
}

func insert(ctx context.Context, tx pgx.Tx, d Draft) (Invite, error) {
	rooms := d.Rooms
	if rooms == nil {
		rooms = []string{}
	}
	made := Invite{Code: newCode(), Role: d.Role, Rooms: rooms, Uses: d.Uses, CreatedBy: d.By}
	err := tx.QueryRow(ctx, `
		INSERT INTO invites (code, created_by, expires_at, uses, role, rooms)
		VALUES ($1, $2, now() + $3, $4, $5, $6)
		RETURNING created_at, expires_at`,
		made.Code, d.By, d.Lifetime, d.Uses, d.Role, rooms).Scan(&made.CreatedAt, &made.ExpiresAt)
	if err != nil {
		return Invite{}, fmt.Errorf("store invite: %w", err)
	}
	return made, nil
}

// hidden is the SQL condition under which invite i leads into a room that
// somebody may not read, so that they must not see it: its code would let them
// in under another name. Who made it knows it.
const hidden = `(i.created_by <> $3 AND EXISTS (
	SELECT FROM rooms r
	JOIN users p ON p.username = $3
	LEFT JOIN memberships m ON m.username = p.username AND m.room = r.name
	WHERE r.name = ANY(i.rooms) AND (` + access.Read + `) IS NOT TRUE))`

// List returns the invites that have not expired and that asker may see, the
// newest first, from behind the one of code after, and whether there are more.
func (s *Store) List(ctx context.Context, asker, after string) (list []Invite, more bool, err error) {
	if !validCode(after) {
		after = ""
	}
	rows, err := s.pool.Query(ctx, `
		SELECT i.code, i.role, i.rooms, i.uses, i.used, i.created_by, i.created_at, i.expires_at
		FROM invites i
		WHERE i.expires_at > now() AND NOT `+hidden+` AND ($1 = '' OR EXISTS (
			SELECT FROM invites a WHERE a.code = $1 AND (i.created_at, i.code) < (a.created_at, a.code)))
		ORDER BY i.created_at DESC, i.code DESC LIMIT $2`, after, maxListed+1, asker)
	if err != nil {
		return nil, false, fmt.Errorf("list invites: %w", err)
	}
	list, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Invite])
	if err != nil {
		return nil, false, fmt.Errorf("list invites: %w", err)
	}
	if more = len(list) > maxListed; more {
		list = list[:maxListed]
	}
	return list, more, nil
}

// Revoke takes an invite back, at once. Who signs up with it meanwhile has
// done so before, or will not. Errors: [ErrNotFound], [ErrForbidden],
// [session.ErrNotFound].
func (s *Store) Revoke(ctx context.Context, by session.Session, code string) error {
	if !validCode(code) {
		return ErrNotFound
	}
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		role, err := lockRole(ctx, tx, by.Username, by.Key)
		if err != nil {
			return err
		}
		if !role.AtLeast(chat.Admin) {
			return ErrForbidden
		}
		tag, err := tx.Exec(ctx, `DELETE FROM invites WHERE code = $1`, code)
		if err != nil {
			return fmt.Errorf("revoke invite: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return ErrNotFound
		}
		return audit.Record(ctx, tx, by.Username, audit.InviteRevoked, code, nil)
	})
}

// RemoveExpired removes the invites that expired more than a month ago.
func (s *Store) RemoveExpired(ctx context.Context) error {
	const kept = 30 * 24 * time.Hour
	if _, err := s.pool.Exec(ctx, `DELETE FROM invites WHERE expires_at < now() - $1::interval`, kept); err != nil {
		return fmt.Errorf("remove expired invites: %w", err)
	}
	return nil
}
