//go:build !linux

package fanout

import "net"

// ListenConfig returns how to listen for streams.
func ListenConfig() net.ListenConfig { return net.ListenConfig{} }

func newPoller() (poller, error) { return newGoroutines(), nil }
