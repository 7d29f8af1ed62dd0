package migrations_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"parley/migrations"
	"parley/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// people is what the release before 000003 leaves behind.
const people = `
	INSERT INTO users (username, password_hash, created_at) VALUES
		('bob', 'x', '2026-01-02'), ('ada', 'x', '2026-01-01'), ('eve', 'x', '2026-01-03');
	INSERT INTO rooms (name, created_by) VALUES ('launch', 'bob'), ('attic', NULL);
	UPDATE rooms SET head = 2 WHERE name = 'general';
	INSERT INTO messages (room, id, revision, username, body) VALUES ('general', 1, 1, 'ada', 'hi'), ('general', 2, 2, 'bob', 'hi');`

func TestUpgradeGivesEverybodyARoleAndRooms(t *testing.T) {
	t.Parallel()
	url := testkit.EmptyDatabaseURL(t)
	to(t, url, 2)
	db := connect(t, url)
	run(t, db, people)
	to(t, url, 3)

	expect(t, db, `SELECT string_agg(username || ' ' || role || ' ' || head, ', ' ORDER BY username) FROM users`,
		"ada owner 1, bob member 2, eve member 1")
	expect(t, db, `SELECT string_agg(concat_ws(' ', username, room, revision, moderator, read), ', ' ORDER BY username, room) FROM memberships`,
		"ada general 1 f 2, bob general 1 f 2, bob launch 2 t 0, eve general 1 f 2")
	expect(t, db, `SELECT string_agg(name || ' ' || title || ' ' || kind, ', ' ORDER BY name) FROM rooms`,
		"attic attic open, general general open, launch launch open")
	expect(t, db, `SELECT octet_length(value)::text FROM secrets`, "32")
}

// The services of the release before run on the new schema until they are
// replaced.
func TestReleaseBeforeWorksOnNewSchema(t *testing.T) {
	t.Parallel()
	url := testkit.DatabaseURL(t)
	db := connect(t, url)
	run(t, db, `
		INSERT INTO users (username, password_hash) VALUES ('ada', 'x');
		INSERT INTO rooms (name, created_by) VALUES ('launch', 'ada');
		WITH raised AS (UPDATE rooms SET head = head + 1 WHERE name = 'launch' RETURNING head)
		INSERT INTO messages (room, id, revision, username, body, client_id, created_at)
		SELECT 'launch', head, head, 'ada', 'hi', NULL, clock_timestamp() FROM raised`)
	expect(t, db, `SELECT role || ' ' || kind FROM users, rooms WHERE name = 'launch'`, "member open")
}

// A file that fails leaves nothing behind but the mark that it failed; see
// docs/operating.md.
func TestFailedMigrationIsUndoneAndTriedAgain(t *testing.T) {
	t.Parallel()
	url := testkit.EmptyDatabaseURL(t)
	to(t, url, 4)
	db := connect(t, url)
	run(t, db, `CREATE TABLE search_blocks ()`) // in the way of the third statement
	for range 2 {
		if version, err := migrations.Up(url); err == nil {
			t.Fatalf("at version %d, in spite of what was in the way", version)
		}
	}
	expect(t, db, `SELECT coalesce(to_regclass('search_messages')::text, 'undone')`, "undone")
	run(t, db, `DROP TABLE search_blocks; UPDATE schema_migrations SET version = version - 1, dirty = false`)
	if version, err := migrations.Up(url); err != nil || version != migrations.Newest() {
		t.Errorf("at version %d: %v", version, err)
	}
}

// What was private must not become public.
func TestDowngradeRemovesPrivateRooms(t *testing.T) {
	t.Parallel()
	url := testkit.DatabaseURL(t)
	db := connect(t, url)
	run(t, db, `
		INSERT INTO users (username, password_hash) VALUES ('ada', 'x');
		INSERT INTO rooms (name, kind, head) VALUES ('cabinet', 'private', 1);
		INSERT INTO messages (room, id, revision, username, body) VALUES ('cabinet', 1, 1, 'ada', 'secret'), ('general', 1, 1, 'ada', 'hi')`)
	to(t, url, 2)
	expect(t, db, `SELECT string_agg(body, ',') FROM messages`, "hi")
	to(t, url, 3)
	expect(t, db, `SELECT string_agg(name, ',') FROM rooms`, "general")
}

// A backup of an older schema is restored into it, and then upgraded.
func TestUpToGoesUpAndNeverDown(t *testing.T) {
	t.Parallel()
	url := testkit.EmptyDatabaseURL(t)
	newest := migrations.Newest()
	for _, row := range [][2]uint{{2, 2}, {1, 2}, {4, 4}, {newest, newest}, {3, newest}} {
		if version, err := migrations.UpTo(url, row[0]); err != nil || version != row[1] {
			t.Errorf("up to %d: at %d, %v; want %d", row[0], version, err, row[1])
		}
	}
}

func to(t *testing.T, url string, version uint) {
	t.Helper()
	if err := migrations.To(url, version); err != nil {
		t.Fatal(err)
	}
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	db, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close(context.Background()) })
	return db
}

func run(t *testing.T, db *pgx.Conn, sql string) {
	t.Helper()
	if _, err := db.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

func expect(t *testing.T, db *pgx.Conn, sql, want string) {
	t.Helper()
	var got string
	if err := db.QueryRow(t.Context(), sql).Scan(&got); err != nil {
		t.Fatal(err)
	}
	if got != want {
		t.Errorf("%s: %s, want %s", sql, got, want)
	}
}
