package mattermost

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"parley/messages/internal/intake"
)

// stageBatch is how many posts are put into the table together.
const stageBatch = 500

// stage is a temporary table of posts, in which they come in any order. It has a
// connection of its own, with which it ends.
type stage struct {
	db      *pgx.Conn
	waiting [][]any
}

func newStage(ctx context.Context, databaseURL string) (*stage, error) {
	db, err := pgx.Connect(ctx, databaseURL)
	if err != nil {
		return nil, fmt.Errorf("connect to sort posts: %w", err)
	}
	_, err = db.Exec(ctx, `
		SET statement_timeout = 0;
		CREATE TEMPORARY TABLE staged (room text NOT NULL, at timestamptz NOT NULL, username text NOT NULL, post text NOT NULL)`)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("make table to sort posts: %w", err), db.Close(ctx))
	}
	return &stage{db: db}, nil
}

func (s *stage) close(ctx context.Context) error { return s.db.Close(context.WithoutCancel(ctx)) }

func (s *stage) add(ctx context.Context, room string, p intake.Post) error {
	data, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("stage post: %w", err)
	}
	s.waiting = append(s.waiting, []any{room, p.At, p.Username, string(data)})
	if len(s.waiting) < stageBatch {
		return nil
	}
	return s.flush(ctx)
}

func (s *stage) flush(ctx context.Context) error {
	_, err := s.db.CopyFrom(ctx, pgx.Identifier{"staged"}, []string{"room", "at", "username", "post"}, pgx.CopyFromRows(s.waiting))
	if err != nil {
		return fmt.Errorf("stage posts: %w", err)
	}
	s.waiting = s.waiting[:0]
	return nil
}

// each takes the posts in, room by room, in order of time. Of several that
// somebody has made at the same time, each but the first has a number in its key.
func (s *stage) each(ctx context.Context, in *intake.Intake) error {
	if err := s.flush(ctx); err != nil {
		return err
	}
	rows, err := s.db.Query(ctx, `
		SELECT room, post, row_number() OVER (PARTITION BY room, username, at ORDER BY post)
		FROM staged ORDER BY room, at, username, post`)
	if err != nil {
		return fmt.Errorf("sort posts: %w", err)
	}
	defer rows.Close()
	var log *intake.Log
	var last string
	for rows.Next() {
		var room, data string
		var nth int
		var p intake.Post
		if err := rows.Scan(&room, &data, &nth); err != nil {
			return fmt.Errorf("read sorted posts: %w", err)
		}
		if err := json.Unmarshal([]byte(data), &p); err != nil {
			return fmt.Errorf("read sorted post: %w", err)
		}
		if nth > 1 {
			p.Key += fmt.Sprint("#", nth)
		}
		if room != last {
			if log, err = follow(ctx, in, log, room); err != nil {
				return err
			}
			last = room
		}
		if err := log.Add(ctx, p); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read sorted posts: %w", err)
	}
	if log == nil {
		return nil
	}
	return log.Close(ctx)
}

// follow ends the log of one room, if there is one, and begins that of another.
func follow(ctx context.Context, in *intake.Intake, log *intake.Log, room string) (*intake.Log, error) {
	if log != nil {
		if err := log.Close(ctx); err != nil {
			return nil, err
		}
	}
	return in.Log(ctx, room)
}
