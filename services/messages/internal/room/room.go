// Package room keeps the rooms: their names and their heads.
package room

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"parley/core/backing"
	"parley/core/chat"
)

// The errors of this package that a client caused.
var (
	ErrNotFound    = errors.New("room not found")
	ErrExists      = errors.New("room exists")
	ErrNameInvalid = errors.New("room name invalid")
)

// reserved can't be a room's name: /chat/stream is the stream of many rooms.
const reserved = "stream"

// Room is a place to talk in. Head is the position of its newest change.
type Room struct {
	Name string        `json:"name"`
	Head chat.Position `json:"head"`
}

// Store keeps rooms in Postgres.
type Store struct {
	pool *pgxpool.Pool
}

// NewStore returns a store on pool.
func NewStore(pool *pgxpool.Pool) *Store { return &Store{pool: pool} }

// Create stores a new, empty room made by username. Errors: [ErrNameInvalid],
// [ErrExists].
func (s *Store) Create(ctx context.Context, name, username string) error {
	if !chat.ValidRoom(name) || name == reserved {
		return ErrNameInvalid
	}
	_, err := s.pool.Exec(ctx, `INSERT INTO rooms (name, created_by) VALUES ($1, $2)`, name, username)
	if backing.Code(err) == pgerrcode.UniqueViolation {
		return ErrExists
	}
	if err != nil {
		return fmt.Errorf("store room: %w", err)
	}
	return nil
}

// List returns all rooms, by name.
func (s *Store) List(ctx context.Context) ([]Room, error) {
	rows, err := s.pool.Query(ctx, `SELECT name, head FROM rooms ORDER BY name COLLATE "C"`)
	if err != nil {
		return nil, fmt.Errorf("list rooms: %w", err)
	}
	rooms, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Room])
	if err != nil {
		return nil, fmt.Errorf("list rooms: %w", err)
	}
	return rooms, nil
}
