package change

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"parley/core/chat"
	"parley/core/wire"
)

// membershipColumns are those of a membership, m, and its room, r, in the order
// of [membershipRow.targets].
const membershipColumns = `m.username, m.revision, m.room, r.kind, m.member, m.moderator, m.joined, m.read, m.reopened, m.notify, r.people`

// membershipRow is a membership as a query returns it, or NULLs where a LEFT
// JOIN found none.
type membershipRow struct {
	username, room         *string
	revision               *chat.Position
	kind                   *chat.Kind
	member, moderator      *bool
	joined, read, reopened *chat.Position
	notify                 *chat.Level
	people                 []string
}

func (r *membershipRow) targets() []any {
	return []any{&r.username, &r.revision, &r.room, &r.kind, &r.member, &r.moderator, &r.joined, &r.read, &r.reopened, &r.notify, &r.people}
}

// membership returns whose membership the row is, and it; it is nil for a row
// of NULLs.
func (r *membershipRow) membership() (username string, m *wire.Membership) {
	if r.username == nil {
		return "", nil
	}
	m = &wire.Membership{
		Revision: *r.revision, Room: *r.room, Kind: *r.kind, Member: *r.member, Moderator: *r.moderator,
		Joined: *r.joined, Read: *r.read, Reopened: *r.reopened, Notify: *r.notify, People: r.people,
	}
	r.people = nil // the next row must not write into it
	return *r.username, m
}

// Memberships runs a statement that changes at most one membership of each
// person, and tells of those that it changed. The statement is an INSERT or
// UPDATE of memberships m, has users as p where it takes p.head + 1 for the
// revision, and ends in RETURNING m.*. The people have to be in the
// transaction's scope.
//
// It returns how many were changed.
func (t *Tx) Memberships(ctx context.Context, statement string, args ...any) (changed int, err error) {
	rows, err := t.Query(ctx, `
		WITH changed AS (`+statement+`), raised AS (
			UPDATE users SET head = changed.revision FROM changed WHERE users.username = changed.username
		)
		SELECT `+membershipColumns+` FROM changed m JOIN rooms r ON r.name = m.room`, args...)
	if err != nil {
		return 0, fmt.Errorf("change memberships: %w", err)
	}
	var row membershipRow
	_, err = pgx.ForEachRow(rows, row.targets(), func() error {
		username, m := row.membership()
		t.Tell(wire.PersonTopic(username), m)
		changed++
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("change memberships: %w", err)
	}
	return changed, nil
}
