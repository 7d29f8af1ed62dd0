package message

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/core/access"
	"parley/core/chat"
	"parley/core/history"
	"parley/core/session"
	"parley/core/wire"
	"parley/messages/internal/change"
)

// state is what a batch of changes works on: a room's log, locked.
type state struct {
	room   string
	head   chat.Position
	pins   int
	now    time.Time
	live   map[session.Key]bool
	grants map[access.Key]access.Grant
	drafts map[chat.Position]*draft
	order  []*draft // those that have changed, in the order in which they did first
}

// draft is a message that may be changed.
type draft struct {
	chat.Message
	was     chat.Position // its revision before the batch
	by      string        // who changes it now
	grant   access.Grant
	state   *state
	changed bool
	bodies  []string // that were replaced
	acts    []audited
}

// audited is an act by virtue of a role.
type audited struct{ actor, action string }

// read reads what the acts of a batch need to know, in the transaction that
// holds the room's lock.
func read(ctx context.Context, tx *change.Tx, room string, batch []*amendment) (*state, error) {
	s := &state{room: room, live: map[session.Key]bool{{}: true}, drafts: make(map[chat.Position]*draft)}
	var keys []access.Key
	var sessions [][]byte
	var ids []chat.Position
	for _, one := range batch {
		keys = append(keys, access.Key{Username: one.By.Username, Room: room})
		ids = append(ids, one.ID)
		if one.By.Key != (session.Key{}) { // the zero key is nobody's: see change.Scope
			sessions = append(sessions, one.By.Key[:])
		}
	}
	if err := s.readLive(ctx, tx, sessions); err != nil {
		return nil, err
	}
	var err error
	if s.grants, err = access.In(tx).Grants(ctx, keys); err != nil {
		return nil, err
	}
	found, err := history.In(tx).Some(ctx, room, ids)
	if err != nil {
		return nil, err
	}
	if s.pins, err = history.In(tx).Pins(ctx, room); err != nil {
		return nil, err
	}
	for _, m := range found {
		s.drafts[m.ID] = &draft{Message: m, was: m.Revision, state: s}
	}
	return s, nil
}

// readLive reads which sessions are live, and the room's head and the time.
func (s *state) readLive(ctx context.Context, tx *change.Tx, sessions [][]byte) error {
	batch := &pgx.Batch{}
	batch.Queue(`SELECT token_hash FROM sessions WHERE token_hash = ANY($1) AND expires_at > now()`, sessions)
	batch.Queue(`SELECT head, clock_timestamp() FROM rooms WHERE name = $1`, s.room)
	results := tx.SendBatch(ctx, batch)
	rows, err := results.Query()
	if err == nil {
		var key []byte
		_, err = pgx.ForEachRow(rows, []any{&key}, func() error {
			s.live[session.Key(key)] = true
			return nil
		})
	}
	if err == nil {
		err = results.QueryRow().Scan(&s.head, &s.now)
		if errors.Is(err, pgx.ErrNoRows) {
			err = nil // there is no such room: nobody has a grant in it
		}
	}
	if err = errors.Join(err, results.Close()); err != nil {
		return fmt.Errorf("read the room: %w", err)
	}
	return nil
}

// do does one act.
func (s *state) do(one *amendment) error {
	grant, err := s.allowed(one)
	if err != nil {
		return err
	}
	d := s.drafts[one.ID]
	if d == nil {
		return ErrNotFound
	}
	d.by, d.grant = one.By.Username, grant
	changed, err := one.change(d)
	if err != nil {
		return err
	}
	if changed && !d.changed {
		s.head++
		d.changed, d.Revision = true, s.head
		s.order = append(s.order, d)
	}
	return nil
}

// write writes the messages that have changed, and tells of them.
func (s *state) write(ctx context.Context, tx *change.Tx, keepVersions bool) error {
	if len(s.order) == 0 {
		return nil
	}
	batch := &pgx.Batch{}
	for _, d := range s.order {
		d.queue(batch, keepVersions)
	}
	batch.Queue(`UPDATE rooms SET head = $2 WHERE name = $1`, s.room, s.head)
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("store changed messages: %w", err)
	}
	for _, d := range s.order {
		for _, act := range d.acts {
			if err := d.record(ctx, tx, act); err != nil {
				return err
			}
		}
		tx.Tell(wire.RoomTopic(s.room), &d.Message)
	}
	return nil
}
