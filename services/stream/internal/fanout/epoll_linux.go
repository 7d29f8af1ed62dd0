package fanout

import (
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"

	"parley/stream/internal/slab"
)

const (
	sendBuffer  = 128 << 10 // bytes a slow reader can pin in the kernel
	userTimeout = 20_000    // ms without an acknowledgement after which the kernel gives up
	pollBatch   = 256
)

func newPoller() (poller, error) { return newEpoll() }

// epoll is a poller of bare descriptors: an idle stream costs no goroutine, no
// buffer and no entry in the runtime's poller. The set itself is watched by the
// runtime, so waiting costs a parked goroutine and not a thread.
type epoll struct {
	file   *os.File
	raw    syscall.RawConn
	fd     int
	closed atomic.Bool
	events [pollBatch]unix.EpollEvent // of wait

	mu   sync.Mutex
	slab slab.Slab[descriptor]
}

func newEpoll() (*epoll, error) {
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
	return &epoll{file: file, raw: raw, fd: fd}, nil
}

// watch is edge-triggered: one call for the whole life of a socket that is
// never blocked. It doesn't ask for EPOLLOUT: a Unix socket reports that
// whenever its peer has read something, which is after every delivery, and would
// wake this process for nothing.
func (p *epoll) watch(s socket, h handle) error {
	return p.control(unix.EPOLL_CTL_ADD, s, h, 0)
}

// await asks anew for what is ready, so nothing is missed that happened between
// a write that was refused and this call.
func (p *epoll) await(s socket, h handle, writable bool) error {
	if writable {
		return p.control(unix.EPOLL_CTL_MOD, s, h, unix.EPOLLOUT)
	}
	return p.control(unix.EPOLL_CTL_MOD, s, h, 0)
}

func (p *epoll) control(operation int, s socket, h handle, more uint32) error {
	event := unix.EpollEvent{
		Events: unix.EPOLLIN | unix.EPOLLRDHUP | unix.EPOLLET | more,
		Fd:     int32(h.slot), //nolint:gosec // 64 bits of our own, in two halves
		Pad:    int32(h.gen),  //nolint:gosec // the other half
	}
	d := s.(*descriptor) //nolint:forcetypeassert // detach made it
	if err := unix.EpollCtl(p.fd, operation, int(*d), &event); err != nil {
		return fmt.Errorf("watch socket: %w", err)
	}
	return nil
}

func (p *epoll) wait(list []readiness) ([]readiness, error) {
	var n int
	var waitErr error
	err := p.raw.Read(func(fd uintptr) bool {
		n, waitErr = unix.EpollWait(int(fd), p.events[:], 0)
		if errors.Is(waitErr, unix.EINTR) {
			n, waitErr = 0, nil
		}
		return n > 0 || waitErr != nil
	})
	if err == nil {
		err = waitErr
	}
	if p.closed.Load() {
		err = os.ErrClosed
	}
	if err != nil {
		return list, fmt.Errorf("wait for sockets: %w", err)
	}
	for _, e := range p.events[:n] {
		list = append(list, readiness{
			handle:   handle{uint32(e.Fd), uint32(e.Pad)}, //nolint:gosec // see watch
			writable: e.Events&unix.EPOLLOUT != 0,
			readable: e.Events&unix.EPOLLIN != 0,
			gone:     e.Events&(unix.EPOLLRDHUP|unix.EPOLLHUP|unix.EPOLLERR) != 0,
		})
	}
	return list, nil
}

func (p *epoll) close() error {
	p.closed.Store(true)
	return p.file.Close()
}

// detach takes the descriptor away from the runtime, by a duplicate.
func (p *epoll) detach(conn net.Conn) (s socket, err error) {
	defer func() { err = errors.Join(err, conn.Close()) }()
	sc, ok := conn.(syscall.Conn)
	if !ok {
		return nil, fmt.Errorf("detach %T: not a socket", conn)
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return nil, fmt.Errorf("detach socket: %w", err)
	}
	fd := -1
	var dupErr error
	err = raw.Control(func(old uintptr) {
		fd, dupErr = unix.FcntlInt(old, unix.F_DUPFD_CLOEXEC, 0)
	})
	if err = errors.Join(err, dupErr); err != nil {
		return nil, fmt.Errorf("detach socket: %w", err)
	}
	return p.keep(fd), nil // as non-blocking as the one it duplicates
}

// keep returns the socket of fd. It is in a slab: an interface would hold the
// number itself somewhere among the handshakes' garbage.
func (p *epoll) keep(fd int) *descriptor {
	p.mu.Lock()
	defer p.mu.Unlock()
	d := p.slab.New()
	*d = descriptor(fd) //nolint:gosec // the kernel's are of 32 bits
	return d
}

// ListenConfig returns how to listen for streams. What it sets on the listener
// its connections inherit, which spares each a few system calls. Keep-alives
// are off: a stream is never silent for long, and unacknowledged pings end it.
func ListenConfig() net.ListenConfig {
	return net.ListenConfig{KeepAlive: -1, Control: func(network, _ string, c syscall.RawConn) error {
		var optErr error
		err := c.Control(func(fd uintptr) { optErr = tune(int(fd), network) })
		return errors.Join(err, optErr)
	}}
}

func tune(fd int, network string) error {
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUF, sendBuffer); err != nil {
		return fmt.Errorf("bound send buffer: %w", err)
	}
	if network == "unix" {
		return nil
	}
	if err := unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, userTimeout); err != nil {
		return fmt.Errorf("bound acknowledgement: %w", err)
	}
	return nil
}

// descriptor is a non-blocking socket.
type descriptor int32

func (d *descriptor) write(b []byte) (n int, blocked bool, err error) {
	for n < len(b) {
		m, err := unix.Write(int(*d), b[n:])
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

func (d *descriptor) discard() (gone bool) {
	var scratch [512]byte
	for range 16 {
		n, err := unix.Read(int(*d), scratch[:])
		if n == 0 && err == nil {
			return true
		}
		if err != nil {
			return !errors.Is(err, unix.EAGAIN) && !errors.Is(err, unix.EINTR)
		}
	}
	return true // who floods a stream is no client of ours
}

func (d *descriptor) close() error { return unix.Close(int(*d)) }
