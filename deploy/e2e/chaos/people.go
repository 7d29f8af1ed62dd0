package chaos

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"parley/core/wire"
	"parley/deploy/e2e/history"
)

// peopleFaults are those that hit who is in which room. All others do so too:
// people move while they strike.
func peopleFaults() []Fault {
	return []Fault{
		{Name: "writer killed between a move and its notice", On: []string{"messages-N", "redis"}, Strike: killAfterMove},
		{Name: "people moved behind the services' back", On: []string{"postgres"}, Hint: true, Strike: moveBehind},
		{Name: "a person's row held", On: []string{"postgres"}, Strike: holdPerson},
	}
}

// killAfterMove has Redis hang, so that a move that is stored and answered can't
// be told to anybody, and kills the writer with its queue.
func killAfterMove(ctx context.Context, b *Blow) (err error) {
	const moves = 4
	part := b.part("messages-N")
	if err := b.Parley.Pause(ctx, "redis"); err != nil {
		return err
	}
	defer func() {
		ctx := context.WithoutCancel(ctx)
		err = errors.Join(err, b.Parley.Resume(ctx, "redis"), b.Parley.Start(ctx, part))
	}()
	return errors.Join(b.Run.AwaitMoves(ctx, moves), b.Parley.Kill(ctx, part))
}

// moveBehind adds and removes people by SQL, as a service would: nobody is told.
func moveBehind(ctx context.Context, b *Blow) error {
	rooms := b.Run.Private()
	if len(rooms) == 0 {
		return errors.New("the run has no private rooms")
	}
	for i := range 6 {
		person := b.Site.Movers[i%len(b.Site.Movers)].Name
		a := history.Act{By: "SQL", Person: person, Room: rooms[i%len(rooms)], Member: i%2 == 0, Sent: b.Run.Recorder().Now()}
		if err := b.sql(ctx, func(conn *pgx.Conn) error { return moveBySQL(ctx, conn, a.Person, a.Room, a.Member) }); err != nil {
			return err
		}
		a.Answered, a.Status = b.Run.Recorder().Now(), 204
		b.Run.Recorder().Act(a)
		if err := b.Run.AwaitPosts(ctx, 5); err != nil {
			return err
		}
	}
	return nil
}

// moveBySQL takes the locks in the order of the services: the room, the person.
func moveBySQL(ctx context.Context, conn *pgx.Conn, person, room string, member bool) error {
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		var head, at int64
		if err := tx.QueryRow(ctx, `SELECT head FROM rooms WHERE name = $1 FOR UPDATE`, room).Scan(&head); err != nil {
			return fmt.Errorf("lock room: %w", err)
		}
		if err := tx.QueryRow(ctx, `SELECT head + 1 FROM users WHERE username = $1 FOR UPDATE`, person).Scan(&at); err != nil {
			return fmt.Errorf("lock person: %w", err)
		}
		var now bool
		err := tx.QueryRow(ctx, `SELECT member FROM memberships WHERE username = $1 AND room = $2`, person, room).Scan(&now)
		if now == member && (err == nil || errors.Is(err, pgx.ErrNoRows)) {
			return nil // it is so already
		}
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return fmt.Errorf("read membership: %w", err)
		}
		if _, err := tx.Exec(ctx, `UPDATE users SET head = $2 WHERE username = $1`, person, at); err != nil {
			return fmt.Errorf("raise head: %w", err)
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO memberships AS m (username, room, revision, member, joined, read) VALUES ($1, $2, $3, $4, $5, $5)
			ON CONFLICT (username, room) DO UPDATE SET revision = $3, member = $4, moderator = false,
				joined = CASE WHEN $4 THEN $5 ELSE m.joined END, read = CASE WHEN $4 THEN $5 ELSE m.read END`,
			person, room, at, member, head)
		if err != nil {
			return fmt.Errorf("move: %w", err)
		}
		return nil
	})
}

// holdPerson keeps the lock that every change of a person needs.
func holdPerson(ctx context.Context, b *Blow) error {
	return b.sql(ctx, func(conn *pgx.Conn) error {
		tx, err := conn.Begin(ctx)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `SELECT FROM users WHERE username = $1 FOR UPDATE`, b.Site.Movers[0].Name); err != nil {
			return err
		}
		return errors.Join(b.last(ctx), tx.Commit(ctx))
	})
}

// forgeries are what somebody who reaches Redis may publish on a person's
// channel, whose head is at: a room given, a room taken, and what belongs elsewhere.
func forgeries(person, private string, at int64) map[string]wire.Event {
	return map[string]wire.Event{
		"given, next":    &wire.Membership{Revision: at + 1, Room: private, Kind: "private", Member: true, Moderator: true, Notify: "all"},
		"given, later":   &wire.Membership{Revision: at + 5, Room: private, Kind: "private", Member: true, Notify: "all"},
		"given, earlier": &wire.Membership{Revision: max(at, 1), Room: private, Kind: "private", Member: true, Notify: "all"},
		"taken, next":    &wire.Membership{Revision: at + 1, Room: "general", Kind: "open", Notify: "all"},
		"a role":         &wire.Person{Revision: at + 1, Username: person, DisplayName: "Mallory", Role: "owner"},
		"far ahead":      &wire.Membership{Revision: at + 1_000_000, Room: private, Kind: "private", Member: true, Notify: "all"},
	}
}
