package app

import (
	"errors"
	"fmt"
	"time"

	"github.com/caarlos0/env/v11"

	"parley/core/backing"
	"parley/core/serve"
	"parley/core/trace"
)

// Config is read from the environment once; the README's table lists it.
type Config struct {
	DatabaseURL string `env:"DATABASE_URL,required,notEmpty"`
	RedisURL    string `env:"REDIS_URL,required,notEmpty"`
	ListenAddr  string `env:"LISTEN_ADDR"  envDefault:"127.0.0.1:8091"`
	MetricsAddr string `env:"METRICS_ADDR" envDefault:"127.0.0.1:9091"`
	Passwords   backing.Passwords
	Reads       backing.Reads
	ReadURLs    []string     // what Reads names
	Profiles    serve.Switch `env:"PPROF" envDefault:"off"`
	Presence    serve.Switch `env:"PRESENCE" envDefault:"on"` // who is here
	LogFormat   string       `env:"LOG_FORMAT"   envDefault:"text"`
	LogLevel    string       `env:"LOG_LEVEL"    envDefault:"info"`
	Trace       trace.Config

	DatabaseConns int32         `env:"DATABASE_CONNS"   envDefault:"16"`
	MaxAge        time.Duration `env:"STREAM_MAX_AGE"   envDefault:"300s"`
	Heartbeat     time.Duration `env:"STREAM_HEARTBEAT" envDefault:"15s"`
	ReplayLimit   int64         `env:"REPLAY_LIMIT"     envDefault:"10000"`
	DrainTime     time.Duration `env:"DRAIN_TIME"       envDefault:"5s"`

	// TrustedProxies are the networks whose X-Forwarded-For is believed.
	TrustedProxies serve.Proxies `env:"TRUSTED_PROXIES" envDefault:"127.0.0.0/8,::1/128,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7"`

	// The names by which this deployment goes; see serve.Hosts.
	PublicURL    string `env:"PUBLIC_URL"`
	AllowedHosts string `env:"ALLOWED_HOSTS"`

	// LogMemory bounds what the logs of this replica hold together, in bytes.
	LogMemory int64 `env:"LOG_MEMORY" envDefault:"268435456"`

	// Open streams in this replica; 0 is off. An IPv6 /64 is one address.
	PerUser    int          `env:"STREAMS_PER_USER"    envDefault:"20"`
	PerAddress int          `env:"STREAMS_PER_ADDRESS" envDefault:"2000"`
	Limits     serve.Switch `env:"LIMITS"              envDefault:"on"` // off turns both off
}

// ReadConfig reads and checks the environment. All faults are reported together.
func ReadConfig() (Config, error) {
	cfg, err := env.ParseAs[Config]()
	if err != nil {
		return Config{}, fmt.Errorf("read configuration: %w", err)
	}
	cfg.ReadURLs, err = cfg.Reads.URLs(cfg.Passwords)
	if err := errors.Join(err, cfg.Passwords.PutInto(&cfg.DatabaseURL, &cfg.RedisURL), cfg.validate()); err != nil {
		return Config{}, fmt.Errorf("read configuration: %w", err)
	}
	if !cfg.Limits {
		cfg.PerUser, cfg.PerAddress = 0, 0
	}
	return cfg, nil
}

func (c Config) validate() error {
	var faults []error
	require := func(ok bool, fault string) {
		if !ok {
			faults = append(faults, errors.New(fault))
		}
	}
	require(c.DatabaseConns >= 4, "DATABASE_CONNS must be at least 4")
	require(c.MaxAge >= time.Second, "STREAM_MAX_AGE must be at least 1s")
	require(c.Heartbeat >= 100*time.Millisecond, "STREAM_HEARTBEAT must be at least 100ms")
	require(c.ReplayLimit >= 0, "REPLAY_LIMIT must not be negative")
	require(c.DrainTime >= 0, "DRAIN_TIME must not be negative")
	require(c.LogMemory >= 1<<20 || c.LogMemory == 0, "LOG_MEMORY must be at least 1048576, or 0 for no bound")
	require(c.PerUser >= 0, "STREAMS_PER_USER must not be negative")
	require(c.PerAddress >= 0, "STREAMS_PER_ADDRESS must not be negative")
	_, err := serve.NewHosts(c.PublicURL, c.AllowedHosts)
	return errors.Join(append(faults, err, c.Trace.Validate(), backing.CheckRedis(c.RedisURL))...)
}
