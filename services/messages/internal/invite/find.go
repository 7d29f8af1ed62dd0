package invite

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Valid reports whether text can be a code.
func Valid(text string) bool { return validCode(text) }

// Find returns an invite that would let somebody in just now, with the titles
// of the rooms that it leads to. Errors: [ErrInvalid].
func (s *Store) Find(ctx context.Context, code string) (Invite, error) {
	if !validCode(code) {
		return Invite{}, ErrInvalid
	}
	rows, err := s.pool.Query(ctx, `
		SELECT invites.code, invites.role, ARRAY(
			SELECT coalesce(nullif(r.title, ''), r.name) FROM rooms r
			LEFT JOIN memberships m ON m.username = invites.created_by AND m.room = r.name
			WHERE r.name = ANY(invites.rooms) AND `+leadsTo+`
			ORDER BY r.name), invites.uses, invites.used, invites.created_by, invites.created_at, invites.expires_at
		FROM invites WHERE code = $1 AND `+good, code)
	if err != nil {
		return Invite{}, fmt.Errorf("find invite: %w", err)
	}
	found, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Invite])
	if errors.Is(err, pgx.ErrNoRows) {
		return Invite{}, ErrInvalid
	}
	if err != nil {
		return Invite{}, fmt.Errorf("find invite: %w", err)
	}
	return found, nil
}
