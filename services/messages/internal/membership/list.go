package membership

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/core/access"
	"parley/core/chat"
	"parley/core/wire"
)

// MaxList is how many members a list has.
const MaxList = 200

// Member is a person in a room.
type Member struct {
	Username    string    `json:"username"`
	DisplayName string    `json:"display_name"`
	Role        chat.Role `json:"role"`
	Moderator   bool      `json:"moderator"` // of the room
	wire.Look             // without a status that is over
	State       string    `json:"state"` // [wire.Online] and others; "" in what List returns
}

// List returns the people in a room as username may see them, in order of
// name, from the first after a name on; more reports whether there are others.
// Who is banned is left out. Errors: [access.ErrNotFound].
func (s *Store) List(ctx context.Context, username, room, after string) (members []Member, more bool, err error) {
	rows, err := s.pool.Query(ctx, `
		SELECT other.username, other.display_name, other.role, other.moderator, other.avatar, other.status_text, other.status_emoji, other.status_until
		FROM users p
		JOIN rooms r ON r.name = $2
		LEFT JOIN memberships m ON m.username = p.username AND m.room = r.name
		LEFT JOIN LATERAL (
			SELECT u.username, u.display_name, u.role, o.moderator, u.avatar, u.status_text, u.status_emoji, u.status_until
			FROM memberships o JOIN users u ON u.username = o.username
			WHERE o.room = r.name AND o.member AND o.username > $3 AND u.banned_at IS NULL
			ORDER BY o.username LIMIT $4
		) AS other ON true
		WHERE p.username = $1 AND `+access.Read+`
		ORDER BY other.username`, username, room, after, MaxList+1)
	if err != nil {
		return nil, false, fmt.Errorf("list members: %w", err)
	}
	found := false
	members = []Member{}
	now := time.Now()
	var name, display, avatar, text, emoji *string
	var role *chat.Role
	var moderator *bool
	var until *time.Time
	_, err = pgx.ForEachRow(rows, []any{&name, &display, &role, &moderator, &avatar, &text, &emoji, &until}, func() error {
		found = true
		if name != nil {
			look := wire.Look{Avatar: *avatar, StatusText: *text, StatusEmoji: *emoji}
			if until != nil {
				look.StatusUntil = *until
			}
			members = append(members, Member{Username: *name, DisplayName: *display, Role: *role, Moderator: *moderator, Look: look.Current(now)})
		}
		return nil
	})
	switch {
	case err != nil:
		return nil, false, fmt.Errorf("list members: %w", err)
	case !found:
		return nil, false, access.ErrNotFound
	case len(members) > MaxList:
		return members[:MaxList], true, nil
	}
	return members, false, nil
}
