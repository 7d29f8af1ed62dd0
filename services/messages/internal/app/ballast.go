package app

import "runtime"

// ballast is how much, in bytes.
const ballast = 16 << 20

// holdBallast makes the garbage collector run more rarely until release is called.
// The service lives in a few MB, and would be collected after each few MB of
// garbage: dozens of times a second under load. Memory that nobody touches
// takes none from the system, but counts as live.
func holdBallast() (release func()) {
	memory := make([]byte, ballast)
	return func() { runtime.KeepAlive(memory) }
}
