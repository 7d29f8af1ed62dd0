package load

import (
	"errors"
	"fmt"
	"net/netip"

	"golang.org/x/sys/unix"
)

// perSource is how many connections leave from one loopback address: well
// below the ports that the kernel has for one towards the same server.
const perSource = 5000

// source returns the address from which connection i leaves: 127.0.1.1, …
func source(i int) [4]byte {
	return [4]byte{127, 0, byte(1 + i/perSource%250), 1} //nolint:gosec // below 256
}

// dial begins a connection; it stands when the socket is writable.
func dial(to netip.AddrPort, from [4]byte) (int, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return -1, fmt.Errorf("make socket: %w", err)
	}
	if err := connect(fd, to, from); err != nil {
		return -1, errors.Join(err, unix.Close(fd))
	}
	return fd, nil
}

func connect(fd int, to netip.AddrPort, from [4]byte) error {
	if err := unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1); err != nil {
		return fmt.Errorf("set up socket: %w", err)
	}
	// Closing resets: tens of thousands of connections would wait for a minute
	// each otherwise, and hold their ports.
	if err := unix.SetsockoptLinger(fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1}); err != nil {
		return fmt.Errorf("set up socket: %w", err)
	}
	if err := unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_BIND_ADDRESS_NO_PORT, 1); err != nil {
		return fmt.Errorf("set up socket: %w", err)
	}
	if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: from}); err != nil {
		return fmt.Errorf("bind to %v: %w", from, err)
	}
	err := unix.Connect(fd, &unix.SockaddrInet4{Port: int(to.Port()), Addr: to.Addr().As4()})
	if err != nil && !errors.Is(err, unix.EINPROGRESS) {
		return fmt.Errorf("connect to %s: %w", to, err)
	}
	return nil
}
