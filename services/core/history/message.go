package history

import (
	"time"

	"parley/core/chat"
)

// columns are those of a message, "said", in the order of [row.targets].
const columns = `said.id, said.revision, said.username, said.body, said.created_at, said.client_id`

// row is a message as a query returns it, or NULLs where a LEFT JOIN found none.
type row struct {
	id, revision   *chat.Position
	username, body *string
	createdAt      *time.Time
	clientID       *string
}

func (r *row) targets() []any {
	return []any{&r.id, &r.revision, &r.username, &r.body, &r.createdAt, &r.clientID}
}

// message returns the row's message; ok is false for a row of NULLs.
func (r *row) message(room string) (m chat.Message, ok bool) {
	if r.id == nil {
		return m, false
	}
	m = chat.Message{
		ID: *r.id, Revision: *r.revision, Room: room, Username: *r.username, Body: *r.body, CreatedAt: *r.createdAt,
	}
	if r.clientID != nil {
		m.ClientID = *r.clientID
	}
	return m, true
}
