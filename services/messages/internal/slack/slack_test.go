package slack

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"parley/messages/internal/intake"
	"parley/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// workspaceZip returns testdata/workspace as the zip that Slack makes.
func workspaceZip(t *testing.T) *zip.Reader {
	t.Helper()
	var file bytes.Buffer
	w := zip.NewWriter(&file)
	if err := w.AddFS(os.DirFS("testdata/workspace")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := zip.NewReader(bytes.NewReader(file.Bytes()), int64(file.Len()))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func take(t *testing.T, url string, files *zip.Reader) *intake.Report {
	t.Helper()
	in, err := intake.Open(t.Context(), url, From, intake.Same)
	if err != nil {
		t.Fatal(err)
	}
	if err := Import(t.Context(), in, files); err != nil {
		t.Error(err)
	}
	if err := in.Close(t.Context()); err != nil {
		t.Error(err)
	}
	return &in.Report
}

func TestImport(t *testing.T) {
	t.Parallel()
	url := testkit.DatabaseURL(t)
	files := workspaceZip(t)
	// ada is here already, and has a room of her own that is called cabinet.
	db := connect(t, url)
	run(t, db, `
		INSERT INTO users (username, password_hash, role, head) VALUES ('ada', 'x', 'owner', 1);
		UPDATE rooms SET head = 1, title = 'Ours' WHERE name = 'general';
		INSERT INTO memberships (username, room, revision, read) VALUES ('ada', 'general', 1, 1);
		INSERT INTO messages (room, id, revision, username, body) VALUES ('general', 1, 1, 'ada', 'here first');
		INSERT INTO rooms (name, kind) VALUES ('cabinet', 'private')`)
	report := take(t, url, files)
	said := strings.Join(report.Lines(), "\n")
	for _, line := range []string{
		"person ada (U1) is ada, who was here already", "person Zoë M. (U2) is zoe-m", "person zoe-m (U3) is zoe-m-2",
		"room general (C1) is general, which was here already", "room Größe.plan (C2) is grosse-plan", "room cabinet (G1) is cabinet-2",
		"left out: 1 × notice channel_join", "left out: 1 × reaction :partyparrot:", "left out: 1 × message without text",
		"7 people, 5 rooms and 14 messages are new; 0 messages were there already",
	} {
		if !strings.Contains(said, line) {
			t.Errorf("the report lacks %q:\n%s", line, said)
		}
	}
	checkPlace(t, db)
	checkGeneral(t, db)

	before := dump(t, db)
	again := take(t, url, files)
	if again.People+again.Rooms+again.Messages != 0 || again.Known != 14 {
		t.Errorf("a second time: %v", again.Lines())
	}
	if after := dump(t, db); before != after {
		t.Errorf("a second time makes\n%s\nof\n%s", after, before)
	}
}

func checkPlace(t *testing.T, db *pgx.Conn) {
	t.Helper()
	for sql, want := range map[string]string{
		`SELECT string_agg(concat_ws(' ', username, role, display_name, banned_at IS NOT NULL), ', ' ORDER BY username) FROM users`:                                                                      `ada owner  f, buildbot member Build Bot t, deploy-bot member Deploy Bot t, guest.nine member Guest Nine t, left member Who Left t, uslackbot member USLACKBOT t, zoe-m member Zoë Martin f, zoe-m-2 guest Zoe Miller f`,
		`SELECT string_agg(concat_ws(' ', name, kind, title, topic, head, archived_at IS NOT NULL), ', ' ORDER BY name) FROM rooms WHERE kind <> 'direct'`:                                               `cabinet private   0 f, cabinet-2 private cabinet  1 f, general open Ours  11 f, grosse-plan open Größe.plan How big 0 t, notes-ada private notes-ada  1 f`,
		`SELECT string_agg(array_to_string(people, '+'), ', ' ORDER BY people) FROM rooms WHERE kind = 'direct'`:                                                                                         `ada+left+zoe-m, ada+zoe-m`,
		`SELECT string_agg(username, ' ' ORDER BY username) FROM memberships WHERE room = 'cabinet-2'`:                                                                                                   `ada zoe-m-2`,
		`SELECT string_agg(username || read, ' ' ORDER BY username) FROM memberships WHERE room = 'general'`:                                                                                             `ada11 left11 zoe-m11`,
		`SELECT string_agg(concat_ws(' ', u.username, u.head, (SELECT max(revision) FROM memberships m WHERE m.username = u.username)), ', ' ORDER BY u.username) FROM users u WHERE u.username = 'ada'`: `ada 10 10`,
		`SELECT string_agg(room || ' ' || body, ', ' ORDER BY body) FROM messages WHERE room NOT LIKE 'dm-%' AND room <> 'general'`:                                                                      `notes-ada note to self, cabinet-2 secret`,
	} {
		if got := value(t, db, sql); got != want {
			t.Errorf("%s:\n%s, want\n%s", sql, got, want)
		}
	}
}

func checkGeneral(t *testing.T, db *pgx.Conn) {
	t.Helper()
	rows, err := db.Query(t.Context(), `
		SELECT concat_ws('|', id, username, left(body, 90), 'thread ' || thread, 'mentions ' || array_to_string(mentions, '+'), reactions, 'pinned by ' || pinned_by,
			'edited ' || extract(epoch FROM edited_at)::bigint, CASE WHEN deleted_at IS NOT NULL THEN 'deleted' END)
		FROM messages WHERE room = 'general' ORDER BY id`)
	if err != nil {
		t.Fatal(err)
	}
	got, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"1|ada|here first",
		`2|ada|**Hello** @room, see #grosse-plan and [the *plan*](https://example.org/a?b=1&c=2): 1 < 2 🎉|mentions @room|[{"emoji": "👍", "people": ["zoe-m", "left", "ada"]}, {"emoji": "👋🏽", "people": ["zoe-m"]}]|pinned by ada|edited 1700000500`,
		"3|zoe-m|```\nif a < b {\n  *not bold*\n}\n```\n and `~code~ :tada:`|thread 2",
		"4|deploy-bot|[Build 7](https://ci.example.org/7)\n~~failed~~ passed",
		"5|left|_too_ @ada cc @u9|thread 2|mentions ada",
		`6|ada|[The \[plan\]](https://files.example.org/plan%20%281%29.pdf)`,
		"7|uslackbot||deleted",
		"8|zoe-m|to a deleted one|thread 7",
		"9|guest.nine|from another workspace",
		"10|ada|long " + strings.Repeat("word ", 17),
		"11|ada|" + strings.Repeat("word ", 18),
	}
	if fmt.Sprint(len(got), strings.Join(got, "\n")) != fmt.Sprint(len(want), strings.Join(want, "\n")) {
		t.Errorf("general has\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// An import that was broken off is begun again.
func TestImportGoesOnWhereItEnded(t *testing.T) {
	t.Parallel()
	url := testkit.DatabaseURL(t)
	files := workspaceZip(t)
	whole := files.File
	files.File = nil
	for _, f := range whole {
		if !strings.Contains(f.Name, "2023-11-15") && f.Name != "mpims.json" {
			files.File = append(files.File, f)
		}
	}
	first := take(t, url, files)
	files.File = whole
	second := take(t, url, files)
	fresh := testkit.DatabaseURL(t)
	all := take(t, fresh, files)
	if first.Messages+second.Messages != all.Messages || second.Known != first.Messages {
		t.Errorf("first %d, then %d; all are %d", first.Messages, second.Messages, all.Messages)
	}
	if got, want := dump(t, connect(t, url)), dump(t, connect(t, fresh)); got != want {
		t.Errorf("in two steps\n%s\nat once\n%s", got, want)
	}
}

func TestNoExport(t *testing.T) {
	t.Parallel()
	in, err := intake.Open(t.Context(), testkit.DatabaseURL(t), From, intake.Unknown)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close(context.Background())
	if err := Import(t.Context(), in, &zip.Reader{}); err == nil || !strings.Contains(err.Error(), "users.json") {
		t.Errorf("%v, want that users.json is missing", err)
	}
}

// dump returns the messages, and who is where.
func dump(t *testing.T, db *pgx.Conn) string {
	t.Helper()
	return value(t, db, `
		SELECT string_agg(line, E'\n' ORDER BY line) FROM (
			SELECT concat_ws(' ', 'message', room, id, username, body, client_id, thread, reactions) FROM messages
			UNION ALL SELECT concat_ws(' ', 'member', username, room, joined = 0, read) FROM memberships
			UNION ALL SELECT concat_ws(' ', 'room', name, head) FROM rooms
			UNION ALL SELECT concat_ws(' ', 'person', username, role) FROM users
		) AS all_lines (line)`)
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

func value(t *testing.T, db *pgx.Conn, sql string) (text string) {
	t.Helper()
	if err := db.QueryRow(t.Context(), sql).Scan(&text); err != nil {
		t.Fatal(sql, err)
	}
	return text
}
