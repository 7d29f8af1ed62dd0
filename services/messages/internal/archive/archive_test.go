package archive

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"parley/messages/internal/refill"
	"parley/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// dot is a picture of one pixel, a PNG.
const dot = `decode('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==', 'base64')`

// place is a deployment with one of everything, and of every field.
const place = `
	INSERT INTO users (username, password_hash, role, display_name, created_at, banned_at, head) VALUES
		('ada', '$argon2id$x', 'owner', 'Ada <Lovelace> & "Co"', '2026-11-01 10:00:00.000001+01', NULL, 9),
		('bob', '$argon2id$y', 'guest', '', '2026-11-02', '2026-11-03', 3);
	UPDATE users SET status_text = 'Away', status_emoji = '🌴', status_until = '2026-12-24', time_zone = 'Europe/London', language = 'en-GB', theme = 'dark', avatar = substr(encode(sha256(` + dot + `), 'hex'), 1, 32) WHERE username = 'ada';
	INSERT INTO avatars (username, digest, image) SELECT username, avatar, ` + dot + ` FROM users WHERE avatar <> '';
	UPDATE rooms SET head = 9, title = 'General', topic = E'tabs\tand ünïcode', created_at = '2026-11-01' WHERE name = 'general';
	INSERT INTO rooms (name, kind, head, people, created_by, created_at, archived_at) VALUES
		('dm-1', 'direct', 1, '{ada,bob}', 'ada', '2026-11-04', NULL), ('old', 'private', 0, NULL, 'bob', '2026-11-04', '2026-11-05');
	INSERT INTO memberships (username, room, revision, member, moderator, joined, read, reopened, notify) VALUES
		('ada', 'general', 4, true, true, 0, 2, 1, 'all'), ('ada', 'dm-1', 9, true, false, 0, 1, 0, 'none'),
		('bob', 'general', 3, false, false, 1, 0, 0, 'mentions');
	INSERT INTO messages (room, id, revision, username, body, client_id, html, renderer, mentions, reactions, created_at, edited_at, deleted_at, reply_to, thread, pinned_at, pinned_by) VALUES
		('general', 1, 1, 'ada', E'<b> & "quotes" \\ \n\u2028', 'c1', NULL, 1, NULL, NULL, '2026-11-06 00:00:00.5', NULL, NULL, NULL, NULL, NULL, NULL),
		('general', 2, 6, 'bob', '**hi** @ada', NULL, 'old html', 1, '{ada,@room}', '[{"emoji":"👍","people":["ada","bob"]}]', '2026-11-06', '2026-11-07', NULL, 1, 1, '2026-11-08', 'ada'),
		('general', 3, 9, 'gone', '', NULL, NULL, NULL, NULL, NULL, '2026-11-06', NULL, '2026-11-07', NULL, NULL, NULL, NULL),
		('dm-1', 1, 1, 'ada', 'secret', NULL, NULL, NULL, NULL, NULL, '2026-11-06', NULL, NULL, NULL, NULL, NULL, NULL);
	INSERT INTO message_versions (room, id, revision, body, at) VALUES ('general', 2, 2, 'hi', '2026-11-07'), ('general', 3, 3, 'oops', '2026-11-07');
	INSERT INTO invites (code, created_by, created_at, expires_at, uses, used, role, rooms) VALUES
		('0123456789abcdef', 'ada', '2026-11-01', '2027-11-01', 2, 1, 'member', '{general}'), ('1123456789abcdef', 'ada', '2026-11-01', '2027-11-01', 1, 0, 'admin', '{}');
	INSERT INTO audit (at, actor, action, subject, detail) VALUES
		('2026-11-02', 'ada', 'invite.made', 'x', '{"uses": 2, "a": [1.50, null]}'), ('2026-11-01', '', 'owner.made', 'ada', '{}')`

func TestRoundTripGivesTheSameBytes(t *testing.T) {
	t.Parallel()
	from, to := testkit.DatabaseURL(t), testkit.DatabaseURL(t)
	run(t, from, place)
	first := export(t, from)
	checkGolden(t, first)
	n, err := Import(t.Context(), to, bytes.NewReader(first))
	if err != nil || n != int64(bytes.Count(first, []byte("\n"))) {
		t.Fatalf("%d lines of %d, %v", n, bytes.Count(first, []byte("\n")), err)
	}
	if second := export(t, to); !bytes.Equal(first, second) {
		t.Errorf("what was\n%s\nis exported again as\n%s", first, second)
	}
	for sql, want := range map[string]string{
		`SELECT html FROM messages WHERE room = 'general' AND id = 2`:                                            "<strong>hi</strong>",
		`SELECT (min(head) > 1e13)::text FROM (SELECT head FROM rooms UNION ALL SELECT head FROM users) AS logs`: "true",
		`SELECT string_agg(room || revision, ' ' ORDER BY revision) FROM memberships WHERE username = 'ada'`:     "dm-11 general2",
	} {
		if got := text1(t, to, sql); !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", sql, got, want)
		}
	}
	run(t, to, `INSERT INTO audit (actor, action) VALUES ('ada', 'goes on')`)
	if _, err := Import(t.Context(), to, bytes.NewReader(first)); !errors.Is(err, refill.ErrNotEmpty) {
		t.Errorf("a second time: %v", err)
	}
}

// The format is a promise: testdata has it as it was. What it has can be
// imported by every later release.
func checkGolden(t *testing.T, got []byte) {
	t.Helper()
	name := filepath.Join("testdata", "export.jsonl")
	if os.Getenv("GOLDEN") == "write" {
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("exported\n%s\nwant\n%s", got, want)
	}
}

// A column that comes with a migration must be exported, or left out on purpose.
func TestEveryColumnIsKnown(t *testing.T) {
	t.Parallel()
	const follows = `
		audit.id memberships.revision messages.html messages.renderer renderings.done renderings.id renderings.renderer renderings.room
		rooms.head rooms.profiled rooms.revision room_profiles.revision room_profiles.room room_profiles.username room_profiles.version
		users.avatar avatars.digest secrets.name secrets.value users.head users.revision `
	known := make(map[string]bool)
	for _, column := range strings.Fields(follows) {
		known[column] = true
	}
	for table, row := range map[string]any{
		"users": person{}, "avatars": avatar{}, "rooms": room{}, "memberships": membership{}, "messages": message{}, "message_versions": version{}, "invites": invite{}, "audit": act{},
	} {
		typ := reflect.TypeOf(row)
		for i := range typ.NumField() {
			known[table+"."+typ.Field(i).Tag.Get("db")] = true
		}
	}
	for _, column := range strings.Fields(text1(t, testkit.DatabaseURL(t), `
		SELECT string_agg(table_name || '.' || column_name, ' ') FROM information_schema.columns
		WHERE table_schema = 'public' AND table_name NOT IN ('sessions', 'search_messages', 'search_rooms', 'search_blocks', 'search_summaries', 'schema_migrations')`)) {
		if !known[column] {
			t.Errorf("%s is not exported", column)
		}
	}
}

func TestUnfitExportsChangeNothing(t *testing.T) {
	t.Parallel()
	to := testkit.DatabaseURL(t)
	whole, err := os.ReadFile(filepath.Join("testdata", "export.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	all := string(whole)
	lines := strings.SplitAfter(strings.TrimSuffix(all, "\n"), "\n")
	for name, row := range map[string]struct{ export, fails string }{
		"nothing":       {"", "not an export"},
		"no JSON":       {"hi\n", "not an export"},
		"a later one":   {strings.Replace(all, `"format":1`, `"format":2`, 1), "format 2"},
		"without end":   {strings.Join(lines[:len(lines)-1], ""), "cut off"},
		"a line lost":   {strings.Join(append(lines[:3:3], lines[4:]...), ""), ""},
		"half a line":   {all[:len(all)/2], "line "},
		"more":          {all + lines[1], "follows"},
		"other field":   {strings.Replace(all, `"role":"owner"`, `"role":"owner","age":36`, 1), "line 2: "},
		"other type":    {strings.Replace(all, `"type":"room"`, `"type":"zoom"`, 1), "zoom"},
		"bad name":      {strings.Replace(all, `"username":"gone"`, `"username":"G!"`, 1), "G!"},
		"no such room":  {strings.ReplaceAll(all, `"room":"dm-1"`, `"room":"dm-2"`), "dm-2"},
		"too far":       {strings.Replace(all, `"revision":9`, `"revision":999999999999999`, 1), "position 999999999999999"},
		"read too far":  {strings.Replace(all, `"read":2`, `"read":999999999999999`, 1), "position 999999999999999"},
		"bad reactions": {strings.Replace(all, `"reactions":[`, `"reactions":[1,`, 1), "reactions"},
		"twice":         {strings.Replace(all, lines[1], lines[1]+lines[1], 1), "import users"},
	} {
		if _, err := Import(t.Context(), to, strings.NewReader(row.export)); err == nil || !strings.Contains(err.Error(), row.fails) {
			t.Errorf("%s: %v, want %q", name, err, row.fails)
		}
	}
	if n := text1(t, to, `SELECT count(*)::text FROM users`); n != "0" {
		t.Errorf("%s people were imported", n)
	}
}

func TestCommands(t *testing.T) {
	t.Parallel()
	from, to := testkit.DatabaseURL(t), testkit.DatabaseURL(t)
	run(t, from, place)
	name := filepath.Join(t.TempDir(), "export")
	var said, again bytes.Buffer
	if err := RunExport(t.Context(), from, []string{"-to", name}, nil, &said); err != nil {
		t.Fatal(err)
	}
	if err := RunImport(t.Context(), to, []string{"-from", name}, nil, &said); err != nil {
		t.Fatal(err)
	}
	if err := RunExport(t.Context(), to, nil, &again, &said); err != nil {
		t.Fatal(err)
	}
	if file, err := os.ReadFile(name); err != nil || !bytes.Equal(file, again.Bytes()) || !strings.Contains(said.String(), "imported 21 lines") {
		t.Errorf("%v, said %q", err, said.String())
	}
	if err := RunImport(t.Context(), to, []string{"-to", "x"}, nil, &said); err == nil || !strings.Contains(err.Error(), "usage") {
		t.Errorf("a wrong flag: %v", err)
	}
}

func export(t *testing.T, url string) []byte {
	t.Helper()
	var out bytes.Buffer
	if _, err := Export(t.Context(), url, &out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func run(t *testing.T, url, sql string) {
	t.Helper()
	db := connect(t, url)
	if _, err := db.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

func text1(t *testing.T, url, sql string) (value string) {
	t.Helper()
	if err := connect(t, url).QueryRow(t.Context(), sql).Scan(&value); err != nil {
		t.Fatal(sql, err)
	}
	return value
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
