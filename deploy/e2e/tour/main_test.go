// Package tour walks through all pages of a new Parley, as its first people
// would: from setting it up to reading the audit.
//
// With TOUR=folder it leaves pictures of the pages there, on a desktop and on a
// phone, in light and dark. They want fonts that have all that is said: on Debian
// fonts-noto-color-emoji, fonts-droid-fallback and fonts-nanum.
package tour

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"parley/deploy/e2e/browser"
	"parley/deploy/e2e/system"
)

const startPatience = 6 * time.Minute

var (
	parley   system.System
	chromium *browser.Browser
)

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) (code int) {
	driver := os.Getenv("E2E_DRIVER")
	if driver == "" {
		driver = "native"
	}
	ctx, cancel := context.WithTimeout(context.Background(), startPatience)
	defer cancel()
	var err error
	parley, err = system.New(ctx, driver, system.Options{Log: "tour", Settings: map[string]string{"SIGNUP": "invite"}})
	if err != nil {
		fmt.Fprintln(os.Stderr, "start Parley:", err)
		return 1
	}
	defer func() {
		if err := parley.Close(); err != nil {
			fmt.Fprintln(os.Stderr, "stop Parley:", err)
			code = 1
		}
	}()
	if chromium, err = browser.Start(); err != nil {
		fmt.Fprintln(os.Stderr, "start Chromium:", err)
		return 1
	}
	defer chromium.Close()
	return m.Run()
}
