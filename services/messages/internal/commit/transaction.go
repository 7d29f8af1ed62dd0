package commit

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/core/event"
)

// The transaction: these two in one pipeline, which Postgres runs as one
// transaction, committed at its end.
const (
	// In order of name, so that two replicas never wait for each other in a
	// circle. The statement after this one sees what others committed while
	// this one waited, for its snapshot is taken then (READ COMMITTED).
	lockRooms = `SELECT name FROM rooms WHERE name = ANY($1) ORDER BY name FOR NO KEY UPDATE`

	// The time is taken under the locks, so it doesn't go back from one
	// position to the next. Posts to rooms that don't exist yield no row.
	insertPosts = `
		WITH moment AS MATERIALIZED (
			SELECT clock_timestamp() AS at
		), post AS MATERIALIZED (
			SELECT p.n, p.room, p.username, p.body, p.client_id, rooms.head, earlier.id
			FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
				WITH ORDINALITY AS p (room, username, body, client_id, n)
			JOIN rooms ON rooms.name = p.room
			LEFT JOIN LATERAL (
				SELECT id FROM messages
				WHERE room = p.room AND username = p.username AND client_id = p.client_id
				LIMIT 1
			) earlier ON true
		), fresh AS MATERIALIZED (
			SELECT n, room, username, body, client_id, head + row_number() OVER (PARTITION BY room ORDER BY n) AS id
			FROM post
			WHERE id IS NULL
		), bumped AS (
			UPDATE rooms SET head = newest.id
			FROM (SELECT room, max(id) AS id FROM fresh GROUP BY room) newest
			WHERE rooms.name = newest.room
		), inserted AS (
			INSERT INTO messages (room, id, revision, username, body, client_id, created_at)
			SELECT room, id, id, username, body, client_id, moment.at FROM fresh, moment
			ORDER BY n
		)
		SELECT n, id, moment.at, false FROM fresh, moment
		UNION ALL
		SELECT n, id, moment.at, true FROM post, moment WHERE id IS NOT NULL`
)

// row is what became of a post. Its id is 0 if there is no such room.
type row struct {
	id       event.Position
	at       time.Time // of a post stored just now
	repeated bool
}

func (r row) message(j *job) event.Message {
	return event.Message{
		ID: r.id, Revision: r.id, Room: j.Room, Username: j.Username, Body: j.Body, CreatedAt: r.at, ClientID: j.ClientID,
	}
}

// transact stores jobs in one transaction of one round trip.
func (c *Committer) transact(jobs []*job) ([]row, error) {
	ctx, cancel := context.WithTimeout(context.Background(), commitTimeout)
	defer cancel()
	var (
		rooms     = make([]string, len(jobs))
		usernames = make([]string, len(jobs))
		bodies    = make([]string, len(jobs))
		clientIDs = make([]*string, len(jobs))
		rows      = make([]row, len(jobs))
	)
	for i, j := range jobs {
		rooms[i], usernames[i], bodies[i] = j.Room, j.Username, j.Body
		if j.ClientID != "" {
			clientIDs[i] = &j.ClientID
		}
	}
	batch := &pgx.Batch{}
	batch.Queue(lockRooms, distinct(rooms))
	batch.Queue(insertPosts, rooms, usernames, bodies, clientIDs).Query(func(result pgx.Rows) error {
		return readRows(result, rows)
	})
	// Close reads up to the end of the transaction: it fails if the commit does.
	if err := c.pool.SendBatch(ctx, batch).Close(); err != nil {
		return nil, fmt.Errorf("store messages: %w", err)
	}
	return rows, nil
}

func readRows(result pgx.Rows, rows []row) error {
	var n int
	var r row
	_, err := pgx.ForEachRow(result, []any{&n, &r.id, &r.at, &r.repeated}, func() error {
		if n < 1 || n > len(rows) {
			return errors.New("a row that was not asked for")
		}
		rows[n-1] = r
		return nil
	})
	return err
}

// freeRooms returns which of the rooms of jobs nobody has locked at the moment.
func (c *Committer) freeRooms(ctx context.Context, jobs []*job) (map[string]bool, error) {
	names := make([]string, len(jobs))
	for i, j := range jobs {
		names[i] = j.Room
	}
	rows, err := c.pool.Query(ctx, lockRooms+` SKIP LOCKED`, distinct(names))
	if err != nil {
		return nil, fmt.Errorf("look which rooms are locked: %w", err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("look which rooms are locked: %w", err)
	}
	free := make(map[string]bool, len(found))
	for _, name := range found {
		free[name] = true
	}
	return free, nil
}

func distinct(names []string) []string {
	seen := make(map[string]struct{}, len(names))
	var out []string
	for _, name := range names {
		if _, again := seen[name]; !again {
			seen[name] = struct{}{}
			out = append(out, name)
		}
	}
	return out
}
