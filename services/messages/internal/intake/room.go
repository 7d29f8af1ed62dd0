package intake

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/core/chat"
	"parley/messages/internal/room"
)

// Room is a room of another chat.
type Room struct {
	ID           string // there
	Name         string // it is changed if it doesn't fit; of a direct room it is made anew
	Kind         chat.Kind
	Title, Topic string
	CreatedBy    string    // a username here; "" for nobody
	CreatedAt    time.Time // zero for now
	Archived     bool
	Members      []string // usernames here; of a direct room, its people
}

// Enter takes a room in: as the one that it was taken in as before; an open one
// as the open room of that name, if there is one; a direct one as that of its
// people; or as a new one. Its members come into it, except who was in it
// before and has left. A private room is never one that was here before: its
// people were not asked.
func (in *Intake) Enter(ctx context.Context, r Room) (name string, err error) {
	r, id := settled(r), r.ID
	if r.ID, err = in.kept(ctx, r); err != nil {
		return "", err
	}
	name, known := in.rooms[r.ID]
	var made bool
	err = pgx.BeginFunc(ctx, in.db, func(tx pgx.Tx) error {
		if !known {
			if name, made, err = in.find(ctx, tx, r); err != nil {
				return err
			}
			if err := in.record(ctx, tx, roomImported, name, r.ID); err != nil {
				return err
			}
		}
		return enter(ctx, tx, name, r.Members)
	})
	if err != nil {
		return "", fmt.Errorf("import room %s: %w", r.Name, err)
	}
	in.note(roomImported, name, r.ID)
	in.rooms[id] = name
	if made {
		in.Report.Rooms++
	}
	if !known && (name != r.Name || !made) && r.Kind != chat.Direct {
		as := name
		if !made {
			as += ", which was here already"
		}
		in.Report.Renamed = append(in.Report.Renamed, fmt.Sprintf("room %s (%s) is %s", r.Name, r.ID, as))
	}
	return name, nil
}

// kept returns the id under which a room is taken in: another than its own if it
// was taken in as an open room, and has been closed since.
func (in *Intake) kept(ctx context.Context, r Room) (id string, err error) {
	name, known := in.rooms[r.ID]
	if !known || r.Kind == chat.Open {
		return r.ID, nil
	}
	var open bool
	err = in.db.QueryRow(ctx, `SELECT kind = 'open' FROM rooms WHERE name = $1`, name).Scan(&open)
	if err != nil {
		return "", fmt.Errorf("look for room %s: %w", name, err)
	}
	if open {
		return r.ID + " (closed)", nil
	}
	return r.ID, nil
}

// settled makes a room of it that can be one here.
func settled(r Room) Room {
	if !Plausible(r.CreatedAt) {
		r.CreatedAt = time.Now()
	}
	r.Title, r.Topic = cut(r.Title, chat.MaxTitle), cut(r.Topic, chat.MaxTopic)
	if r.Kind != chat.Direct {
		for _, other := range []string{r.Name, r.ID} {
			if r.Title == "" {
				r.Title = cut(other, chat.MaxTitle)
			}
		}
		return r
	}
	r.Title, r.Topic = "", ""
	if len(r.Members) == 0 {
		r.Kind = chat.Private
		return r
	}
	people, err := room.NewDirect(r.Members[0], r.Members[1:])
	if err != nil { // notes to oneself, or too many people
		r.Kind, r.Title = chat.Private, cut(r.Name, chat.MaxTitle)
		return r
	}
	r.Members, r.Name = people, people.Name()
	return r
}

// find returns the room that r is to be, which it makes if it isn't there.
func (in *Intake) find(ctx context.Context, tx pgx.Tx, r Room) (name string, made bool, err error) {
	if r.Kind == chat.Direct {
		made, err = in.make(ctx, tx, r.Name, r)
		return r.Name, made, err
	}
	for name = range numbered(fitRoom(r.Name, r.ID), chat.MaxRoomName) {
		if in.taken["room "+name] {
			continue
		}
		if made, err = in.make(ctx, tx, name, r); made || err != nil {
			return name, made, err
		}
		var kind chat.Kind
		err := tx.QueryRow(ctx, `SELECT kind FROM rooms WHERE name = $1`, name).Scan(&kind)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return "", false, fmt.Errorf("look for room: %w", err)
		}
		if kind == chat.Open && r.Kind == chat.Open {
			return name, false, nil
		}
	}
	return "", false, nil // there are names without end
}

// make makes a room; made is false if there is one of that name.
func (in *Intake) make(ctx context.Context, tx pgx.Tx, name string, r Room) (made bool, err error) {
	var people []string
	if r.Kind == chat.Direct {
		people = r.Members
	}
	tag, err := tx.Exec(ctx, `
		INSERT INTO rooms (name, kind, title, topic, created_by, created_at, archived_at, people)
		VALUES ($1, $2, $3, $4, (SELECT username FROM users WHERE username = $5), $6, CASE WHEN $7 THEN now() END, $8) ON CONFLICT DO NOTHING`,
		name, r.Kind, r.Title, r.Topic, r.CreatedBy, r.CreatedAt, r.Archived, people)
	if err != nil {
		return false, fmt.Errorf("make room: %w", err)
	}
	return tag.RowsAffected() > 0, nil
}
