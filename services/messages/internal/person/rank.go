package person

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"parley/core/chat"
	"parley/core/session"
	"parley/messages/internal/audit"
)

// ranks are the roles of two people, under the lock on their accounts.
type ranks struct {
	actor, target chat.Role
	banned        bool // the target is
	lastOwner     bool // the target is
}

// mayChange reports whether the actor may change the target: an owner may
// change all, an admin those who are no owners.
func (r ranks) mayChange() bool {
	return r.actor == chat.Owner || r.actor == chat.Admin && r.target != chat.Owner
}

// lock locks the accounts of who acts and of target, and those of all owners,
// so that two owners can't demote each other at once. Errors: [ErrNotFound] for
// the target, [ErrForbidden] for an actor who is gone or banned,
// [session.ErrNotFound].
func lock(ctx context.Context, tx pgx.Tx, by session.Session, target string) (r ranks, err error) {
	if err := session.Confirm(ctx, tx, by.Key); err != nil {
		return ranks{}, err
	}
	actor := by.Username
	if actor == audit.CommandLine {
		r.actor = chat.Owner
	}
	rows, err := tx.Query(ctx, `
		SELECT username, role, banned_at IS NOT NULL FROM users
		WHERE username IN ($1, $2) OR role = 'owner'
		ORDER BY username FOR NO KEY UPDATE`, actor, target)
	if err != nil {
		return ranks{}, fmt.Errorf("lock accounts: %w", err)
	}
	otherOwners := 0
	var username string
	var role chat.Role
	var banned bool
	_, err = pgx.ForEachRow(rows, []any{&username, &role, &banned}, func() error {
		if username == target {
			r.target, r.banned = role, banned
		} else if role == chat.Owner && !banned {
			otherOwners++
		}
		if username == actor && !banned {
			r.actor = role
		}
		return nil
	})
	switch {
	case err != nil:
		return ranks{}, fmt.Errorf("lock accounts: %w", err)
	case !r.actor.AtLeast(chat.Admin):
		return ranks{}, ErrForbidden
	case r.target == "":
		return ranks{}, ErrNotFound
	}
	r.lastOwner = r.target == chat.Owner && !r.banned && otherOwners == 0
	return r, nil
}
