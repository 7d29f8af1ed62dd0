// Package intake takes people, rooms and messages of another chat into a
// database that may be in use.
//
//	Person ──▶ account, under a name that fits
//	Room   ──▶ room, its members
//	Post   ──▶ batch of messages ──▶ positions behind the room's head
//
// It can be repeated: who and what was taken in is noted in the audit under the
// id that it had elsewhere, and a message has its id elsewhere as its client_id.
// So a run that was broken off is begun again, and a later export adds what is
// new. Each batch is one transaction; memory holds a batch, and the names of
// people and rooms.
package intake

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"parley/messages/internal/account"
	"parley/messages/internal/audit"
	"parley/messages/internal/search"
)

// What the audit says of what was taken in. The detail has "from" and "id".
const (
	personImported = "person.imported"
	roomImported   = "room.imported"
)

// Intake takes in what comes from one other chat. It is not for use by several
// at once.
type Intake struct {
	Report Report

	db     *pgx.Conn
	from   string // "slack"
	same   Namesakes
	locked string            // the hash of a password that nobody knows
	people map[string]string // by their ids there: usernames
	rooms  map[string]string // names
	taken  map[string]bool   // "person ada", "room general": given to an id
}

// Namesakes says who has an account here that is called like somebody who is
// taken in.
type Namesakes string

// The kinds of [Namesakes]. To guess would give one person's private rooms to
// another.
const (
	Unknown Namesakes = ""       // it isn't known: the import ends with an error
	Same    Namesakes = "same"   // the same person
	Others  Namesakes = "others" // somebody else: who is taken in gets another name
)

// Open begins to take in what comes from a chat, whose name must stay the same.
// The caller must Close it.
func Open(ctx context.Context, databaseURL, from string, same Namesakes) (_ *Intake, err error) {
	in := &Intake{from: from, same: same, people: make(map[string]string), rooms: make(map[string]string), taken: make(map[string]bool)}
	in.Report.Skipped = make(map[string]int)
	if in.locked, err = account.LockedHash(); err != nil {
		return nil, err
	}
	if in.db, err = pgx.Connect(ctx, databaseURL); err != nil {
		return nil, fmt.Errorf("connect to import: %w", err)
	}
	if err := in.recall(ctx); err != nil {
		return nil, errors.Join(err, in.db.Close(ctx))
	}
	return in, nil
}

// recall reads what was taken in before.
func (in *Intake) recall(ctx context.Context) error {
	rows, err := in.db.Query(ctx, `
		SELECT action, subject, detail->>'id' FROM audit
		WHERE action IN ('`+personImported+`', '`+roomImported+`') AND detail->>'from' = $1`, in.from)
	if err != nil {
		return fmt.Errorf("read what was imported: %w", err)
	}
	var action, subject, id string
	_, err = pgx.ForEachRow(rows, []any{&action, &subject, &id}, func() error {
		in.note(action, subject, id)
		return nil
	})
	if err != nil {
		return fmt.Errorf("read what was imported: %w", err)
	}
	return nil
}

func (in *Intake) note(action, subject, id string) {
	if action == personImported {
		in.people[id] = subject
		in.taken["person "+subject] = true
	} else {
		in.rooms[id] = subject
		in.taken["room "+subject] = true
	}
}

// record notes in the audit, too, what an id has become.
func (in *Intake) record(ctx context.Context, tx pgx.Tx, action, subject, id string) error {
	return audit.Record(ctx, tx, audit.CommandLine, action, subject, map[string]any{"from": in.from, "id": id})
}

// Username returns who a person is here; ok is false for one who was not taken in.
func (in *Intake) Username(id string) (username string, ok bool) {
	username, ok = in.people[id]
	return username, ok
}

// Room returns the name that a room has here.
func (in *Intake) Room(id string) (name string, ok bool) {
	name, ok = in.rooms[id]
	return name, ok
}

// Close ends it; the index of the search is readied for what came.
func (in *Intake) Close(ctx context.Context) error {
	err := pgx.BeginFunc(ctx, in.db, func(tx pgx.Tx) error { return search.MakeBlocks(ctx, tx) })
	return errors.Join(err, in.db.Close(ctx))
}

// Report says what an import did.
type Report struct {
	People, Rooms, Messages int            // that are new
	Known                   int            // messages that were there already
	Renamed                 []string       // "person Zoë (U1) is zoe"
	Skipped                 map[string]int // what was left out: how many, by what it is
}

// Lines returns the report for people to read.
func (r *Report) Lines() []string {
	lines := slices.Clone(r.Renamed)
	for _, what := range slices.Sorted(maps.Keys(r.Skipped)) {
		lines = append(lines, fmt.Sprintf("left out: %d × %s", r.Skipped[what], what))
	}
	return append(lines, fmt.Sprintf("%d people, %d rooms and %d messages are new; %d messages were there already", r.People, r.Rooms, r.Messages, r.Known))
}

// mostSkipped is how many kinds of things that were left out are told apart.
const mostSkipped = 200

// Skip notes that something was left out.
func (r *Report) Skip(what string) {
	if _, known := r.Skipped[what]; !known && len(r.Skipped) >= mostSkipped {
		what = "something else"
	}
	r.Skipped[what]++
}
