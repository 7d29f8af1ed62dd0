package chaos

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"parley/deploy/e2e/chaos/load"
	"parley/deploy/e2e/chaos/proxy"
	"parley/deploy/e2e/history"
	"parley/deploy/e2e/system"
)

var (
	duration = flag.Duration("chaos.duration", 20*time.Second, "how long TestStorm goes on")
	seed     = flag.Uint64("chaos.seed", 0, "of what TestStorm draws; 0 for any")
)

const (
	startPatience = 6 * time.Minute // containers are slow to come
	people        = 4
	movers        = 3
	replayLimit   = 2000 // small enough that some who begin far behind are reset
)

// scene is the Parley that is broken, and total what was counted so far.
var (
	scene *Scene
	total struct {
		sync.Mutex
		history.Summary
	}
)

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(run(m))
}

func run(m *testing.M) (code int) {
	ctx, cancel := context.WithTimeout(context.Background(), startPatience)
	defer cancel()
	driver := os.Getenv("E2E_DRIVER")
	if driver == "" {
		driver = "native"
	}
	for *seed == 0 {
		*seed = rand.Uint64N(1e9)
	}
	var err error
	if scene, err = enter(ctx, driver); err != nil {
		fmt.Fprintln(os.Stderr, "start Parley:", err)
		return 1
	}
	defer func() {
		if err := scene.leave(); err != nil {
			fmt.Fprintln(os.Stderr, "stop Parley:", err)
			code = 1
		}
	}()
	code = m.Run()
	fmt.Printf("chaos %s, seed %d, %d runs: %s\n", driver, *seed, total.Runs, total.Summary)
	return code
}

// enter starts a Parley of two replicas each, behind a proxy to Redis where
// there can be one, and makes people.
func enter(ctx context.Context, driver string) (_ *Scene, err error) {
	s := &Scene{}
	defer func() {
		if err != nil {
			_ = s.leave() // the first error is the one to read
		}
	}()
	options := system.Options{Log: "chaos", Settings: map[string]string{
		"REPLAY_LIMIT": strconv.Itoa(replayLimit), "STREAM_MAX_AGE": "20s",
	}}
	if driver == "native" {
		if s.Proxy, err = proxy.Listen(); err != nil {
			return nil, err
		}
		options.RedisAddr = s.Proxy.Addr()
	}
	if s.Parley, err = system.New(ctx, driver, options); err != nil {
		return nil, err
	}
	if s.Proxy != nil {
		addr, err := s.Parley.Addr(ctx, "redis")
		if err != nil {
			return nil, err
		}
		s.Proxy.To(addr)
	}
	s.Site = &load.Site{URL: s.Parley.URL(), DatabaseURL: s.Parley.DatabaseURL, ReplayLimit: replayLimit}
	if err := s.Site.Register(ctx, people, movers); err != nil {
		return nil, err
	}
	url, err := s.Parley.DatabaseURL(ctx)
	if err != nil {
		return nil, err
	}
	return s, load.Watch(ctx, url)
}

func (s *Scene) leave() (err error) {
	if s.Parley != nil {
		err = s.Parley.Close()
	}
	if s.Proxy != nil {
		if closeErr := s.Proxy.Close(); err == nil {
			err = closeErr
		}
	}
	return err
}
