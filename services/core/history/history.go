// Package history reads from Postgres what has happened: the heads of logs,
// what follows a position, and stretches of a room's messages. It holds the
// only SQL that reads messages. Nothing here writes.
package history

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"parley/core/backing"
	"parley/core/chat"
	"parley/core/wire"
)

// ErrNotFound is returned for a room or a person that doesn't exist, or that
// the asker may not read.
var ErrNotFound = errors.New("no such log")

// Store reads history. Its other errors are wrapped pgx errors.
type Store struct {
	db       database
	pool     *pgxpool.Pool // nil within a transaction
	replicas *backing.Replicas
	least    chat.Position // of a replica: the head that a room must have reached
}

// database is a pool, or a transaction.
type database interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// NewStore returns a store on pool.
func NewStore(pool *pgxpool.Pool) *Store { return &Store{db: pool, pool: pool} }

// WithReplicas returns a store that reads from replicas, too, where the caller
// knows how far they must have come: [Store.AfterFrom], [Store.StretchFrom].
func (s *Store) WithReplicas(replicas *backing.Replicas) *Store {
	return &Store{db: s.db, pool: s.pool, replicas: replicas}
}

// HasReplicas reports whether there are replicas to read from.
func (s *Store) HasReplicas() bool { return s.replicas != nil }

// In returns what a transaction sees.
func In(tx pgx.Tx) *Store { return &Store{db: tx} }

// Heads returns the head of each of topics that exists, in one query.
func (s *Store) Heads(ctx context.Context, topics []wire.Topic) (map[wire.Topic]chat.Position, error) {
	var rooms, people []string
	for _, topic := range topics {
		if username, ok := topic.Person(); ok {
			people = append(people, username)
		} else {
			rooms = append(rooms, string(topic))
		}
	}
	rows, err := s.db.Query(ctx, `
		SELECT name::text, false, head FROM rooms WHERE name = ANY($1)
		UNION ALL
		SELECT username, true, head FROM users WHERE username = ANY($2)`, rooms, people)
	if err != nil {
		return nil, fmt.Errorf("read heads: %w", err)
	}
	heads := make(map[wire.Topic]chat.Position, len(topics))
	var name string
	var person bool
	var head chat.Position
	_, err = pgx.ForEachRow(rows, []any{&name, &person, &head}, func() error {
		heads[topicOf(name, person)] = head
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read heads: %w", err)
	}
	return heads, nil
}

func topicOf(name string, person bool) wire.Topic {
	if person {
		return wire.PersonTopic(name)
	}
	return wire.RoomTopic(name)
}
