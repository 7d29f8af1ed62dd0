package history

import (
	"time"

	"parley/core/chat"
	"parley/core/wire"
)

// A message is there as long as its id is above the floor of its room: every
// statement that reads messages says so. What is not is about to be deleted.

// roomRow is a room, and how far its log has come.
type roomRow struct {
	wire.Room
	head     chat.Position
	profiled chat.Position // of the latest change of a profile
}

// roomColumns are those of a room, "r", in the order of [roomTargets].
const roomColumns = `r.name::text, r.head, r.revision, r.kind, r.title, r.topic, r.archived_at IS NOT NULL, r.floor, r.retention, r.profiled`

func roomTargets(room *roomRow) []any {
	return []any{
		&room.Room.Room, &room.head, &room.Revision, &room.Kind, &room.Title, &room.Topic, &room.Archived, &room.Floor, &room.RetentionDays,
		&room.profiled,
	}
}

// columns are those of a message, "said", in the order of [row.targets].
const columns = `said.id, said.revision, said.username, said.body, said.created_at, said.client_id,
	said.html, said.edited_at, said.deleted_at IS NOT NULL, said.reply_to, said.thread, said.reactions, said.mentions,
	said.pinned_at, said.pinned_by`

// row is a message as a query returns it, or NULLs where a LEFT JOIN found none.
type row struct {
	id, revision    *chat.Position
	username, body  *string
	createdAt       *time.Time
	clientID        *string
	html            *string
	editedAt        *time.Time
	deleted         bool
	replyTo, thread *chat.Position
	reactions       []chat.Reaction
	mentions        []string
	pinnedAt        *time.Time
	pinnedBy        *string
}

func (r *row) targets() []any {
	return []any{
		&r.id, &r.revision, &r.username, &r.body, &r.createdAt, &r.clientID,
		&r.html, &r.editedAt, &r.deleted, &r.replyTo, &r.thread, &r.reactions, &r.mentions,
		&r.pinnedAt, &r.pinnedBy,
	}
}

// message returns the row's message; ok is false for a row of NULLs.
func (r *row) message(room string) (m chat.Message, ok bool) {
	if r.id == nil {
		return m, false
	}
	m = chat.Message{
		ID: *r.id, Revision: *r.revision, Room: room, Username: *r.username, Body: *r.body, CreatedAt: *r.createdAt,
		ClientID: or(r.clientID), HTML: or(r.html), EditedAt: or(r.editedAt), Deleted: r.deleted,
		ReplyTo: or(r.replyTo), Thread: or(r.thread), Reactions: r.reactions, Mentions: r.mentions,
		PinnedAt: or(r.pinnedAt), PinnedBy: or(r.pinnedBy),
	}
	r.reactions, r.mentions = nil, nil // the next row gets memory of its own
	return m, true
}

// or returns what p points to; the zero value for NULL.
func or[T any](p *T) (value T) {
	if p != nil {
		value = *p
	}
	return value
}
