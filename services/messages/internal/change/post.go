package change

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/core/access"
	"parley/core/chat"
	"parley/core/markup"
	"parley/core/session"
	"parley/core/wire"
)

// Post is a message to be stored.
type Post struct {
	Room     string
	Username string
	Body     string
	HTML     string        // the body rendered; "" for plain text
	Mentions []string      // see [chat.Message]
	ReplyTo  chat.Position // a message of the room; 0 for none
	Thread   chat.Position // the root of a thread in the room; 0 for none
	ClientID string        // "" for none

	// Session has to be live when the post is stored. The zero Key is nobody's:
	// whoever posts so has been identified by other means.
	Session session.Key
}

func (p *Post) log() wire.Topic      { return wire.RoomTopic(p.Room) }
func (p *Post) session() session.Key { return p.Session }

// Post stores a post, in order within its room, and returns when it is
// committed. The post must be valid; Postgres refuses what isn't. Errors:
// [access.ErrNotFound] if its author isn't in the room, [access.ErrArchived],
// [session.ErrNotFound], [ErrBusy], [ErrClosed], that ctx has ended, or
// Postgres's. After the latter two the post may be stored nevertheless.
func (c *Committer) Post(ctx context.Context, post Post) (Receipt, error) {
	return c.submit(ctx, &post)
}

// storePosts raises the heads of the rooms by the number of their posts, which
// locks them, and inserts the posts behind the old heads, unless one of the
// sessions has ended, or one of the authors isn't in the room. Memberships are
// only read: who was removed before this began posts nothing.
//
// The rooms come in order of name, and are found by index one after the other,
// so that two replicas don't wait for each other in a circle. One that waits
// goes on from the head that the other has committed (READ COMMITTED). The time
// is taken under the room's lock, so it doesn't go back from one position to
// the next. A room that is archived yields no row.
//
// Sessions and memberships are asked for in scalar subqueries, which Postgres
// runs by index, one by one: a plan made while the tables are small would make
// an anti join of them, and read them whole when they have grown.
//
// Most posts are plain text: columns that none of them has are NULL, which
// unnest takes for as many NULLs as it needs.
//
// That a post is not a repetition isn't asked but left to the unique index:
// repetitions are rare, and to look for them would cost every post.
const storePosts = `
	WITH gone AS MATERIALIZED (
		SELECT key FROM unnest($8::bytea[]) AS asked (key)
		WHERE coalesce((SELECT expires_at <= now() FROM sessions WHERE token_hash = key), true)
	), barred AS MATERIALIZED (
		SELECT n FROM unnest($9::text[], $10::text[]) WITH ORDINALITY AS asked (username, room, n)
		WHERE NOT coalesce((SELECT m.member FROM memberships m WHERE m.username = asked.username AND m.room = asked.room), false)
	), raised AS (
		UPDATE rooms SET head = head + asked.posts
		FROM unnest($1::text[], $2::int8[]) WITH ORDINALITY AS asked (room, posts, n)
		WHERE rooms.name = asked.room AND rooms.archived_at IS NULL
			AND NOT EXISTS (SELECT FROM gone) AND NOT EXISTS (SELECT FROM barred)
		RETURNING asked.n, asked.room, rooms.head - asked.posts AS base, clock_timestamp() AS at
	), inserted AS (
		INSERT INTO messages (room, id, revision, username, body, client_id, created_at, html, renderer, reply_to, thread, mentions)
		SELECT raised.room, base + nth, base + nth, username, body, client_id, at,
			html, $15::int2, reply_to, thread, string_to_array(mentions, ',')
		FROM raised
		JOIN unnest($3::int8[], $4::int8[], $5::text[], $6::text[], $7::text[], $11::text[], $12::int8[], $13::int8[], $14::text[])
			AS post (n, nth, username, body, client_id, html, reply_to, thread, mentions) USING (n)
	)
	SELECT n, base, at, NULL::bytea, 0 FROM raised
	UNION ALL
	SELECT 0, 0, now(), key, 0 FROM gone
	UNION ALL
	SELECT 0, 0, now(), NULL, n FROM barred`

// posts is the portion of a batch that posts are.
type posts struct {
	jobs   []*job
	of     []int   // of a job: its post's place in unique
	unique []*Post // those that are no repetitions of an earlier one
	first  []*job  // of a post in unique

	request
	bases  []base // by room
	ended  map[session.Key]struct{}
	barred map[author]struct{}
}

// author is somebody who posts in a room.
type author struct{ username, room string }

// request is what storePosts is given: columns of rooms, of posts, of sessions,
// of authors.
type request struct {
	rooms             []string // in order of name
	counts            []int64
	room, nth         []int64 // of a post: its room's place in rooms, from 1, and its own in the room, from 1
	usernames, bodies []string
	clientIDs         []*string
	sessions          [][]byte
	authors           [2][]string // usernames and rooms
	more              richer
}

// base is a room's head before the posts, and their time. It is zero for a room
// that takes none.
type base struct {
	head chat.Position
	at   time.Time
}

func newPosts(jobs []*job) *posts {
	p := &posts{jobs: jobs}
	p.dedupe()
	p.makeRequest()
	p.sessions = sessionsOf(jobs)
	return p
}

// dedupe finds the posts that are no repetitions of an earlier one, and for
// each job the one that stands for it.
func (p *posts) dedupe() {
	type identity struct {
		author
		clientID string
	}
	n := len(p.jobs)
	seen := make(map[identity]int, n)
	p.of, p.unique, p.first = make([]int, n), make([]*Post, 0, n), make([]*job, 0, n)
	for i, j := range p.jobs {
		post, _ := j.change.(*Post)
		if post.ClientID != "" {
			id := identity{author{post.Username, post.Room}, post.ClientID}
			if first, again := seen[id]; again {
				p.of[i] = first
				continue
			}
			seen[id] = len(p.unique)
		}
		p.of[i] = len(p.unique)
		p.unique, p.first = append(p.unique, post), append(p.first, j)
	}
}

func (p *posts) makeRequest() {
	n := len(p.unique)
	r := request{
		room: make([]int64, n), nth: make([]int64, n),
		usernames: make([]string, n), bodies: make([]string, n), clientIDs: make([]*string, n),
	}
	place := make(map[string]int64, n) // of a room
	for _, post := range p.unique {
		if place[post.Room] == 0 {
			place[post.Room] = 1
			r.rooms = append(r.rooms, post.Room)
		}
	}
	slices.Sort(r.rooms)
	for i, name := range r.rooms {
		place[name] = int64(i + 1)
	}
	r.counts = make([]int64, len(r.rooms))
	asked := make(map[author]struct{}, n)
	for i, post := range p.unique {
		at := place[post.Room]
		r.counts[at-1]++
		r.room[i], r.nth[i] = at, r.counts[at-1]
		r.usernames[i], r.bodies[i] = post.Username, post.Body
		if post.ClientID != "" {
			r.clientIDs[i] = &post.ClientID
		}
		r.more.add(i, n, post)
		by := author{post.Username, post.Room}
		if _, again := asked[by]; !again {
			asked[by] = struct{}{}
			r.authors[0], r.authors[1] = append(r.authors[0], by.username), append(r.authors[1], by.room)
		}
	}
	p.request = r
}

// sessionsOf returns the sessions that have to be live, each once.
func sessionsOf(jobs []*job) (keys [][]byte) {
	asked := make(map[session.Key]struct{}, len(jobs))
	for _, j := range jobs {
		key := j.session()
		if _, again := asked[key]; !again && key != (session.Key{}) {
			asked[key] = struct{}{}
			keys = append(keys, key[:])
		}
	}
	return keys
}

func (p *posts) queue(tx *pgx.Batch) {
	tx.Queue(storePosts, p.rooms, p.counts, p.room, p.nth, p.usernames, p.bodies, p.clientIDs, p.sessions, p.authors[0], p.authors[1],
		p.more.html, p.more.replyTo, p.more.thread, p.more.mentions, markup.Version)
}

func (p *posts) collect(results pgx.BatchResults) error {
	rows, err := results.Query()
	if err != nil {
		return fmt.Errorf("store messages: %w", err)
	}
	p.bases, p.ended, p.barred = make([]base, len(p.rooms)), make(map[session.Key]struct{}), make(map[author]struct{})
	var n, barred int
	var b base
	var key []byte
	_, err = pgx.ForEachRow(rows, []any{&n, &b.head, &b.at, &key, &barred}, func() error {
		switch {
		case key != nil:
			p.ended[session.Key(key)] = struct{}{}
		case barred > 0 && barred <= len(p.authors[0]):
			p.barred[author{p.authors[0][barred-1], p.authors[1][barred-1]}] = struct{}{}
		case n < 1 || n > len(p.bases):
			return errors.New("a room that was not asked for")
		default:
			p.bases[n-1] = b
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("store messages: %w", err)
	}
	return nil
}

// settle answers all jobs, or, if nothing was stored because of some, those.
func (p *posts) settle(c *Committer) (again []*job) {
	if len(p.ended)+len(p.barred) > 0 {
		return p.dismiss()
	}
	stored := make([]chat.Message, len(p.unique))
	for i, post := range p.unique {
		base := p.bases[p.room[i]-1]
		if base.at.IsZero() {
			continue
		}
		id := base.head + p.nth[i]
		stored[i] = post.message(id, base.at)
		c.publish(p.first[i].span, p.first[i].at, &stored[i])
	}
	for i, j := range p.jobs {
		id := stored[p.of[i]].ID
		if id == 0 {
			j.fail(access.ErrArchived) // the author is in the room, so it exists
			continue
		}
		j.answer(Receipt{ID: id, Repeated: p.first[p.of[i]] != j})
	}
	return nil
}

// dismiss answers the jobs of sessions that have ended and of authors who are
// not in the room, and returns the others.
func (p *posts) dismiss() (others []*job) {
	for i, j := range p.jobs {
		post := p.unique[p.of[i]]
		_, ended := p.ended[j.session()]
		_, barred := p.barred[author{post.Username, post.Room}]
		switch {
		case ended:
			j.fail(session.ErrNotFound)
		case barred:
			j.fail(access.ErrNotFound)
		default:
			others = append(others, j)
		}
	}
	return others
}
