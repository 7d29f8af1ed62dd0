// Package access decides who may do what. Both services ask it, and its
// conditions are part of the statements that read or write: what a statement
// returns or changes was allowed in that statement's snapshot.
//
//	role     open rooms      private and direct rooms
//	owner    all             those they are in
//	admin    all             those they are in
//	member   all             those they are in
//	guest    those they are in
//
// For who may not read it a room does not exist: nothing tells it from one
// that never was.
package access

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"parley/core/chat"
)

// Read is the SQL condition under which a person may read a room. In a
// statement with it p is the row of users, r that of rooms, and m the person's
// row of memberships in the room, or NULLs.
const Read = `(p.banned_at IS NULL AND (m.member OR r.kind = 'open' AND p.role <> 'guest'))`

// Key names a person and a room.
type Key struct {
	Username, Room string
}

// Grant is what a person who may read a room has in it.
type Grant struct {
	Role      chat.Role
	Kind      chat.Kind
	Archived  bool
	Member    bool          // without it: an open room, not joined
	Moderator bool          // of this room
	Joined    chat.Position // the room's head when they came in; 0 unless Member
	Revision  chat.Position // of the membership, on the person's log; 0 if there never was one
	Head      chat.Position // of the person's log, in the same snapshot
	Room      chat.Position // the room's head, likewise
}

// Columns are those of a grant, in a statement with [Read], in the order of
// [Grant.Targets].
const Columns = `p.role, r.kind, r.archived_at IS NOT NULL,
	coalesce(m.member, false), coalesce(m.moderator AND m.member, false),
	CASE WHEN m.member THEN m.joined ELSE 0 END, coalesce(m.revision, 0), p.head, r.head`

// Targets returns where a row's [Columns] go.
func (g *Grant) Targets() []any {
	return []any{&g.Role, &g.Kind, &g.Archived, &g.Member, &g.Moderator, &g.Joined, &g.Revision, &g.Head, &g.Room}
}

// Moderates reports whether the person may change the room's settings and
// remove its members: a moderator of the room, or an admin who may read it. A
// direct room nobody moderates.
func (g Grant) Moderates() bool {
	return g.Kind != chat.Direct && (g.Moderator || g.Role.AtLeast(chat.Admin))
}

// Store answers who may what from Postgres.
type Store struct {
	db database
}

// database is a pool, or a transaction.
type database interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// NewStore returns a store on pool.
func NewStore(pool *pgxpool.Pool) *Store { return &Store{pool} }

// In returns what a transaction sees.
func In(tx pgx.Tx) *Store { return &Store{tx} }

// Grants returns what is granted of keys, in one query. A key without a grant
// names a room that the person may not read, or that there isn't.
func (s *Store) Grants(ctx context.Context, keys []Key) (map[Key]Grant, error) {
	usernames, rooms := make([]string, len(keys)), make([]string, len(keys))
	for i, key := range keys {
		usernames[i], rooms[i] = key.Username, key.Room
	}
	rows, err := s.db.Query(ctx, `
		SELECT p.username, r.name, `+Columns+`
		FROM unnest($1::text[], $2::text[]) AS asked (username, room)
		JOIN users p ON p.username = asked.username
		JOIN rooms r ON r.name = asked.room
		LEFT JOIN memberships m ON m.username = p.username AND m.room = r.name
		WHERE `+Read, usernames, rooms)
	if err != nil {
		return nil, fmt.Errorf("ask for access: %w", err)
	}
	grants := make(map[Key]Grant, len(keys))
	var key Key
	var g Grant
	_, err = pgx.ForEachRow(rows, append([]any{&key.Username, &key.Room}, g.Targets()...), func() error {
		grants[key] = g
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("ask for access: %w", err)
	}
	return grants, nil
}

// Rooms are the rooms that a person is in, in one snapshot with the head of
// the person's log: later changes have a higher revision than Head.
type Rooms struct {
	Role   chat.Role
	Head   chat.Position
	Names  []string        // in order of name
	Joined []chat.Position // of each of Names: the room's head when they came in
}

// RoomsOf returns the rooms of each of usernames that has an account that is
// not banned, in one query.
func (s *Store) RoomsOf(ctx context.Context, usernames []string) (map[string]Rooms, error) {
	rows, err := s.db.Query(ctx, `
		SELECT p.username, p.role, p.head,
			ARRAY(SELECT m.room FROM memberships m WHERE m.username = p.username AND m.member ORDER BY m.room),
			ARRAY(SELECT m.joined FROM memberships m WHERE m.username = p.username AND m.member ORDER BY m.room)
		FROM users p
		WHERE p.username = ANY($1) AND p.banned_at IS NULL`, usernames)
	if err != nil {
		return nil, fmt.Errorf("read memberships: %w", err)
	}
	all := make(map[string]Rooms, len(usernames))
	var username string
	var one Rooms
	_, err = pgx.ForEachRow(rows, []any{&username, &one.Role, &one.Head, &one.Names, &one.Joined}, func() error {
		all[username] = one
		one.Names, one.Joined = nil, nil
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read memberships: %w", err)
	}
	return all, nil
}
