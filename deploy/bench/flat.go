package bench

import (
	"context"
	"fmt"

	"parley/deploy/bench/internal/load"
	"parley/deploy/bench/internal/stat"
)

const (
	flatRooms      = 10  // at first; each person is in ten
	flatMessages   = 100 // at first, in each room
	flatLeast      = 0.9 // of the rate at first, after all has grown
	flatMostRooms  = 10_000
	flatAuthor     = users - 1
	grownPerRoom   = 1000
	grownAtOnce    = 1000 // rooms
	roomsOfAPerson = 10
)

// pagesGrown measures whether pages are read as fast from ten million messages
// in ten thousand rooms as from one thousand in ten.
func (b *bench) pagesGrown(ctx context.Context) error {
	people := crew{0, pageSessions, nil}.usernames()
	if err := b.fillRooms(ctx, 0, flatRooms, 1, flatMessages); err != nil {
		return err
	}
	for room := range flatRooms {
		if err := b.letIn(ctx, flatRoom(room), people, flatMessages); err != nil {
			return err
		}
	}
	if err := b.system.settle(ctx); err != nil {
		return err
	}
	reads := b.reads(flatRoom(0))
	small := make([]stat.Series, len(reads))
	for i, one := range reads {
		var err error
		if small[i], _, err = b.readInTurns(ctx, b.pageRequests(one, pageSessions)); err != nil {
			return err
		}
		b.logf("pages    %s, %d messages: %.0f", one.what, flatRooms*flatMessages, small[i].Median())
	}
	n, err := b.grow(ctx)
	if err != nil {
		return err
	}
	for i, one := range reads {
		rates, _, err := b.readInTurns(ctx, b.pageRequests(one, pageSessions))
		if err != nil {
			return err
		}
		b.addGrown(fmt.Sprintf("%s, %d sessions, %d messages", one.what, pageSessions, n), rates, small[i])
		rates, _, err = b.readInTurns(ctx, b.manyRequests(i))
		if err != nil {
			return err
		}
		row := fmt.Sprintf("the same, %d rooms in turn, more than are kept", full(b, flatMostRooms, 10*flatRooms))
		b.logf("pages    %s: %.0f", row, rates.Median())
		b.report.add(&result{row: row, format: "%.0f", parley: rates})
	}
	return nil
}

func (b *bench) addGrown(row string, rates, small stat.Series) {
	result := &result{
		row: row, format: "%.0f", parley: rates, other: small, otherName: fmt.Sprintf("of %d messages", flatRooms*flatMessages),
		target: atLeastRatio(flatLeast),
	}
	for i, rate := range rates {
		result.ratio = append(result.ratio, rate/small[i])
	}
	b.logf("pages    %s: %.0f, %.2f ×", row, rates.Median(), result.ratio.Median())
	b.report.add(result)
}

// grow fills the rooms, and makes many more, of which further people are in ten
// each. It returns how many messages there are then.
func (b *bench) grow(ctx context.Context) (messages int, err error) {
	rooms := full(b, flatMostRooms, 10*flatRooms)
	b.logf("%d messages into %d rooms", rooms*grownPerRoom, rooms)
	if err := b.fillRooms(ctx, 0, flatRooms, flatMessages+1, grownPerRoom); err != nil {
		return 0, err
	}
	for first := flatRooms; first < rooms; first += grownAtOnce {
		if err := b.fillRooms(ctx, first, min(first+grownAtOnce, rooms), 1, grownPerRoom); err != nil {
			return 0, err
		}
	}
	for i := range rooms / roomsOfAPerson {
		for room := range roomsOfAPerson {
			if err := b.letIn(ctx, flatRoom(roomsOfAPerson*i+room), []string{username(pageSessions + i)}, grownPerRoom); err != nil {
				return 0, err
			}
		}
	}
	return rooms * grownPerRoom, b.system.settle(ctx)
}

// manyRequests are reads of a kind of all rooms in turn, each by somebody who is
// in it.
func (b *bench) manyRequests(kind int) (templates []*load.Template) {
	for room := range full(b, flatMostRooms, 10*flatRooms) {
		templates = append(templates, b.pageRequest(b.reads(flatRoom(room))[kind], pageSessions+room/roomsOfAPerson))
	}
	return templates
}

func flatRoom(i int) string { return fmt.Sprintf("flat-%05d", i) }

// fillRooms writes messages with these ids into rooms, which it makes if need
// be, and leaves them out of the search.
func (b *bench) fillRooms(ctx context.Context, first, end, from, to int) error {
	var names []string
	for i := first; i < end; i++ {
		names = append(names, flatRoom(i))
	}
	for _, step := range []struct {
		what, sql string
		args      []any
	}{
		{"make rooms", `
			INSERT INTO rooms (name, title, head) SELECT name, name, $2 FROM unnest($1::text[]) AS name
			ON CONFLICT (name) DO UPDATE SET head = excluded.head`, []any{names, to}},
		{"leave them out of the search", `
			INSERT INTO search_rooms (room, position) SELECT name, $2 FROM unnest($1::text[]) AS name
			ON CONFLICT (room) DO UPDATE SET position = excluded.position`, []any{names, to}},
		{"write history", `
			INSERT INTO messages (room, id, revision, username, body, client_id)
			SELECT room, id, id, $2, $3, '~' || id FROM unnest($1::text[]) AS room, generate_series($4::int, $5::int) AS id`,
			[]any{names, username(flatAuthor), load.Body(bodySize), from, to}},
	} {
		if _, err := b.system.pool.Exec(ctx, step.sql, step.args...); err != nil {
			return fmt.Errorf("%s: %w", step.what, err)
		}
	}
	return nil
}

// letIn puts people into a room, who have read all of it.
func (b *bench) letIn(ctx context.Context, room string, usernames []string, read int) error {
	_, err := b.system.pool.Exec(ctx, `
		WITH heads AS (UPDATE users SET head = head + 1 WHERE username = ANY($2) RETURNING username, head)
		INSERT INTO memberships (username, room, revision, joined, read) SELECT username, $1, head, 0, $3 FROM heads`, room, usernames, read)
	if err != nil {
		return fmt.Errorf("let people into %s: %w", room, err)
	}
	return nil
}
