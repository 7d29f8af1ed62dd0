package backing

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// boundSilence lets the kernel give a connection up whose peer acknowledges
// nothing for userTimeout (TCP_USER_TIMEOUT, RFC 5482).
func boundSilence(network, _ string, c syscall.RawConn) error {
	if network == "unix" {
		return nil
	}
	var optErr error
	err := c.Control(func(fd uintptr) {
		optErr = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(userTimeout.Milliseconds()))
	})
	if err != nil {
		return err
	}
	return optErr
}
