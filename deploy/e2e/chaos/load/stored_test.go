package load

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"parley/core/chat"
	corehistory "parley/core/history"
	"parley/deploy/e2e/client"
	"parley/deploy/e2e/history"
	"parley/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// What Postgres notes is every version that there was, and when; not what was
// rolled back.
func TestEveryVersionIsNoted(t *testing.T) {
	t.Parallel()
	url := testkit.DatabaseURL(t)
	if err := Watch(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	if err := Watch(t.Context(), url); err != nil {
		t.Fatalf("again: %s", err)
	}
	site := &Site{
		DatabaseURL: func(context.Context) (string, error) { return url, nil },
		Users:       []*client.User{client.NewUser("", "ada")},
	}
	pool, err := pgxpool.New(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	conn, err := site.connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	exec := func(sql string) {
		t.Helper()
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatalf("%s: %s", sql, err)
		}
	}
	exec(`INSERT INTO users (username, password_hash) VALUES ('ada', 'x')`)
	exec(`INSERT INTO rooms (name, kind) VALUES ('den', 'private')`)
	r := &Run{Rooms: []string{"den"}, site: site, recorder: history.NewRecorder()}
	exec(`UPDATE users SET head = 1 WHERE username = 'ada'`)
	exec(`INSERT INTO memberships (username, room, revision) VALUES ('ada', 'den', 1)`)
	exec(`UPDATE rooms SET head = 1 WHERE name = 'den'`)
	exec(`INSERT INTO messages (room, id, revision, username, body) VALUES ('den', 1, 1, 'ada', 'hi')`)
	exec(`UPDATE rooms SET head = 2, title = 'Den', revision = 2 WHERE name = 'den'`)
	exec(`UPDATE rooms SET head = 3, title = 'The den', revision = 3 WHERE name = 'den'`)
	exec(`UPDATE rooms SET head = 4 WHERE name = 'den'`)
	exec(`UPDATE messages SET revision = 4, body = 'hello', edited_at = now(), mentions = '{ada,@room}', pinned_at = now(), pinned_by = 'ada',
		reactions = '[{"emoji": "👍", "people": ["ada"]}]' WHERE room = 'den'`)
	exec(`BEGIN; UPDATE rooms SET head = 5, title = 'Never', revision = 5 WHERE name = 'den'; ROLLBACK`)
	exec(`UPDATE users SET head = 2 WHERE username = 'ada'`)
	exec(`UPDATE memberships SET revision = 2, member = false WHERE username = 'ada'`)
	exec(`UPDATE users SET head = 3, display_name = 'Ada', revision = 3 WHERE username = 'ada'`)

	logs, err := r.stored(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	den, ada := logs["den"], logs["@ada"]
	if den.Head != 4 || !den.Private || len(den.Rows) != 2 || len(den.Past) != 2 || ada.Head != 3 || len(ada.Rows) != 2 || len(ada.Past) != 1 {
		t.Fatalf("den %+v, ada %+v", den, ada)
	}
	now := r.recorder.Now()
	checkTimes(t, "@ada", ada, now, 1, 2, 3)
	checkTimes(t, "den", den, now, 1, 2, 3, 4)
	stored, err := corehistory.NewStore(pool).Some(t.Context(), "den", []chat.Position{1})
	if err != nil || len(stored) != 1 || string(stored[0].AppendJSON(nil)) != den.Rows[1].Data {
		t.Errorf("the message is %s, and the history has %+v, %v", den.Rows[1].Data, stored, err)
	}
	asked := func(aim history.Aim, with string) history.Change {
		return history.Change{Room: "den", ID: 1, By: "ada", Aim: aim, With: with, Status: 200, Revision: 4, Answered: now}
	}
	h := &history.History{
		Logs:    logs,
		Posts:   []history.Post{{Room: "den", Username: "ada", Body: "hi", Status: 201, ID: 1, Answered: now}},
		Changes: []history.Change{asked(history.Edit, "hello"), asked(history.Pin, ""), asked(history.React, "👍")},
	}
	for _, v := range history.Check(h) {
		t.Error(v)
	}
	h.Logs["den"] = history.Log{Head: 4, Rows: den.Rows}
	if len(history.Check(h)) == 0 {
		t.Error("without the past nothing is missing")
	}
}

func checkTimes(t *testing.T, name string, log history.Log, now time.Duration, positions ...chat.Position) {
	t.Helper()
	for _, at := range positions {
		if made, known := log.Times[at]; !known || made > now || made < -time.Minute {
			t.Errorf("position %d of %s was made at %s", at, name, made)
		}
	}
}
