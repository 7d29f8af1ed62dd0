package fanout

import (
	"errors"
	"fmt"
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

const (
	sendBuffer  = 128 << 10 // bytes a slow reader can pin in the kernel
	userTimeout = 20_000    // ms without an acknowledgement after which the kernel gives up
)

// detach takes a connection's descriptor away from the runtime: no goroutine,
// no buffer and no poll entry is left behind. conn is closed.
func detach(conn net.Conn) (fd int, err error) {
	defer func() { err = errors.Join(err, conn.Close()) }()
	sc, ok := conn.(syscall.Conn)
	if !ok {
		return -1, fmt.Errorf("detach %T: not a socket", conn)
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return -1, fmt.Errorf("detach socket: %w", err)
	}
	fd = -1
	var dupErr error
	err = raw.Control(func(old uintptr) {
		fd, dupErr = unix.FcntlInt(old, unix.F_DUPFD_CLOEXEC, 0)
	})
	if err = errors.Join(err, dupErr); err != nil {
		return -1, fmt.Errorf("detach socket: %w", err)
	}
	if err := tune(fd, conn); err != nil {
		return -1, errors.Join(err, unix.Close(fd))
	}
	return fd, nil
}

func tune(fd int, conn net.Conn) error {
	if err := unix.SetNonblock(fd, true); err != nil {
		return fmt.Errorf("make socket non-blocking: %w", err)
	}
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUF, sendBuffer); err != nil {
		return fmt.Errorf("bound send buffer: %w", err)
	}
	if _, ok := conn.(*net.TCPConn); !ok {
		return nil
	}
	if err := unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, userTimeout); err != nil {
		return fmt.Errorf("bound acknowledgement: %w", err)
	}
	return nil
}

// write writes what the socket takes now; blocked says that it took less than b.
func write(fd int, b []byte) (n int, blocked bool, err error) {
	for n < len(b) {
		m, err := unix.Write(fd, b[n:])
		switch {
		case err == nil:
			n += m
		case errors.Is(err, unix.EAGAIN):
			return n, true, nil
		case errors.Is(err, unix.EINTR):
		default:
			return n, false, err
		}
	}
	return n, false, nil
}

// discard reads away what a client sends on its stream: nothing is expected.
// It reports whether the peer has closed.
func discard(fd int) (gone bool) {
	var scratch [512]byte
	for range 16 { // a flood waits in the kernel, at its sender's cost
		n, err := unix.Read(fd, scratch[:])
		if n == 0 && err == nil {
			return true
		}
		if err != nil {
			return !errors.Is(err, unix.EAGAIN) && !errors.Is(err, unix.EINTR)
		}
	}
	return true // who floods a stream is no client of ours
}

func closeSocket(fd int) error { return unix.Close(fd) }
