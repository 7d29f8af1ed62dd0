package app

import (
	"errors"
	"fmt"
	"time"

	"github.com/caarlos0/env/v11"

	"parley/core/backing"
	"parley/core/serve"
	"parley/core/trace"
	"parley/messages/internal/account"
)

// Config is the service's configuration, from the environment.
type Config struct {
	DatabaseURL string `env:"DATABASE_URL,required,notEmpty"`
	RedisURL    string `env:"REDIS_URL" envDefault:"redis://127.0.0.1:6379/0"`

	ListenAddr  string `env:"LISTEN_ADDR"  envDefault:"127.0.0.1:8081"` // host:port or unix:/path
	MetricsAddr string `env:"METRICS_ADDR" envDefault:"127.0.0.1:9081"` // internal: metrics, health, profiles

	Passwords   backing.Passwords
	Reads       backing.Reads
	ReadURLs    []string     // what Reads names
	AppPassword string       `env:"DATABASE_APP_PASSWORD_FILE,file"` // for migrate: see migrations.MakeAppRole
	Profiles    serve.Switch `env:"PPROF" envDefault:"off"`
	Presence    serve.Switch `env:"PRESENCE" envDefault:"on"` // who is here
	Typing      serve.Switch `env:"TYPING" envDefault:"on"`   // who writes

	LogFormat string `env:"LOG_FORMAT" envDefault:"text"` // or json
	LogLevel  string `env:"LOG_LEVEL"  envDefault:"info"` // debug logs every request

	Trace trace.Config

	SessionTTL time.Duration `env:"SESSION_TTL" envDefault:"720h"`

	// VersionsKept is how long the bodies of messages are kept that were edited
	// or deleted, for owners to read; 0 keeps none.
	VersionsKept Period `env:"VERSIONS_KEPT" envDefault:"90d"`

	// Retention is how long messages are kept in rooms that don't say otherwise;
	// 0 is for ever.
	Retention Period `env:"RETENTION" envDefault:"0"`

	// TrustedProxies are the networks whose X-Forwarded-For and
	// X-Forwarded-Proto are believed.
	TrustedProxies serve.Proxies `env:"TRUSTED_PROXIES" envDefault:"127.0.0.0/8,::1/128,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7"`

	// Who may make an account, and by which names this deployment goes.
	SignUp       account.SignUp `env:"SIGNUP"        envDefault:"invite"` // or open, closed; the first account needs nothing
	PublicURL    string         `env:"PUBLIC_URL"`                        // https://chat.example.org: for links, and an allowed host
	AllowedHosts string         `env:"ALLOWED_HOSTS"`                     // further hosts, separated by commas; * allows all

	// Limits; 0 is off.
	Limits             string `env:"LIMITS"               envDefault:"on"`   // off turns all of them off
	RateLimitMessages  int    `env:"RATE_LIMIT_MESSAGES"  envDefault:"200"`  // messages a user, within a minute
	RateLimitChanges   int    `env:"RATE_LIMIT_CHANGES"   envDefault:"600"`  // changes of rooms, members, roles and the like by a user, within a minute
	RateLimitRooms     int    `env:"RATE_LIMIT_ROOMS"     envDefault:"50"`   // rooms that a user makes, within an hour
	RateLimitProfile   int    `env:"RATE_LIMIT_PROFILE"   envDefault:"120"`  // changes of one's own profile, within an hour: all rooms that one is in hear of them
	RateLimitSearch    int    `env:"RATE_LIMIT_SEARCH"    envDefault:"120"`  // searches of a user, within a minute
	RateLimitLogin     int    `env:"RATE_LIMIT_LOGIN"     envDefault:"10"`   // failures of a name from an address or a known device, within 3 minutes; twice that sign-ins, five times that failures an address, ten times that failures a name
	RateLimitRegister  int    `env:"RATE_LIMIT_REGISTER"  envDefault:"1000"` // sign-ups an address, within 10 minutes: a whole company may share one
	SessionsPerAccount int    `env:"SESSIONS_PER_ACCOUNT" envDefault:"50"`   // the oldest end
}

// FromEnvironment reads the configuration and reports all its faults together.
func FromEnvironment() (Config, error) {
	cfg, err := env.ParseAs[Config]()
	reads, readsErr := cfg.Reads.URLs(cfg.Passwords)
	cfg.ReadURLs = reads
	err = errors.Join(err, readsErr, cfg.Passwords.PutInto(&cfg.DatabaseURL, &cfg.RedisURL))
	if err := errors.Join(err, cfg.validate()); err != nil {
		return Config{}, fmt.Errorf("read configuration: %w", err)
	}
	if cfg.Limits == limitsOff {
		cfg.RateLimitMessages, cfg.RateLimitChanges, cfg.RateLimitRooms, cfg.RateLimitLogin = 0, 0, 0, 0
		cfg.RateLimitRegister, cfg.RateLimitSearch, cfg.RateLimitProfile, cfg.SessionsPerAccount = 0, 0, 0, 0
	}
	return cfg, nil
}

// The values of LIMITS.
const (
	limitsOn  = "on"
	limitsOff = "off"
)

func (c Config) validate() error {
	var faults []error
	if err := backing.CheckURL(c.DatabaseURL); err != nil {
		faults = append(faults, fmt.Errorf("DATABASE_URL: %w", err))
	}
	if err := backing.CheckRedis(c.RedisURL); err != nil {
		faults = append(faults, err)
	}
	if c.SessionTTL < time.Second {
		faults = append(faults, fmt.Errorf("SESSION_TTL is %s: want a second or more", c.SessionTTL))
	}
	if c.VersionsKept < 0 {
		faults = append(faults, fmt.Errorf("VERSIONS_KEPT is %s: want 0 (none) or more", time.Duration(c.VersionsKept)))
	}
	if c.Retention != 0 && c.Retention < Period(minRetention) {
		faults = append(faults, fmt.Errorf("RETENTION is %s: want 0 (for ever), or a day or more", time.Duration(c.Retention)))
	}
	if !c.SignUp.Valid() {
		faults = append(faults, fmt.Errorf("SIGNUP is %q: want invite, open or closed", c.SignUp))
	}
	if _, err := serve.NewHosts(c.PublicURL, c.AllowedHosts); err != nil {
		faults = append(faults, err)
	}
	if err := c.Trace.Validate(); err != nil {
		faults = append(faults, err)
	}
	if c.Limits != limitsOn && c.Limits != limitsOff {
		faults = append(faults, fmt.Errorf("LIMITS is %q: want on or off", c.Limits))
	}
	for name, value := range map[string]int{
		"RATE_LIMIT_MESSAGES":  c.RateLimitMessages,
		"RATE_LIMIT_CHANGES":   c.RateLimitChanges,
		"RATE_LIMIT_ROOMS":     c.RateLimitRooms,
		"RATE_LIMIT_PROFILE":   c.RateLimitProfile,
		"RATE_LIMIT_SEARCH":    c.RateLimitSearch,
		"RATE_LIMIT_LOGIN":     c.RateLimitLogin,
		"RATE_LIMIT_REGISTER":  c.RateLimitRegister,
		"SESSIONS_PER_ACCOUNT": c.SessionsPerAccount,
	} {
		if value < 0 {
			faults = append(faults, fmt.Errorf("%s is %d: want 0 (off) or more", name, value))
		}
	}
	return errors.Join(faults...)
}
