package admin

import (
	"bytes"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"parley/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func TestCommands(t *testing.T) {
	t.Parallel()
	cfg := Config{DatabaseURL: testkit.DatabaseURL(t), RedisURL: testkit.Redis(t).URL(), PublicURL: "https://chat.example.org/"}
	pool, err := pgxpool.New(t.Context(), cfg.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	for _, row := range []struct {
		args, in string
		says     string // on success
		fails    string
	}{
		{args: "", fails: "usage"},
		{args: "dance", fails: "usage"},
		{args: "create-owner", fails: "usage"},
		{args: "create-owner aa bb", fails: "usage"},
		{args: "create-owner N!", fails: "can't be a username"},
		{args: "create-owner -password-stdin ada", in: "short\n", fails: "at least 8"},
		{args: "create-owner -password-stdin ada", in: strings.Repeat("x", 257), fails: "at most 256"},
		{args: "create-owner -password-stdin ada", in: "password1\n", fails: "anybody would try"},
		{args: "create-owner -password-stdin ada.king", in: "Ada.King\n", fails: "anybody would try"},
		{args: "create-owner Ada -password-stdin", in: "correct horse\n", says: "ada is an owner\n"},
		{args: "create-owner ada", fails: "already"},
		{args: "create-owner bob", says: "bob is an owner\npassword: "},
		{args: "reset-password nobody", fails: "no account nobody"},
		{args: "reset-password ada", says: "signed out everywhere\npassword: "},
		{args: "reset-password -password-stdin ada", in: "12345678\n", fails: "anybody would try"},
		{args: "invite", says: "https://chat.example.org/join/"},
		{args: "invite -role admin -uses 3 -expires 1h", says: "/join/"},
		{args: "invite -role king", fails: "role invalid"},
		{args: "invite -role owner", fails: "create-owner"},
		{args: "invite -uses 0", fails: "uses invalid"},
		{args: "invite -expires 1000000h", fails: "expires_in invalid"},
		{args: "invite bob", fails: "usage"},
		{args: "ban nobody", fails: "no account nobody"},
		{args: "ban bob", says: "bob is banned"},
		{args: "ban ada", fails: "last owner"},
		{args: "unban bob", says: "bob may sign in"},
		{args: "ban ada", says: "ada is banned"},
	} {
		var out bytes.Buffer
		err := Run(t.Context(), cfg, strings.Fields(row.args), strings.NewReader(row.in), &out)
		switch {
		case row.fails != "" && (err == nil || !strings.Contains(err.Error(), row.fails)):
			t.Errorf("%s: %v, want %q", row.args, err, row.fails)
		case row.fails == "" && (err != nil || !strings.Contains(out.String(), row.says)):
			t.Errorf("%s: %v, said %q, want %q", row.args, err, out.String(), row.says)
		}
	}
	for sql, want := range map[string]int{
		`SELECT count(*) FROM users WHERE role = 'owner'`:                                           2,
		`SELECT count(*) FROM memberships WHERE room = 'general' AND revision = 1`:                  2,
		`SELECT count(*) FROM audit WHERE actor = ''`:                                               8,
		`SELECT count(*) FROM invites WHERE uses = 3 AND role = 'admin'`:                            1,
		`SELECT count(*) FROM users WHERE banned_at IS NOT NULL`:                                    1,
		`SELECT count(*) FROM audit WHERE action = 'password.reset' AND subject = 'ada' AND id > 0`: 1,
	} {
		var n int
		if err := pool.QueryRow(t.Context(), sql).Scan(&n); err != nil || n != want {
			t.Errorf("%s: %d, %v; want %d", sql, n, err, want)
		}
	}
}
