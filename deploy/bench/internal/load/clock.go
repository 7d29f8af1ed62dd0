package load

import (
	"time"

	"golang.org/x/sys/unix"
)

// The clock starts with this process, or where [Join] says.
var (
	began  = time.Now()
	origin = monotonic()
	ahead  time.Duration // of a process that has joined another's clock
)

// Now returns the time since the load began, on the monotonic clock. Stamps
// are of this clock, so who posts and who reads have to share it.
func Now() time.Duration { return time.Since(began) + ahead }

// Epoch returns when the load began, for [Join] in other processes of this machine.
func Epoch() time.Duration { return origin - ahead }

// Join takes over the clock of another process. It is called before anything
// reads the clock.
func Join(epoch time.Duration) { ahead = origin - epoch }

// monotonic returns the time since the machine started, which all its processes
// agree on.
func monotonic() time.Duration {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts); err != nil {
		return 0 // Linux never says no
	}
	return time.Duration(ts.Nano())
}
