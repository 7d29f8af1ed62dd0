package fanout

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// poller tells which sockets became writable or were closed by their peer. It
// is an epoll set that the runtime's own poller watches in turn: waiting costs
// a parked goroutine, not a thread.
type poller struct {
	file *os.File
	raw  syscall.RawConn
	fd   int
}

// readiness is what a poller says of one socket.
type readiness struct {
	slot     uint32
	gen      uint32
	writable bool
	readable bool
	gone     bool // closed or reset by the peer
}

const pollBatch = 256

func newPoller() (*poller, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("create epoll set: %w", err)
	}
	if err := unix.SetNonblock(fd, true); err != nil { // lets os.NewFile use the runtime's poller
		return nil, errors.Join(fmt.Errorf("prepare epoll set: %w", err), unix.Close(fd))
	}
	file := os.NewFile(uintptr(fd), "epoll")
	raw, err := file.SyscallConn()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("watch epoll set: %w", err), file.Close())
	}
	return &poller{file: file, raw: raw, fd: fd}, nil
}

// add watches fd, edge-triggered, until it is closed. slot and gen come back
// in its readiness.
func (p *poller) add(fd int, slot, gen uint32) error {
	event := unix.EpollEvent{
		Events: unix.EPOLLIN | unix.EPOLLOUT | unix.EPOLLRDHUP | unix.EPOLLET,
		Fd:     int32(slot), //nolint:gosec // 64 bits of our own, in two halves
		Pad:    int32(gen),  //nolint:gosec // the other half
	}
	if err := unix.EpollCtl(p.fd, unix.EPOLL_CTL_ADD, fd, &event); err != nil {
		return fmt.Errorf("watch socket: %w", err)
	}
	return nil
}

// wait blocks until some sockets are ready, and appends them to list. It
// returns os.ErrClosed after close.
func (p *poller) wait(list []readiness) ([]readiness, error) {
	var events [pollBatch]unix.EpollEvent
	var n int
	var waitErr error
	err := p.raw.Read(func(fd uintptr) bool {
		n, waitErr = unix.EpollWait(int(fd), events[:], 0)
		return n != 0 && !errors.Is(waitErr, unix.EINTR)
	})
	if err == nil {
		err = waitErr
	}
	if err != nil {
		return list, fmt.Errorf("wait for sockets: %w", err)
	}
	for _, e := range events[:n] {
		list = append(list, readiness{
			slot:     uint32(e.Fd),  //nolint:gosec // see add
			gen:      uint32(e.Pad), //nolint:gosec // see add
			writable: e.Events&unix.EPOLLOUT != 0,
			readable: e.Events&unix.EPOLLIN != 0,
			gone:     e.Events&(unix.EPOLLRDHUP|unix.EPOLLHUP|unix.EPOLLERR) != 0,
		})
	}
	return list, nil
}

func (p *poller) close() error { return p.file.Close() }
