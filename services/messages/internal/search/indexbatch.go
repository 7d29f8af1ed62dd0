package search

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/core/chat"
)

// The size of a batch.
const (
	batchRooms    = 32
	batchMessages = 64 // of a room
)

// batch is what a transaction of the indexer indexes.
type batch struct {
	rooms     []string
	positions []chat.Position // up to which they are indexed then
	messages  []indexed
	full      bool // there may be more to index
}

// indexed is a message as the indexer reads it.
type indexed struct {
	room, username, body string
	kind                 chat.Kind
	id                   chat.Position
	at                   time.Time
	deleted              bool
}

// readBatch reads what follows in rooms that have changed.
func readBatch(ctx context.Context, tx pgx.Tx) (b batch, err error) {
	rows, err := tx.Query(ctx, `
		SELECT late.room, late.kind, late.head, said.revision, said.id, said.username, said.body, said.created_at, said.deleted_at IS NOT NULL
		FROM (
			SELECT r.name::text AS room, r.kind, r.head, r.floor, coalesce(i.position, 0) AS position
			FROM rooms r LEFT JOIN search_rooms i ON i.room = r.name
			WHERE r.head > coalesce(i.position, 0)
			LIMIT $1
		) AS late
		LEFT JOIN LATERAL (
			SELECT revision, id, username, body, created_at, deleted_at FROM messages
			WHERE room = late.room AND id > late.floor AND revision > late.position
			ORDER BY revision LIMIT $2
		) AS said ON true
		ORDER BY late.room, said.revision`, batchRooms, batchMessages)
	if err != nil {
		return batch{}, fmt.Errorf("read what to index: %w", err)
	}
	var room string
	var read int // messages of room
	var kind chat.Kind
	var head chat.Position
	var revision, id *chat.Position
	var username, body *string
	var at *time.Time
	var deleted bool
	_, err = pgx.ForEachRow(rows, []any{&room, &kind, &head, &revision, &id, &username, &body, &at, &deleted}, func() error {
		if last := len(b.rooms) - 1; last < 0 || b.rooms[last] != room {
			b.rooms, b.positions, read = append(b.rooms, room), append(b.positions, head), 0
		}
		if id == nil {
			return nil // all that changed is the room itself
		}
		b.messages = append(b.messages, indexed{room, *username, *body, kind, *id, *at, deleted})
		if read++; read == batchMessages { // there may be others
			b.positions[len(b.positions)-1], b.full = *revision, true
		}
		return nil
	})
	if err != nil {
		return batch{}, fmt.Errorf("read what to index: %w", err)
	}
	b.full = b.full || len(b.rooms) == batchRooms
	return b, nil
}

// terms returns what a message can be found by.
func (m *indexed) terms(b blocks) []term {
	block := b.of(m.at)
	terms := []term{
		blockTerm(block), superTerm(block),
		every, termOf(kindRoom, m.room), termOf(kindUser, m.username),
	}
	if m.kind == chat.Open {
		terms = append(terms, openRoom)
	}
	if linkOf(m.body) != "" {
		terms = append(terms, hasLink)
	}
	return sorted(bodyTerms(terms, fold(m.body, false).s))
}
