package load

import "time"

var began = time.Now()

// Now returns the time since the load began, on the monotonic clock. Stamps
// are of this clock: who posts and who reads are one process.
func Now() time.Duration { return time.Since(began) }
