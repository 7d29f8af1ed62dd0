package markup

import (
	"time"

	"golang.org/x/sys/unix"
)

// worked returns how long this thread has worked. It does not run while others
// have the processor: what is coloured does not depend on what else goes on.
func worked() time.Duration {
	var t unix.Timespec
	if unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t) != nil {
		return 0
	}
	return time.Duration(t.Nano())
}
