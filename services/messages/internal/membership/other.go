package membership

import (
	"context"
	"fmt"

	"parley/core/access"
	"parley/core/chat"
	"parley/core/session"
	"parley/messages/internal/change"
)

// Add puts another person into a room. Whoever is in a room may, and who
// moderates it; a guest may add those only with whom they share a room. Errors:
// [ErrPersonNotFound], [access.ErrNotMember], [access.ErrArchived],
// [access.ErrDirect].
func (s *Store) Add(ctx context.Context, by session.Session, room, username string) error {
	if username == by.Username {
		return s.addSelf(ctx, by, room)
	}
	return s.change(ctx, by, room, username, func(ctx context.Context, tx *change.Tx, g access.Grant) error {
		switch {
		case g.Kind == chat.Direct:
			return access.ErrDirect
		case !g.Member && !g.Moderates():
			return access.ErrNotMember
		case g.Archived:
			return access.ErrArchived
		}
		known, err := Known(ctx, tx, by.Username, username)
		if err != nil {
			return err
		}
		if known == 0 {
			return ErrPersonNotFound
		}
		return Enter(ctx, tx, room, false, username)
	})
}

func (s *Store) addSelf(ctx context.Context, by session.Session, room string) error {
	return s.change(ctx, by, room, by.Username, func(_ context.Context, _ *change.Tx, g access.Grant) error {
		switch {
		case g.Kind == chat.Direct:
			return access.ErrDirect
		case !g.Member:
			return access.ErrNotMember
		}
		return nil
	})
}

// Known returns how many of usernames are people whom by may see: who is not
// banned and, for a guest, shares a room.
func Known(ctx context.Context, tx *change.Tx, by string, usernames ...string) (n int, err error) {
	err = tx.QueryRow(ctx, `
		SELECT count(*) FROM users other
		WHERE other.username = ANY($2) AND other.banned_at IS NULL AND (
			EXISTS (SELECT FROM users p WHERE p.username = $1 AND p.role <> 'guest')
			OR EXISTS (
				SELECT FROM memberships mine JOIN memberships theirs USING (room)
				WHERE mine.username = $1 AND mine.member AND theirs.username = other.username AND theirs.member
			)
		)`, by, usernames).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("look for people: %w", err)
	}
	return n, nil
}

// Remove takes another person out of a room, which its moderators may. That
// they are not in it is what was wanted. An act by virtue of a role is
// recorded. Errors: [access.ErrForbidden], [access.ErrDirect].
func (s *Store) Remove(ctx context.Context, by session.Session, room, username string) error {
	if username == by.Username {
		return s.Leave(ctx, by, room)
	}
	return s.handingOver(ctx, by.Key, room, username, func(ctx context.Context, tx *change.Tx) (bool, error) {
		g, err := tx.Grant(ctx, by.Username, room)
		switch {
		case err != nil:
			return false, err
		case g.Kind == chat.Direct:
			return false, access.ErrDirect
		case !g.Moderates():
			return false, access.ErrForbidden
		}
		was, err := exit(ctx, tx, room, username)
		if err != nil || !was || g.Moderator {
			return was, err
		}
		detail := map[string]string{"room": room}
		if g.Kind == chat.Private { // whoever reads the audit may not know of it
			detail = map[string]string{"kind": string(g.Kind)}
		}
		return true, change.Record(ctx, tx, by.Username, "member.remove", username, detail)
	})
}
