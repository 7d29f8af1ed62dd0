package stack

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"
)

func TestNobodyGetsInWithoutAPassword(t *testing.T) {
	t.Parallel()
	s := start(t, folder(t))
	for _, url := range []string{s.postgres.URLOf("postgres", database), s.postgres.URLOf("parley_app", database)} {
		if conn, err := pgx.Connect(t.Context(), url); err == nil {
			t.Errorf("Postgres lets in who comes by %s: %v", url, conn.Close(t.Context()))
		}
	}
	stranger := redis.NewClient(&redis.Options{Addr: loopback(s.redis.Port()), MaxRetries: -1})
	defer stranger.Close()
	if err := stranger.Ping(t.Context()).Err(); err == nil || !strings.Contains(err.Error(), "NOAUTH") {
		t.Errorf("Redis says %v to a stranger", err)
	}
	var text []byte
	for _, path := range []string{s.statusPath(), filepath.Join(s.cfg.Dir, "env"), filepath.Join(s.cfg.Dir, "env.owner")} {
		told, err := os.ReadFile(path)
		if err != nil || len(told) == 0 {
			t.Fatalf("%s: %q, %v", path, told, err)
		}
		text = append(text, told...)
	}
	for _, kept := range []secret{s.secrets.owner, s.secrets.app, s.secrets.redis} {
		if info, err := os.Stat(kept.path); err != nil || info.Mode().Perm() != 0o600 || len(kept.value) != 32 {
			t.Errorf("secret of %d bytes: %v %v", len(kept.value), info, err)
		}
		if strings.Contains(string(text), kept.value) {
			t.Errorf("a secret is told:\n%s", text)
		}
	}
}

func TestSecretIsKept(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secret")
	first, err := keepSecret(path)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := keepSecret(path); err != nil || again != first {
		t.Errorf("%+v became %+v, %v", first, again, err)
	}
	if err := os.WriteFile(path, []byte(" \n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := keepSecret(path); err == nil {
		t.Error("an empty secret was taken")
	}
}
