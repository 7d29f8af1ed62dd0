package load

import (
	"time"

	"golang.org/x/sys/unix"
)

// The clock starts with this process, or where [Join] says.
var (
	began, origin = begin()
	ahead         time.Duration // of a process that has joined another's clock
)

// begin reads Go's clock and the machine's at one moment: of several times that
// between which the least went by.
func begin() (began time.Time, origin time.Duration) {
	least := time.Duration(-1)
	for range 20 {
		before := monotonic()
		now := time.Now()
		after := monotonic()
		if gap := after - before; least < 0 || gap < least {
			began, origin, least = now, before+gap/2, gap
		}
	}
	return began, origin
}

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
