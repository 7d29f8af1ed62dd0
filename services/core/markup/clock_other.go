//go:build !linux

package markup

import "time"

var began = time.Now()

func worked() time.Duration { return time.Since(began) }
