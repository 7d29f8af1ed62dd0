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

	"parley/core/chat"
	"parley/core/wire"
)

// ErrNotFound is returned for a room or a person that doesn't exist, or that
// the asker may not read.
var ErrNotFound = errors.New("no such log")

// Store reads history. Its other errors are wrapped pgx errors.
type Store struct {
	db database
}

// database is a pool, or a transaction.
type database interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// NewStore returns a store on pool.
func NewStore(pool *pgxpool.Pool) *Store { return &Store{pool} }

// In returns what a transaction sees.
func In(tx pgx.Tx) *Store { return &Store{tx} }

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

// Known are logs and the heads that somebody takes them to have.
type Known struct {
	rooms, people         []string
	roomHeads, peopleHead []chat.Position
}

// Add adds a log.
func (k *Known) Add(topic wire.Topic, head chat.Position) {
	if username, ok := topic.Person(); ok {
		k.people, k.peopleHead = append(k.people, username), append(k.peopleHead, head)
		return
	}
	k.rooms, k.roomHeads = append(k.rooms, string(topic)), append(k.roomHeads, head)
}

// Clear makes k empty; its memory is used again.
func (k *Known) Clear() {
	clear(k.rooms)
	clear(k.people)
	k.rooms, k.people = k.rooms[:0], k.people[:0]
	k.roomHeads, k.peopleHead = k.roomHeads[:0], k.peopleHead[:0]
}

// Move is a log whose head is not what it was taken for.
type Move struct {
	Topic wire.Topic
	Known chat.Position // what it was taken for
	Head  chat.Position // what it is; 0 for a log that isn't there
}

// Moved returns those of known whose head is another, in one query. Usually
// there are few, so it costs little to ask about thousands.
func (s *Store) Moved(ctx context.Context, known *Known) ([]Move, error) {
	rows, err := s.db.Query(ctx, `
		SELECT asked.name, false, asked.head, coalesce(r.head, 0)
		FROM unnest($1::text[], $2::int8[]) AS asked (name, head) LEFT JOIN rooms r ON r.name = asked.name
		WHERE coalesce(r.head, 0) <> asked.head
		UNION ALL
		SELECT asked.name, true, asked.head, coalesce(p.head, 0)
		FROM unnest($3::text[], $4::int8[]) AS asked (name, head) LEFT JOIN users p ON p.username = asked.name
		WHERE coalesce(p.head, 0) <> asked.head`, known.rooms, known.roomHeads, known.people, known.peopleHead)
	if err != nil {
		return nil, fmt.Errorf("compare heads: %w", err)
	}
	var moved []Move
	var name string
	var person bool
	var one Move
	_, err = pgx.ForEachRow(rows, []any{&name, &person, &one.Known, &one.Head}, func() error {
		one.Topic = topicOf(name, person)
		moved = append(moved, one)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("compare heads: %w", err)
	}
	return moved, nil
}

func topicOf(name string, person bool) wire.Topic {
	if person {
		return wire.PersonTopic(name)
	}
	return wire.RoomTopic(name)
}
