package app

import (
	"strings"
	"testing"
	"time"
)

// Not parallel: the environment belongs to the process.
func TestConfig(t *testing.T) { //nolint:paralleltest // see above
	t.Setenv("DATABASE_URL", "postgres://127.0.0.1/parley")
	cfg, err := FromEnvironment()
	if err != nil {
		t.Fatal(err)
	}
	if cfg.SessionTTL != 720*time.Hour || cfg.RateLimitLogin != 10 || len(cfg.TrustedProxies) != 6 || cfg.LogFormat != "text" ||
		cfg.SignUp != "invite" || cfg.Retention != 0 || time.Duration(cfg.VersionsKept) != 90*day || cfg.RateLimitMessages != 200 || cfg.SessionsPerAccount != 50 {
		t.Errorf("defaults: %+v", cfg)
	}
	t.Setenv("LIMITS", "off")
	cfg, err = FromEnvironment()
	if err != nil || cfg.RateLimitMessages+cfg.RateLimitLogin+cfg.RateLimitRegister+cfg.SessionsPerAccount != 0 {
		t.Errorf("LIMITS=off: %+v, %v", cfg, err)
	}
	t.Setenv("LIMITS", "maybe")
	t.Setenv("SIGNUP", "never")
	t.Setenv("PUBLIC_URL", "chat.example.org")
	t.Setenv("SESSIONS_PER_ACCOUNT", "-1")
	t.Setenv("DATABASE_URL", "postgres://ada:secret@127.0.0.1:x/parley")
	t.Setenv("REDIS_URL", "redis://:secret@127.0.0.1:x")
	t.Setenv("SESSION_TTL", "0s")
	t.Setenv("RATE_LIMIT_LOGIN", "-1")
	t.Setenv("RETENTION", "23h")
	_, err = FromEnvironment()
	if err == nil {
		t.Fatal("faults were accepted")
	}
	for _, fault := range []string{"DATABASE_URL", "REDIS_URL", "SESSION_TTL", "RATE_LIMIT_LOGIN", "LIMITS", "SIGNUP", "PUBLIC_URL", "SESSIONS_PER_ACCOUNT", "RETENTION"} {
		if !strings.Contains(err.Error(), fault) {
			t.Errorf("%v lacks %s", err, fault)
		}
	}
	if strings.Contains(err.Error(), "secret") {
		t.Errorf("%v tells the password", err)
	}
	t.Setenv("TRUSTED_PROXIES", "nonsense")
	t.Setenv("RATE_LIMIT_REGISTER", "many")
	if _, err := FromEnvironment(); err == nil || !strings.Contains(err.Error(), "nonsense") || !strings.Contains(err.Error(), "many") {
		t.Errorf("unreadable values: %v", err)
	}
}
