package change

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"parley/core/access"
	"parley/core/chat"
	"parley/core/session"
	"parley/core/wire"
)

// Read says how far somebody has read a room.
type Read struct {
	Room     string
	Username string
	Upto     chat.Position // of a message; beyond the head it is the head
	Session  session.Key   // has to be live, as that of a [Post]
}

func (r *Read) log() wire.Topic      { return wire.PersonTopic(r.Username) }
func (r *Read) session() session.Key { return r.Session }

// Read stores a read position, if it is above the one that is stored, and
// returns when it is committed. Errors: [access.ErrNotFound] if the reader may
// not read the room, [access.ErrNotMember] if the reader may but isn't in it,
// [session.ErrNotFound], [ErrBusy], [ErrClosed], that ctx has ended, or
// Postgres's. After the latter two it may be stored nevertheless.
func (c *Committer) Read(ctx context.Context, read Read) error {
	_, err := c.submit(ctx, &read)
	return err
}

// lockReaders locks the heads of people's logs. The statement after it sees
// what those had committed who held the locks before.
const lockReaders = `SELECT FROM users WHERE username = ANY($1) ORDER BY username FOR NO KEY UPDATE`

// storeReads moves read positions up and raises the heads of their people's
// logs. It yields a row for each room that its person may read, with the
// membership if that was changed.
const storeReads = `
	WITH asked AS MATERIALIZED (
		SELECT a.n, a.username, a.room, least(a.upto, r.head) AS upto, p.head, m.member, m.read,
			a.session IS NULL OR EXISTS (SELECT FROM sessions WHERE token_hash = a.session AND expires_at > now()) AS live
		FROM unnest($1::text[], $2::text[], $3::int8[], $4::bytea[]) WITH ORDINALITY AS a (username, room, upto, session, n)
		JOIN users p ON p.username = a.username
		JOIN rooms r ON r.name = a.room
		LEFT JOIN memberships m ON m.username = a.username AND m.room = a.room
		WHERE ` + access.Read + `
	), higher AS (
		SELECT username, room, head, max(upto) AS upto FROM asked
		WHERE live AND member AND upto > read
		GROUP BY username, room, head
	), moved AS (
		UPDATE memberships m SET read = nth.upto, revision = nth.head + nth.n
		FROM (SELECT *, row_number() OVER (PARTITION BY username ORDER BY room) AS n FROM higher) AS nth
		WHERE m.username = nth.username AND m.room = nth.room
		RETURNING m.*
	), raised AS (
		UPDATE users SET head = newest.revision
		FROM (SELECT username, max(revision) AS revision FROM moved GROUP BY username) AS newest
		WHERE users.username = newest.username
	)
	SELECT asked.n, asked.live, coalesce(asked.member, false), ` + membershipColumns + `
	FROM asked
	LEFT JOIN (moved m JOIN rooms r ON r.name = m.room) ON m.username = asked.username AND m.room = asked.room
	ORDER BY m.username, m.revision`

// reads is the portion of a batch that read positions are.
type reads struct {
	jobs     []*job
	outcomes []error // of the jobs
	moved    []told
}

func newReads(jobs []*job) *reads { return &reads{jobs: jobs} }

func (r *reads) queue(tx *pgx.Batch) {
	n := len(r.jobs)
	usernames, rooms, upto, sessions := make([]string, n), make([]string, n), make([]int64, n), make([][]byte, n)
	for i, j := range r.jobs {
		read, _ := j.change.(*Read)
		usernames[i], rooms[i], upto[i], sessions[i] = read.Username, read.Room, read.Upto, keyOrNull(read.Session)
	}
	tx.Queue(lockReaders, usernames)
	tx.Queue(storeReads, usernames, rooms, upto, sessions)
}

func (r *reads) collect(results pgx.BatchResults) error {
	if _, err := results.Exec(); err != nil {
		return fmt.Errorf("lock readers: %w", err)
	}
	rows, err := results.Query()
	if err != nil {
		return fmt.Errorf("store read positions: %w", err)
	}
	r.outcomes, r.moved = make([]error, len(r.jobs)), nil
	for i := range r.outcomes {
		r.outcomes[i] = access.ErrNotFound
	}
	var n int
	var live, member bool
	var row membershipRow
	_, err = pgx.ForEachRow(rows, append([]any{&n, &live, &member}, row.targets()...), func() error {
		if n < 1 || n > len(r.jobs) {
			return errors.New("a room that was not asked for")
		}
		r.outcomes[n-1] = outcomeOfRead(live, member)
		if username, m := row.membership(); m != nil {
			r.tell(told{r.jobs[n-1].span, wire.PersonTopic(username), m})
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("store read positions: %w", err)
	}
	return nil
}

// tell notes a membership that was changed, once: several reads of a room come
// one after the other.
func (r *reads) tell(t told) {
	if n := len(r.moved); n > 0 && r.moved[n-1].topic == t.topic && r.moved[n-1].event.At() == t.event.At() {
		return
	}
	r.moved = append(r.moved, t)
}

func outcomeOfRead(live, member bool) error {
	switch {
	case !live:
		return session.ErrNotFound
	case !member:
		return access.ErrNotMember
	}
	return nil
}

func (r *reads) settle(c *Committer) (again []*job) {
	for _, t := range r.moved {
		c.publish(t.span, t.topic, t.event)
	}
	for i, j := range r.jobs {
		if err := r.outcomes[i]; err != nil {
			j.fail(err)
		} else {
			j.answer(Receipt{})
		}
	}
	return nil
}
