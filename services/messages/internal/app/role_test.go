package app

import (
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"parley/core/backing"
	"parley/migrations"
	"parley/testkit"
)

// The services do all their work as a role that can't change the schema.
func TestAppRoleReadsAndWritesRowsAlone(t *testing.T) {
	t.Parallel()
	_, owner := testkit.Postgres(t)
	for _, password := range []string{"first", `it's "new" \n`} { // a second time it changes the password
		if err := MakeAppRole(t.Context(), Config{DatabaseURL: owner, AppPassword: password + "\n"}); err != nil {
			t.Fatal(err)
		}
	}
	asApp := withUser(t, owner, migrations.AppRole)
	b := start(t, func(cfg *Config) { cfg.DatabaseURL = asApp })
	ada := b.register("ada")
	if a := ada.post("/chat", fields{"name": "launch"}); a.status != 201 {
		t.Errorf("room: %d %s", a.status, a.body)
	}
	if a := ada.post("/chat/launch/messages", fields{"body": "hi"}); a.status != 201 {
		t.Errorf("post: %d %s", a.status, a.body)
	}
	conn, err := pgx.Connect(t.Context(), asApp)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	for _, sql := range []string{
		`DROP TABLE messages`, `ALTER TABLE users ADD x text`, `CREATE TABLE mine ()`, `TRUNCATE messages`,
		`UPDATE schema_migrations SET version = 1`, `CREATE ROLE other`, `COPY users TO PROGRAM 'cat'`, `ALTER SYSTEM SET fsync = off`,
	} {
		if _, err := conn.Exec(t.Context(), sql); backing.Code(err) != "42501" { // insufficient privilege
			t.Errorf("%s: %v", sql, err)
		}
	}
}

// The owner of the database may make roles, and is no superuser. It calls this
// again with every upgrade.
func TestAppRoleIsMadeWithoutSuperuser(t *testing.T) {
	t.Parallel()
	_, super := testkit.Postgres(t)
	conn, err := pgx.Connect(t.Context(), super)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	for _, sql := range []string{`CREATE ROLE keeper LOGIN CREATEROLE`, `CREATE DATABASE kept OWNER keeper`} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	u, err := url.Parse(withUser(t, super, "keeper"))
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/kept"
	if err := Migrate(t.Context(), u.String(), migrations.Newest(), slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	for _, password := range []string{"first", "second"} {
		if err := MakeAppRole(t.Context(), Config{DatabaseURL: u.String(), AppPassword: password}); err != nil {
			t.Fatalf("%s time: %v", password, err)
		}
	}
	if _, err := conn.Exec(t.Context(), `ALTER ROLE parley_app SUPERUSER`); err != nil {
		t.Fatal(err)
	}
	if err := MakeAppRole(t.Context(), Config{DatabaseURL: u.String(), AppPassword: "third"}); backing.Code(err) != "42501" {
		t.Errorf("a role that may do everything is taken: %v", err)
	}
}

func withUser(t *testing.T, text, user string) string {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.User(user)
	return u.String()
}

// Not parallel: the environment belongs to the process.
func TestPasswordsComeFromFiles(t *testing.T) { //nolint:paralleltest // see above
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte("from-a-file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("DATABASE_URL", "postgres://parley_app@127.0.0.1/parley")
	for _, name := range []string{"DATABASE_PASSWORD_FILE", "REDIS_PASSWORD_FILE", "DATABASE_APP_PASSWORD_FILE"} {
		t.Setenv(name, file)
	}
	t.Setenv("PPROF", "on")
	cfg, err := FromEnvironment()
	if err != nil {
		t.Fatal(err)
	}
	if cfg.DatabaseURL != "postgres://parley_app:from-a-file@127.0.0.1/parley" || !strings.HasPrefix(cfg.RedisURL, "redis://:from-a-file@") ||
		cfg.AppPassword != "from-a-file\n" || !bool(cfg.Profiles) {
		t.Errorf("read %+v", cfg)
	}
	t.Setenv("REDIS_PASSWORD_FILE", file+"-missing")
	t.Setenv("PPROF", "1")
	if _, err := FromEnvironment(); err == nil || !strings.Contains(err.Error(), "REDIS_PASSWORD_FILE") || !strings.Contains(err.Error(), "neither on nor off") {
		t.Errorf("a missing file: %v", err)
	}
}
