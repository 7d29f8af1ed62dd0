package change

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"parley/core/chat"
	"parley/core/session"
)

// waryBatches is for how many batches a repetition makes the committer look
// for others first. A repetition costs its batch a transaction in vain. Who
// repeats once may go on: so for a while posts are looked up before they are
// stored.
const waryBatches = 100

// isRepetition reports whether nothing was stored because there is a message of
// the same room, username and client id.
func isRepetition(err error) bool {
	var refusal *pgconn.PgError
	return errors.As(err, &refusal) && refusal.Code == pgerrcode.UniqueViolation && refusal.ConstraintName == "messages_client_id"
}

const findPosts = `
	SELECT n, id
	FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[]) WITH ORDINALITY AS p (room, username, client_id, session, n)
	JOIN messages m ON m.room = p.room AND m.username = p.username AND m.client_id = p.client_id
	JOIN memberships AS mine ON mine.username = p.username AND mine.room = p.room AND mine.member
	WHERE p.session IS NULL OR EXISTS (SELECT FROM sessions WHERE token_hash = p.session AND expires_at > now())`

// answerKnown answers those of jobs that are stored already, if their sessions
// are live and their authors still in the room, and returns the others.
func (c *Committer) answerKnown(jobs []*job) ([]*job, error) {
	c.wary.Add(-1)
	ctx, cancel := context.WithTimeout(context.Background(), commitTimeout)
	defer cancel()
	rooms, usernames, clientIDs := make([]string, len(jobs)), make([]string, len(jobs)), make([]string, len(jobs))
	sessions := make([][]byte, len(jobs))
	for i, j := range jobs {
		p, ok := j.change.(*Post)
		if !ok {
			continue // "" is no client id
		}
		rooms[i], usernames[i], clientIDs[i] = p.Room, p.Username, p.ClientID
		if p.Session != (session.Key{}) {
			sessions[i] = p.Session[:]
		}
	}
	rows, err := c.pool.Query(ctx, findPosts, rooms, usernames, clientIDs, sessions)
	if err != nil {
		return nil, fmt.Errorf("find messages: %w", err)
	}
	ids := make([]chat.Position, len(jobs))
	var n int
	var id chat.Position
	_, err = pgx.ForEachRow(rows, []any{&n, &id}, func() error {
		ids[n-1] = id
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("find messages: %w", err)
	}
	var others []*job
	for i, j := range jobs {
		if ids[i] == 0 {
			others = append(others, j)
			continue
		}
		j.answer(Receipt{ID: ids[i], Repeated: true})
	}
	return others, nil
}
