package demo

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/core/chat"
	"parley/core/emoji"
	"parley/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// run makes a demo of n messages and returns its database.
func run(t *testing.T, n string) (db *pgx.Conn, cfg Config) {
	t.Helper()
	cfg = Config{DatabaseURL: testkit.DatabaseURL(t), RedisURL: testkit.Redis(t).URL()}
	db, err := pgx.Connect(t.Context(), cfg.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close(t.Context()) })
	var out bytes.Buffer
	if err := Run(t.Context(), cfg, []string{"-messages", n, "-password", "correct horse"}, &out); err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	if !strings.Contains(out.String(), "dora") || !strings.Contains(out.String(), "correct horse") {
		t.Errorf("it doesn't say how to sign in: %s", &out)
	}
	return db, cfg
}

// none makes sure that a query counts nothing.
func none(t *testing.T, db *pgx.Conn, what, sql string) {
	t.Helper()
	var n int
	if err := db.QueryRow(t.Context(), sql).Scan(&n); err != nil || n != 0 {
		t.Errorf("%s: %d, %v", what, n, err)
	}
}

func atLeast(t *testing.T, db *pgx.Conn, what, sql string, least int) {
	t.Helper()
	var n int
	if err := db.QueryRow(t.Context(), sql).Scan(&n); err != nil || n < least {
		t.Errorf("%s: %d, %v; want %d", what, n, err, least)
	}
}

// What the service would never store, the demo must not.
func TestInvariants(t *testing.T) {
	t.Parallel()
	db, cfg := run(t, "2500")
	none(t, db, "positions beyond the head of their room", `
		SELECT count(*) FROM messages m JOIN rooms r ON r.name = m.room WHERE m.revision > r.head`)
	none(t, db, "positions below a head that nothing has: several changes of one message leave the last", `
		SELECT count(*) FROM rooms r, generate_series(1, r.head) AS position
		WHERE r.revision <> position AND NOT EXISTS (SELECT FROM messages m WHERE m.room = r.name AND position IN (m.id, m.revision))
			AND NOT EXISTS (SELECT FROM messages m WHERE m.room = r.name AND position BETWEEN m.id AND m.revision
				AND m.reactions IS NOT NULL AND m.created_at > now() - interval '1 hour')`)
	none(t, db, "messages older than the one before", `
		SELECT count(*) FROM (SELECT created_at, lag(created_at) OVER (PARTITION BY room ORDER BY id) AS before FROM messages) AS pairs WHERE created_at < before`)
	none(t, db, "messages of the future", `SELECT count(*) FROM messages WHERE created_at > now()`)
	none(t, db, "authors who are not in the room", `
		SELECT count(*) FROM messages m WHERE NOT EXISTS (SELECT FROM memberships s WHERE s.room = m.room AND s.username = m.username AND s.member)`)
	none(t, db, "answers to what is not there", `
		SELECT count(*) FROM messages m WHERE reply_to IS NOT NULL AND NOT EXISTS (SELECT FROM messages o WHERE o.room = m.room AND o.id = m.reply_to AND o.id < m.id)`)
	none(t, db, "threads without a root, or within another", `
		SELECT count(*) FROM messages m WHERE thread IS NOT NULL AND NOT EXISTS (SELECT FROM messages o WHERE o.room = m.room AND o.id = m.thread AND o.thread IS NULL)`)
	none(t, db, "deleted messages that say something", `SELECT count(*) FROM messages WHERE deleted_at IS NOT NULL AND (body <> '' OR reactions IS NOT NULL OR pinned_at IS NOT NULL)`)
	none(t, db, "holes in the logs of people", `
		SELECT count(*) FROM users u WHERE head < (SELECT count(DISTINCT revision) FROM memberships s WHERE s.username = u.username)
			OR head <> (SELECT max(revision) FROM memberships s WHERE s.username = u.username)`)
	none(t, db, "read beyond the head", `SELECT count(*) FROM memberships s JOIN rooms r ON r.name = s.room WHERE s.read > r.head`)
	none(t, db, "braces that nobody filled in", `SELECT count(*) FROM messages WHERE body ~ '\{(n|at|day|service|feature|customer|name|pct)'`)

	atLeast(t, db, "messages", `SELECT count(*) FROM messages`, 2500)
	for what, where := range map[string]string{
		"formatted": `html IS NOT NULL`, "edited": `edited_at IS NOT NULL`, "deleted": `deleted_at IS NOT NULL`, "with reactions": `reactions IS NOT NULL`,
		"answers": `reply_to IS NOT NULL`, "in threads": `thread IS NOT NULL`, "pinned": `pinned_at IS NOT NULL`,
		"mentions": `mentions IS NOT NULL`, "mentions of all": `mentions && '{@room,@here}'`, "code": "body LIKE '%```%'", "CJK": `body ~ '[一-龥]'`,
		"of the days before": `created_at < now() - interval '3 days'`, "direct": `room LIKE 'dm-%'`,
	} {
		atLeast(t, db, what, `SELECT count(*) FROM messages WHERE `+where, 1)
	}
	if err := Run(t.Context(), cfg, []string{"-messages", "10"}, &bytes.Buffer{}); !errors.Is(err, ErrNotEmpty) {
		t.Errorf("a second time: %v", err)
	}
	if err := Run(t.Context(), cfg, []string{"-messages", "100", "-force"}, &bytes.Buffer{}); err != nil {
		t.Errorf("a second time, by force: %v", err)
	}
	none(t, db, "after the second, messages older than the one before", `
		SELECT count(*) FROM (SELECT created_at, lag(created_at) OVER (PARTITION BY room ORDER BY id) AS before FROM messages) AS pairs WHERE created_at < before`)
}

func TestWhatIsSaid(t *testing.T) {
	t.Parallel()
	for _, p := range places() {
		s, err := newScript(p)
		if err != nil {
			t.Fatal(err)
		}
		for range 3 * len(s.exchanges) {
			for _, m := range s.next() {
				check(t, &m)
			}
		}
	}
}

// check makes sure that a message may be said, and reacted to.
func check(t *testing.T, m *said) {
	t.Helper()
	if _, err := chat.CleanBody(m.message.Body); err != nil || strings.ContainsAny(m.message.Body, "⏎") {
		t.Errorf("%s: %q: %v", m.message.Room, m.message.Body, err)
	}
	for _, r := range m.line.reactions {
		if !emoji.Valid(r) {
			t.Errorf("%s: %q is no emoji", m.message.Room, r)
		}
	}
}

func TestSameEveryTime(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	var bodies [2]strings.Builder
	for i := range bodies {
		s, err := newScript(places()[0])
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range s.write(500, 0, at.Add(-time.Hour), at).messages {
			bodies[i].WriteString(m.message.CreatedAt.String() + m.message.Username + m.message.Body)
		}
	}
	if bodies[0].String() != bodies[1].String() {
		t.Error("two runs differ")
	}
}

func TestClockKeepsHours(t *testing.T) {
	t.Parallel()
	from := time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC)
	for _, to := range []time.Time{from, from.Add(time.Hour), from.Add(9 * time.Hour), from.Add(100 * time.Hour)} {
		c := newClock(from, to, 100)
		last := from
		for range 120 {
			at := c.next(1)
			if at.Before(last) || at.After(to) {
				t.Fatalf("%s after %s, up to %s", at, last, to)
			}
			if hour := at.Hour(); to.Sub(from) > 9*time.Hour && (hour < 8 || hour > 19) {
				t.Errorf("somebody speaks at %s", at)
			}
			last = at
		}
	}
}
