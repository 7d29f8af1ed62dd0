package app

import (
	"strings"
	"testing"
	"time"
)

// Not parallel: the environment belongs to the process.
func TestConfig(t *testing.T) { //nolint:paralleltest // see above
	t.Setenv("DATABASE_URL", "postgres://127.0.0.1/parley")
	t.Setenv("REDIS_URL", "redis://127.0.0.1")
	cfg, err := ReadConfig()
	if err != nil {
		t.Fatal(err)
	}
	if cfg.PerUser != 20 || cfg.PerAddress != 2000 || cfg.LogMemory != 256<<20 || cfg.MaxAge != 300*time.Second ||
		cfg.ReplayLimit != 10_000 || bool(cfg.Profiles) || len(cfg.TrustedProxies) != 6 {
		t.Errorf("defaults: %+v", cfg)
	}
	t.Setenv("LIMITS", "off")
	if cfg, err = ReadConfig(); err != nil || cfg.PerUser+cfg.PerAddress != 0 {
		t.Errorf("LIMITS=off: %+v, %v", cfg, err)
	}
	faults := map[string]string{
		"DATABASE_CONNS": "1", "STREAM_MAX_AGE": "1ms", "STREAM_HEARTBEAT": "0s", "REPLAY_LIMIT": "-1", "DRAIN_TIME": "-1s",
		"LOG_MEMORY": "1000", "STREAMS_PER_USER": "-1", "STREAMS_PER_ADDRESS": "-1", "PUBLIC_URL": "chat.example.org",
	}
	for name, value := range faults {
		t.Setenv(name, value)
	}
	if _, err = ReadConfig(); err == nil {
		t.Fatal("faults were accepted")
	}
	for name := range faults {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("%v lacks %s", err, name)
		}
	}
}
