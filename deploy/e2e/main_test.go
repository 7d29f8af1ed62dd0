// Package e2e holds the end-to-end tests: a whole Parley behind its gateway,
// people talking, and things breaking. E2E_DRIVER says where it runs; see
// package system. Tests that break something run by themselves; the others,
// marked parallel, run together afterwards.
package e2e

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"parley/deploy/e2e/system"
)

// parley is the system under test.
var parley system.System

const startPatience = 6 * time.Minute // containers are slow to come

func TestMain(m *testing.M) { os.Exit(run(m)) }

// replayLimit is the services' setting: small enough that a test can get further behind.
const replayLimit = 2000

// options are those of the system under test. PARLEY_BIN may name a folder with
// its programs. E2E_POSTGRES=far has it stand on a
// Postgres behind PgBouncer, with a replica to read from.
func options() system.Options {
	far := os.Getenv("E2E_POSTGRES") == "far"
	o := system.Options{Bin: os.Getenv("PARLEY_BIN"), Settings: map[string]string{"REPLAY_LIMIT": strconv.Itoa(replayLimit)}, Standby: far, PgBouncer: far}
	if far {
		o.Log = "e2e-far"
	}
	return o
}

func run(m *testing.M) (code int) {
	driver := os.Getenv("E2E_DRIVER")
	if driver == "" {
		driver = "native"
	}
	ctx, cancel := context.WithTimeout(context.Background(), startPatience)
	defer cancel()
	var err error
	if parley, err = system.New(ctx, driver, options()); err != nil {
		fmt.Fprintln(os.Stderr, "start Parley:", err)
		return 1
	}
	defer func() {
		if err := parley.Close(); err != nil {
			fmt.Fprintln(os.Stderr, "stop Parley:", err)
			code = 1
		}
	}()
	defer func() { closeChromium() }()
	return m.Run()
}
