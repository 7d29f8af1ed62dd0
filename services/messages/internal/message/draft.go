package message

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/core/chat"
	"parley/core/markup"
	"parley/messages/internal/change"
)

// queue adds the statements that store the message as it is now.
func (d *draft) queue(batch *pgx.Batch, keepVersions bool) {
	m := &d.Message
	batch.Queue(`
		UPDATE messages SET revision = $3, body = $4, html = $5, renderer = $6, edited_at = $7,
			deleted_at = CASE WHEN $8 THEN coalesce(deleted_at, $9) END,
			mentions = $10, reactions = $11, pinned_at = $12, pinned_by = $13
		WHERE room = $1 AND id = $2`,
		m.Room, m.ID, m.Revision, m.Body, orNull(m.HTML), markup.Version, timeOrNull(m.EditedAt),
		m.Deleted, d.state.now, m.Mentions, reactionsOrNull(m.Reactions), timeOrNull(m.PinnedAt), orNull(m.PinnedBy))
	if keepVersions && len(d.bodies) > 0 { // of several in a batch the later ones never had a position
		batch.Queue(`INSERT INTO message_versions (room, id, revision, body) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
			m.Room, m.ID, d.was, d.bodies[0])
	}
}

// record writes an act by virtue of a role into the audit. Whoever reads that
// may not know of a private room, so its name stays out.
func (d *draft) record(ctx context.Context, tx *change.Tx, act audited) error {
	detail := map[string]any{"author": d.Username}
	room := ""
	if d.grant.Kind == chat.Open {
		room, detail["id"] = d.Room, d.ID
	} else {
		detail["kind"] = d.grant.Kind
	}
	return change.Record(ctx, tx, act.actor, act.action, room, detail)
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func timeOrNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// reactionsOrNull returns reactions as the column has them.
func reactionsOrNull(all []chat.Reaction) *string {
	if len(all) == 0 {
		return nil
	}
	data, err := json.Marshal(all)
	if err != nil {
		panic(err) // text alone
	}
	text := string(data)
	return &text
}
