package message

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/core/access"
	"parley/core/chat"
	"parley/core/history"
)

// Version is a body that a message had before.
type Version struct {
	Body     string        `json:"body"`
	Revision chat.Position `json:"revision"` // up to which it stood
	At       time.Time     `json:"at"`       // when it was replaced
}

// Versions returns the bodies that a message had before, the oldest first, as
// far as they are kept. An owner may read those of rooms that they may read.
// Errors: [access.ErrNotFound], [access.ErrForbidden], [ErrNotFound].
func (a *Amender) Versions(ctx context.Context, ref Ref) ([]Version, error) {
	key := access.Key{Username: ref.By.Username, Room: ref.Room}
	grants, err := access.NewStore(a.pool).Grants(ctx, []access.Key{key})
	if err != nil {
		return nil, err
	}
	grant, ok := grants[key]
	switch {
	case !ok:
		return nil, access.ErrNotFound
	case !grant.Role.AtLeast(chat.Owner):
		return nil, access.ErrForbidden
	}
	found, err := history.NewStore(a.pool).Some(ctx, ref.Room, []chat.Position{ref.ID})
	switch {
	case err != nil:
		return nil, err
	case len(found) == 0:
		return nil, ErrNotFound
	}
	rows, err := a.pool.Query(ctx, `
		SELECT body, revision, at FROM message_versions WHERE room = $1 AND id = $2 ORDER BY revision, at`, ref.Room, ref.ID)
	if err != nil {
		return nil, fmt.Errorf("read versions: %w", err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (v Version, err error) {
		err = row.Scan(&v.Body, &v.Revision, &v.At)
		v.At = v.At.UTC()
		return v, err
	})
	if err != nil {
		return nil, fmt.Errorf("read versions: %w", err)
	}
	return append([]Version{}, all...), nil
}

// RemoveVersions removes the bodies that were replaced longer ago than kept.
func (a *Amender) RemoveVersions(ctx context.Context, kept time.Duration) error {
	const batch = 10_000
	for {
		tag, err := a.pool.Exec(ctx, `
			DELETE FROM message_versions WHERE ctid = ANY(ARRAY(
				SELECT ctid FROM message_versions WHERE at < now() - $1::interval LIMIT $2))`, kept, batch)
		if err != nil {
			return fmt.Errorf("remove versions: %w", err)
		}
		if tag.RowsAffected() < batch {
			return nil
		}
	}
}
