package room

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"parley/core/access"
	"parley/core/chat"
	"parley/core/history"
)

// Room is a room as one who is in it has it.
type Room struct {
	Name      string        `json:"name"`
	Title     string        `json:"title"` // "" of a direct room
	Topic     string        `json:"topic"`
	Kind      chat.Kind     `json:"kind"`
	Archived  bool          `json:"archived"`
	Head      chat.Position `json:"head"`
	Read      chat.Position `json:"read"`     // one's own newest message is read, too
	Unread    int           `json:"unread"`   // exact up to 99; 100 is more
	Mentions  int           `json:"mentions"` // how many of the unread ones mention the person
	Moderator bool          `json:"moderator"`
	Reopened  chat.Position `json:"reopened,omitempty"` // the head when it was marked unread: one's own messages up to there are not read
	Notify    chat.Level    `json:"notify"`
	People    []string      `json:"people,omitempty"` // of a direct room, in order of name

	Floor         chat.Position `json:"floor,omitempty"`          // what was said up to here is gone, and counts as read
	RetentionDays *int          `json:"retention_days,omitempty"` // how long messages are kept; 0 is for ever, nil as the deployment says
}

// moment begins a transaction in which all that is read is of one moment.
const moment = `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; ` + history.ByIndex

// Mine returns the rooms that a person is in, by name, and the head of the
// person's log, all of one moment. It costs what these rooms cost, however many
// others there are.
func (s *Store) Mine(ctx context.Context, username string) (rooms []Room, head chat.Position, err error) {
	err = pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{BeginQuery: moment}, func(tx pgx.Tx) error {
		if rooms, head, err = mine(ctx, tx, username); err != nil {
			return err
		}
		return s.tails.count(ctx, tx, username, rooms)
	})
	if err != nil {
		return nil, 0, fmt.Errorf("list rooms: %w", err)
	}
	return rooms, head, nil
}

// mine is Mine before anything is counted.
func mine(ctx context.Context, tx pgx.Tx, username string) (rooms []Room, head chat.Position, err error) {
	rows, err := tx.Query(ctx, `
		SELECT p.head, m.member, coalesce(r.name::text, ''),
			coalesce(CASE WHEN r.title = '' AND r.kind <> 'direct' THEN r.name ELSE r.title END, ''),
			coalesce(r.topic, ''), coalesce(r.kind, ''), r.archived_at IS NOT NULL, coalesce(r.head, 0),
			greatest(m.read, r.floor, 0), coalesce(m.reopened, 0), coalesce(m.moderator, false), coalesce(m.notify, ''), r.people,
			coalesce(r.floor, 0), r.retention
		FROM users p
		LEFT JOIN (memberships m JOIN rooms r ON r.name = m.room) ON m.username = p.username AND m.member
		WHERE p.username = $1
		ORDER BY r.name`, username)
	if err != nil {
		return nil, 0, err
	}
	rooms = []Room{}
	var r Room
	var member *bool // nil for who is in no room
	_, err = pgx.ForEachRow(rows, []any{
		&head, &member, &r.Name, &r.Title, &r.Topic, &r.Kind, &r.Archived, &r.Head,
		&r.Read, &r.Reopened, &r.Moderator, &r.Notify, &r.People, &r.Floor, &r.RetentionDays,
	}, func() error {
		if member != nil {
			rooms = append(rooms, r)
		}
		r.People = nil // the next row must not write into it
		return nil
	})
	return rooms, head, err
}

// MaxBrowse is how many rooms a page of those to be found has.
const MaxBrowse = 50

// Found is a room that can be joined, or is.
type Found struct {
	Name   string    `json:"name"`
	Title  string    `json:"title"`
	Topic  string    `json:"topic"`
	Kind   chat.Kind `json:"kind"`
	Member bool      `json:"member"`
}

// Browse returns open rooms that are not archived and have search in their name
// or title, by name, from the first after a name on; more reports whether there
// are others. Errors: [access.ErrForbidden] for a guest.
func (s *Store) Browse(ctx context.Context, username, search, after string) (found []Found, more bool, err error) {
	rows, err := s.pool.Query(ctx, `
		SELECT p.role, found.name::text, found.title, found.topic, found.kind, found.member
		FROM users p LEFT JOIN LATERAL (
			SELECT r.name, CASE WHEN r.title = '' THEN r.name ELSE r.title END AS title, r.topic, r.kind, coalesce(m.member, false) AS member
			FROM rooms r LEFT JOIN memberships m ON m.username = p.username AND m.room = r.name
			WHERE r.kind = 'open' AND r.archived_at IS NULL AND r.name > $2
				AND ($3 = '' OR r.name ILIKE $3 OR r.title ILIKE $3)
			ORDER BY r.name LIMIT $4
		) AS found ON p.role <> 'guest' AND p.banned_at IS NULL
		WHERE p.username = $1
		ORDER BY found.name`, username, after, pattern(search), MaxBrowse+1)
	if err != nil {
		return nil, false, fmt.Errorf("browse rooms: %w", err)
	}
	found = []Found{}
	role := chat.Guest
	var name, title, topic *string
	var kind *chat.Kind
	var member *bool
	_, err = pgx.ForEachRow(rows, []any{&role, &name, &title, &topic, &kind, &member}, func() error {
		if name != nil {
			found = append(found, Found{*name, *title, *topic, *kind, *member})
		}
		return nil
	})
	switch {
	case err != nil:
		return nil, false, fmt.Errorf("browse rooms: %w", err)
	case role == chat.Guest:
		return nil, false, access.ErrForbidden
	case len(found) > MaxBrowse:
		return found[:MaxBrowse], true, nil
	}
	return found, false, nil
}

var escape = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// pattern returns the pattern of ILIKE that finds search anywhere; "" for none.
func pattern(search string) string {
	if search == "" {
		return ""
	}
	return "%" + escape.Replace(search) + "%"
}
