package mattermost

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"parley/messages/internal/intake"
	"parley/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func take(t *testing.T, url, name string) *intake.Report {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	in, err := intake.Open(t.Context(), url, From, intake.Unknown)
	if err != nil {
		t.Fatal(err)
	}
	if err := Import(t.Context(), in, url, file); err != nil {
		t.Error(err)
	}
	if err := in.Close(t.Context()); err != nil {
		t.Error(err)
	}
	return &in.Report
}

const messages = `
	SELECT string_agg(concat_ws('|', id, username, body, 'thread ' || thread, 'mentions ' || array_to_string(mentions, '+'), reactions, 'pinned by ' || pinned_by,
		'edited ' || extract(epoch FROM edited_at)::bigint), E'\n' ORDER BY room, id) FROM messages`

func TestImport(t *testing.T) {
	t.Parallel()
	url := testkit.DatabaseURL(t)
	report := take(t, url, "testdata/export.jsonl")
	said := strings.Join(report.Lines(), "\n")
	for _, line := range []string{
		"person _bob (_bob) is bob", "left out: 1 × notice system_join_channel", "left out: 1 × reaction :custom:",
		"3 people, 4 rooms and 8 messages are new; 0 messages were there already",
	} {
		if !strings.Contains(said, line) {
			t.Errorf("the report lacks %q:\n%s", line, said)
		}
	}
	db := connect(t, url)
	for sql, want := range map[string]string{
		`SELECT string_agg(concat_ws(' ', username, role, display_name, banned_at IS NOT NULL), ', ' ORDER BY username) FROM users`: "ada owner Ada Lovelace f, bob member Bobby f, hal member HAL t",
		`SELECT string_agg(concat_ws(' ', name, kind, title, topic), ', ' ORDER BY name) FROM rooms WHERE kind <> 'direct'`:         "cabinet private Cabinet Few, general open general , notes-ada private notes-ada , town-square open Town Square Everybody",
		`SELECT string_agg(username || ' ' || room, ', ' ORDER BY username, room) FROM memberships WHERE room NOT LIKE 'dm-%'`:      "ada cabinet, ada general, ada notes-ada, ada town-square, bob general, bob town-square",
		messages + ` WHERE room = 'cabinet'`: "1|ada|same\n2|ada|time",
		messages + ` WHERE room LIKE 'dm-%'`: "1|bob|psst",
		messages + ` WHERE room = 'town-square'`: `1|bob|first|[{"emoji": "👍", "people": ["ada", "bob"]}]` + "\n" +
			"2|hal|I can't|thread 1\n" +
			"3|ada|later **bold** @bob @room 🎉 `@_bob :tada:`|mentions bob+@room|pinned by ada|edited 1700000021\n" +
			"4|ada|an answer\n📎 plan.pdf|thread 1",
	} {
		if got := value(t, db, sql); got != want {
			t.Errorf("%s:\n%s, want\n%s", sql, got, want)
		}
	}
	before := value(t, db, messages)
	again := take(t, url, "testdata/export.jsonl")
	if again.People+again.Rooms+again.Messages != 0 || again.Known != 8 || value(t, db, messages) != before {
		t.Errorf("a second time: %v", again.Lines())
	}
}

// Whatever the names and numbers are, nothing is lost that can be kept, and
// nothing gets where it doesn't belong.
func TestHostileExport(t *testing.T) {
	t.Parallel()
	url := testkit.DatabaseURL(t)
	const export = `{"type":"version","version":1}
{"type":"channel","channel":{"team":"a","name":"b/c","type":"O"}}
{"type":"channel","channel":{"team":"a/b","name":"c","type":"P"}}
{"type":"channel","channel":{"team":"a","name":"stream","type":"O"}}
{"type":"user","user":{"username":"ada","teams":[{"name":"a/b","channels":[{"name":"c"}]}]}}
{"type":"user","user":{"username":"bob"}}
{"type":"post","post":{"team":"a","channel":"b/c","user":"ada","message":"open","create_at":1700000010000}}
{"type":"post","post":{"team":"a","channel":"b/c","user":"bob","message":"the same time","create_at":1700000010000}}
{"type":"post","post":{"team":"a","channel":"b/c","user":"bob","message":"when?","create_at":9223372036854775807,"edit_at":9223372036854775807}}
{"type":"post","post":{"team":"a","channel":"b/c","user":"bob","message":"before","create_at":-1}}
{"type":"post","post":{"team":"a/b","channel":"c","user":"ada","message":"secret","create_at":1700000010000,"edit_at":9223372036854775807}}
{"type":"post","post":{"team":"x","channel":"y","user":"ada","message":"nowhere","create_at":1700000010000}}
{"type":"direct_post","direct_post":{"channel_members":["ada","bob"],"user":"ada","message":"to bob","create_at":1700000010000}}
{"type":"direct_post","direct_post":{"channel_members":["ada,bob"],"user":"ada,bob","message":"to myself","create_at":1700000010000}}
`
	for range 2 {
		in, err := intake.Open(t.Context(), url, From, intake.Unknown)
		if err != nil {
			t.Fatal(err)
		}
		if err := Import(t.Context(), in, url, strings.NewReader(export)); err != nil {
			t.Error(err)
		}
		if err := in.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
	db := connect(t, url)
	for sql, want := range map[string]string{
		`SELECT string_agg(concat_ws(' ', r.kind, m.body), ', ' ORDER BY m.body) FROM messages m JOIN rooms r ON r.name = m.room`: "open open, private secret, open the same time, direct to bob, private to myself",
		`SELECT string_agg(name || ' ' || kind, ', ' ORDER BY name) FROM rooms WHERE kind <> 'direct'`:                            "b-c open, c private, general open, notes-ada-bob private, room-stream open",
	} {
		if got := value(t, db, sql); got != want {
			t.Errorf("%s:\n%s, want\n%s", sql, got, want)
		}
	}
}

func TestNoExport(t *testing.T) {
	t.Parallel()
	url := testkit.DatabaseURL(t)
	for text, fails := range map[string]string{
		`{"type":"parley"}`: "no version", "{": "line 1", `{"type":"version"}` + "\n" + strings.Repeat(" ", maxLine+1): "too long",
	} {
		in, err := intake.Open(t.Context(), url, From, intake.Unknown)
		if err != nil {
			t.Fatal(err)
		}
		if err := Import(t.Context(), in, url, strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), fails) {
			t.Errorf("%s: %v, want %q", text, err, fails)
		}
		if err := in.Close(t.Context()); err != nil {
			t.Error(err)
		}
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

func value(t *testing.T, db *pgx.Conn, sql string) (text string) {
	t.Helper()
	if err := db.QueryRow(t.Context(), sql).Scan(&text); err != nil {
		t.Fatal(sql, err)
	}
	return text
}
