package invite

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"parley/core/chat"
)

// good is the SQL condition under which an invite lets somebody in.
const good = `(
	invites.used < invites.uses AND invites.expires_at > now()
	AND (invites.created_by = '' OR EXISTS (
		SELECT FROM users maker
		WHERE maker.username = invites.created_by AND maker.banned_at IS NULL
		AND (maker.role = 'owner' OR maker.role = 'admin' AND invites.role <> 'admin'))))`

// leadsTo is the SQL condition under which an invite that names room r leads
// into it; m is what its maker has there.
const leadsTo = `(r.kind <> 'direct' AND r.archived_at IS NULL
	AND (r.kind = 'open' OR m.member OR invites.created_by = ''))`

// Check returns [ErrInvalid] if code would not let anybody in just now.
func (s *Store) Check(ctx context.Context, code string) error {
	if !validCode(code) {
		return ErrInvalid
	}
	var is bool
	err := s.pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM invites WHERE code = $1 AND `+good+`)`, code).Scan(&is)
	if err != nil {
		return fmt.Errorf("check invite: %w", err)
	}
	if !is {
		return ErrInvalid
	}
	return nil
}

// Use takes one use of an invite within tx, and returns the role and the rooms
// that it gives. Rooms that its maker may not read any more, and archived ones,
// are left out. Errors: [ErrInvalid].
func Use(ctx context.Context, tx pgx.Tx, code string) (role chat.Role, rooms []string, err error) {
	if !validCode(code) {
		return "", nil, ErrInvalid
	}
	err = tx.QueryRow(ctx, `
		UPDATE invites SET used = used + 1
		WHERE code = $1 AND `+good+`
		RETURNING role, ARRAY(
			SELECT r.name::text FROM rooms r
			LEFT JOIN memberships m ON m.username = invites.created_by AND m.room = r.name
			WHERE r.name = ANY(invites.rooms) AND `+leadsTo+`
			ORDER BY r.name)`, code).Scan(&role, &rooms)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil, ErrInvalid
	}
	if err != nil {
		return "", nil, fmt.Errorf("use invite: %w", err)
	}
	return role, rooms, nil
}
