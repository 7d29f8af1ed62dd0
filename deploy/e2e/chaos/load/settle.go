package load

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/deploy/e2e/history"
)

// Settle stops posting, lets those finish who have asked and got no answer, and
// gives every listener time to reach the heads. The system must be whole again.
// What is not reached within patience is for Judge to tell.
func (r *Run) Settle(ctx context.Context, patience time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	r.stopPosts()
	stop := context.AfterFunc(ctx, r.stopTries)
	r.posters.Wait()
	stop()
	r.stopTries()
	rooms, err := r.stored(context.WithoutCancel(ctx), false)
	if err == nil {
		err = r.awaitAll(ctx, "every listener is at the heads", func(l *listener) error { return l.reached(rooms) })
		if errors.Is(err, context.DeadlineExceeded) {
			err = nil // Check says what is missing
		}
	}
	r.stopAll()
	r.listeners.Wait()
	return err
}

// Abandon ends a run that is not to be judged.
func (r *Run) Abandon() {
	r.stopPosts()
	r.stopTries()
	r.stopAll()
	r.posters.Wait()
	r.listeners.Wait()
}

// Judge reads what is stored and returns the history, after Settle.
func (r *Run) Judge(ctx context.Context) (*history.History, error) {
	rooms, err := r.stored(ctx, true)
	if err != nil {
		return nil, err
	}
	return r.recorder.History(rooms, r.site.ReplayLimit), nil
}

// stored reads the run's rooms from Postgres.
func (r *Run) stored(ctx context.Context, messages bool) (map[string]history.Room, error) {
	url, err := r.site.DatabaseURL(ctx)
	if err != nil {
		return nil, err
	}
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return nil, fmt.Errorf("connect to judge: %w", err)
	}
	defer conn.Close(ctx)
	rooms := make(map[string]history.Room, len(r.Rooms))
	rows, err := conn.Query(ctx, `SELECT name, head FROM rooms WHERE name = ANY($1)`, r.Rooms)
	if err != nil {
		return nil, fmt.Errorf("read heads: %w", err)
	}
	var name string
	var head int64
	_, err = pgx.ForEachRow(rows, []any{&name, &head}, func() error {
		rooms[name] = history.Room{Head: head}
		return nil
	})
	if err != nil || !messages {
		return rooms, err
	}
	return rooms, readMessages(ctx, conn, rooms, r.Rooms)
}

func readMessages(ctx context.Context, conn *pgx.Conn, rooms map[string]history.Room, names []string) error {
	rows, err := conn.Query(ctx, `
		SELECT room, id, revision, username, body, coalesce(client_id, ''), created_at
		FROM messages WHERE room = ANY($1) ORDER BY room, revision`, names)
	if err != nil {
		return fmt.Errorf("read messages: %w", err)
	}
	var m history.Message
	var created time.Time
	_, err = pgx.ForEachRow(rows, []any{&m.Room, &m.ID, &m.Revision, &m.Username, &m.Body, &m.ClientID, &created}, func() error {
		row := m
		row.CreatedAt = created.UnixMicro()
		room := rooms[row.Room]
		room.Messages = append(room.Messages, &row)
		rooms[row.Room] = room
		return nil
	})
	if err != nil {
		return fmt.Errorf("read messages: %w", err)
	}
	return nil
}
