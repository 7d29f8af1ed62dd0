package message

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"parley/core/event"
	"parley/messages/internal/room"
)

// The numbers of messages on a page of history.
const (
	DefaultPage = 50
	MaxPage     = 200
)

// Page is a stretch of a room's history.
type Page struct {
	Messages []event.Message // oldest first
	Head     event.Position  // of the room, at the same moment
	More     bool            // there are older ones
}

// History reads messages from Postgres.
type History struct {
	pool *pgxpool.Pool
}

// NewHistory returns the history in pool's database.
func NewHistory(pool *pgxpool.Pool) *History { return &History{pool: pool} }

// Page returns the newest limit messages of a room whose id is below before,
// or of all if before is 0. Head and messages are of one moment: a stream that
// goes on after Head misses none. Errors: [room.ErrNotFound].
func (h *History) Page(ctx context.Context, name string, before event.Position, limit int) (Page, error) {
	rows, err := h.pool.Query(ctx, `
		SELECT rooms.head, m.id, m.revision, m.username, m.body, m.created_at, m.client_id
		FROM rooms
		LEFT JOIN LATERAL (
			SELECT id, revision, username, body, created_at, client_id
			FROM messages
			WHERE room = rooms.name AND ($2::bigint = 0 OR id < $2)
			ORDER BY id DESC
			LIMIT $3
		) m ON true
		WHERE rooms.name = $1`, name, before, limit+1)
	if err != nil {
		return Page{}, fmt.Errorf("read history: %w", err)
	}
	page, err := collect(rows, name)
	if err != nil {
		return Page{}, err
	}
	if len(page.Messages) > limit {
		page.Messages, page.More = page.Messages[:limit], true
	}
	slices.Reverse(page.Messages)
	return page, nil
}

// collect reads the rows: none if there is no such room, one of NULLs if
// nothing was said in it.
func collect(rows pgx.Rows, name string) (Page, error) {
	defer rows.Close()
	page := Page{Messages: []event.Message{}}
	exists := false
	for rows.Next() {
		exists = true
		var id, revision *event.Position
		var username, body, clientID *string
		var createdAt *time.Time
		if err := rows.Scan(&page.Head, &id, &revision, &username, &body, &createdAt, &clientID); err != nil {
			return Page{}, fmt.Errorf("read history: %w", err)
		}
		if id == nil {
			continue
		}
		m := event.Message{ID: *id, Revision: *revision, Room: name, Username: *username, Body: *body, CreatedAt: *createdAt}
		if clientID != nil {
			m.ClientID = *clientID
		}
		page.Messages = append(page.Messages, m)
	}
	if err := rows.Err(); err != nil {
		return Page{}, fmt.Errorf("read history: %w", err)
	}
	if !exists {
		return Page{}, room.ErrNotFound
	}
	return page, nil
}
