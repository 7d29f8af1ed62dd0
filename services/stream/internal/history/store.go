// Package history reads rooms and messages from Postgres: the heads, and what
// follows a position. Nothing here writes.
package history

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"parley/core/event"
)

// ErrRoomNotFound is returned for a room that doesn't exist.
var ErrRoomNotFound = errors.New("room not found")

// Store reads history. Its other errors are wrapped pgx errors.
type Store struct {
	pool *pgxpool.Pool
}

// NewStore returns a store on pool.
func NewStore(pool *pgxpool.Pool) *Store { return &Store{pool: pool} }

// Page is what a room holds of the positions (From, Upto], in order of
// revision. Positions without a message were superseded by a later one.
type Page struct {
	Messages []event.Message
	From     event.Position
	Upto     event.Position
	Head     event.Position // of the room, in the same snapshot
}

const columns = `m.id, m.revision, m.username, m.body, m.created_at, m.client_id`

// Heads returns the head of each of rooms that exists.
func (s *Store) Heads(ctx context.Context, rooms []string) (map[string]event.Position, error) {
	rows, err := s.pool.Query(ctx, `SELECT name, head FROM rooms WHERE name = ANY($1)`, rooms)
	if err != nil {
		return nil, fmt.Errorf("read heads: %w", err)
	}
	heads := make(map[string]event.Position, len(rooms))
	var name string
	var head event.Position
	_, err = pgx.ForEachRow(rows, []any{&name, &head}, func() error {
		heads[name] = head
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read heads: %w", err)
	}
	return heads, nil
}

// Exists returns [ErrRoomNotFound] unless there is such a room.
func (s *Store) Exists(ctx context.Context, room string) error {
	heads, err := s.Heads(ctx, []string{room})
	if err != nil {
		return err
	}
	if _, ok := heads[room]; !ok {
		return ErrRoomNotFound
	}
	return nil
}

// After returns at most limit messages of room that follow position at. The
// page reaches the head, or its last message if there is more.
func (s *Store) After(ctx context.Context, room string, at event.Position, limit int) (Page, error) {
	page, err := s.page(ctx, room, limit, `
		SELECT r.head, `+columns+`
		FROM rooms r LEFT JOIN LATERAL (
			SELECT * FROM messages
			WHERE room = r.name AND revision > $2 AND revision <= r.head
			ORDER BY revision LIMIT $3
		) m ON true
		WHERE r.name = $1
		ORDER BY m.revision`, room, at, limit)
	if err != nil {
		return Page{}, err
	}
	page.From, page.Upto = at, page.Head
	if len(page.Messages) == limit {
		page.Upto = page.Messages[limit-1].Revision
	}
	return page, nil
}

// Latest returns the limit messages of room with the highest revisions. The
// page reaches the head.
func (s *Store) Latest(ctx context.Context, room string, limit int) (Page, error) {
	page, err := s.page(ctx, room, limit, `
		SELECT r.head, `+columns+`
		FROM rooms r LEFT JOIN LATERAL (
			SELECT * FROM messages
			WHERE room = r.name
			ORDER BY revision DESC LIMIT $2
		) m ON true
		WHERE r.name = $1
		ORDER BY m.revision`, room, limit)
	if err != nil {
		return Page{}, err
	}
	page.Upto = page.Head
	if len(page.Messages) == limit {
		page.From = page.Messages[0].Revision - 1
	}
	return page, nil
}

// page runs a query whose every row has the head, and a message or NULLs. It
// is one statement, so head and messages are of one snapshot.
func (s *Store) page(ctx context.Context, room string, limit int, sql string, args ...any) (Page, error) {
	rows, err := s.pool.Query(ctx, sql, args...)
	if err != nil {
		return Page{}, fmt.Errorf("read history: %w", err)
	}
	page := Page{Messages: make([]event.Message, 0, min(limit, 64)), Head: -1}
	var row struct {
		id, revision   *event.Position
		username, body *string
		createdAt      *time.Time
		clientID       *string
	}
	scans := []any{&page.Head, &row.id, &row.revision, &row.username, &row.body, &row.createdAt, &row.clientID}
	_, err = pgx.ForEachRow(rows, scans, func() error {
		if row.id == nil {
			return nil
		}
		m := event.Message{
			ID: *row.id, Revision: *row.revision, Room: room,
			Username: *row.username, Body: *row.body, CreatedAt: *row.createdAt,
		}
		if row.clientID != nil {
			m.ClientID = *row.clientID
		}
		page.Messages = append(page.Messages, m)
		return nil
	})
	if err != nil {
		return Page{}, fmt.Errorf("read history: %w", err)
	}
	if page.Head < 0 {
		return Page{}, ErrRoomNotFound
	}
	return page, nil
}
