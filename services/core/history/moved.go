package history

import (
	"context"
	"encoding/binary"
	"fmt"
	"strconv"

	"parley/core/bulk"
	"parley/core/chat"
	"parley/core/wire"
)

// Known are logs and the heads that somebody takes them to have, written as
// Postgres takes them; see [bulk]. The zero Known is empty.
type Known struct {
	rooms, people list
}

// list is names and their heads as texts of Postgres's arrays, but for the
// brace at their ends.
type list struct {
	names, heads []byte
}

// Add adds a log, whose topic must be valid.
func (k *Known) Add(topic wire.Topic, head chat.Position) {
	if username, ok := topic.Person(); ok {
		k.people.add(username, head)
	} else {
		k.rooms.add(string(topic), head)
	}
}

func (l *list) add(name string, head chat.Position) {
	mark := byte(',')
	if len(l.names) == 0 {
		mark = '{'
	}
	l.names = append(append(append(l.names, mark, '"'), name...), '"') // a name has nothing to escape
	l.heads = strconv.AppendInt(append(l.heads, mark), head, 10)
}

// arrays returns the texts.
func (l *list) arrays() (names, heads []byte) {
	if len(l.names) == 0 {
		return []byte("{}"), []byte("{}")
	}
	return append(l.names, '}'), append(l.heads, '}')
}

// Clear makes k empty; its memory is used again.
func (k *Known) Clear() {
	for _, l := range []*list{&k.rooms, &k.people} {
		l.names, l.heads = l.names[:0], l.heads[:0]
	}
}

// Move is a log whose head is not what it was taken for.
type Move struct {
	Topic wire.Topic
	Known chat.Position // what it was taken for
	Head  chat.Position // what it is; 0 for a log that isn't there
}

// Moved returns those of known whose head is another, in one query. Usually
// there are few, so it costs little to ask about thousands. It is not for use
// within a transaction.
func (s *Store) Moved(ctx context.Context, known *Known) ([]Move, error) {
	rooms, roomHeads := known.rooms.arrays()
	people, peopleHeads := known.people.arrays()
	var moved []Move
	err := bulk.Ask(ctx, s.pool, `
		SELECT asked.name, false, asked.head, coalesce(r.head, 0)
		FROM unnest($3::text::text[], $1::text::int8[]) AS asked (name, head) LEFT JOIN rooms r ON r.name = asked.name
		WHERE coalesce(r.head, 0) <> asked.head
		UNION ALL
		SELECT asked.name, true, asked.head, coalesce(p.head, 0)
		FROM unnest($4::text::text[], $2::text::int8[]) AS asked (name, head) LEFT JOIN users p ON p.username = asked.name
		WHERE coalesce(p.head, 0) <> asked.head`, [][]byte{roomHeads, peopleHeads, rooms, people}, func(values [][]byte) {
		moved = append(moved, Move{
			Topic: topicOf(string(values[0]), values[1][0] != 0),
			Known: position(values[2]), Head: position(values[3]),
		})
	})
	if err != nil {
		return nil, fmt.Errorf("compare heads: %w", err)
	}
	return moved, nil
}

// position reads Postgres's binary form of one.
func position(value []byte) chat.Position {
	return chat.Position(binary.BigEndian.Uint64(value)) //nolint:gosec // it was written as one
}
