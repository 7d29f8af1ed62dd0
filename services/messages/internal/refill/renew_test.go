package refill

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"parley/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func TestRenewRaisesAllHeadsAndEndsAllSessions(t *testing.T) {
	t.Parallel()
	url := testkit.DatabaseURL(t)
	db, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close(context.Background()) })
	const ahead = 1 << 47 // of the clock
	_, err = db.Exec(t.Context(), `
		INSERT INTO users (username, password_hash, head) VALUES ('ada', 'x', 7);
		INSERT INTO sessions (token_hash, username, expires_at) VALUES (sha256('x'), 'ada', 'infinity');
		INSERT INTO rooms (name, head) VALUES ('far', 1::bigint << 47)`)
	if err != nil {
		t.Fatal(err)
	}
	if ended, err := Renew(t.Context(), url); err != nil || ended != 1 {
		t.Fatalf("%d sessions ended, %v", ended, err)
	}
	var far, lowest, sessions int64
	err = db.QueryRow(t.Context(), `
		SELECT (SELECT head FROM rooms WHERE name = 'far'), (SELECT min(head) FROM (SELECT head FROM rooms UNION ALL SELECT head FROM users) AS logs),
			(SELECT count(*) FROM sessions)`).Scan(&far, &lowest, &sessions)
	if err != nil || far != ahead+100_000_000 || lowest < 1<<43 || sessions != 0 {
		t.Errorf("heads from %d to %d, %d sessions, %v", lowest, far, sessions, err)
	}
}
