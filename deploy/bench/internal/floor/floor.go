// Package floor is the least that fanning messages out can cost a server which
// does it the plain way: one thread, one epoll set, one write(2) a delivery.
// It stores nothing, asks nobody who they are, keeps no room apart, and numbers
// messages as they come. What Parley costs is measured against it.
//
// It is Go written like C: one goroutine on one thread, descriptors, system
// calls that the scheduler isn't told of, no allocation once it runs. It says
// the same bytes to a stream as Parley does, so that both push as much.
//
//	GET  anything   an event stream, from now on
//	POST anything   {"body":…} becomes a message; 201 when it is written to every stream
package floor

import (
	"bytes"
	"fmt"
	"net/netip"
	"runtime"
	"runtime/debug"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"parley/deploy/bench/internal/raw"
)

const (
	backlog    = 4096
	sendWait   = 5 // seconds that a stream may stop the world before it is closed
	readBuffer = 64 << 10
)

const streamHead = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n" +
	"X-Accel-Buffering: no\r\nConnection: close\r\n\r\nretry: 3000\n\n"

type server struct {
	epoll, listener int

	conns   []conn // by descriptor
	streams []int  // descriptors
	head    int64

	buf   []byte // reads
	frame []byte // the frame of one message
	reply []byte
}

type conn struct {
	request []byte
	place   int // in streams; -1 while it is none
}

// Serve serves at addr until the process is killed, or something fails.
func Serve(addr netip.AddrPort) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	debug.SetGCPercent(-1) // what little it allocates comes with connections
	s := &server{buf: make([]byte, readBuffer), frame: make([]byte, 0, 64<<10)}
	if err := s.listen(addr); err != nil {
		return err
	}
	return s.run()
}

func (s *server) listen(addr netip.AddrPort) (err error) {
	if s.listener, err = unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0); err != nil {
		return fmt.Errorf("make listener: %w", err)
	}
	if err := unix.SetsockoptInt(s.listener, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1); err != nil {
		return fmt.Errorf("set up listener: %w", err)
	}
	if err := unix.Bind(s.listener, &unix.SockaddrInet4{Port: int(addr.Port()), Addr: addr.Addr().As4()}); err != nil {
		return fmt.Errorf("bind %s: %w", addr, err)
	}
	if err := unix.Listen(s.listener, backlog); err != nil {
		return fmt.Errorf("listen on %s: %w", addr, err)
	}
	if s.epoll, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return fmt.Errorf("create epoll set: %w", err)
	}
	return s.watch(s.listener)
}

func (s *server) watch(fd int) error {
	event := unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(fd)} //nolint:gosec // descriptors are small
	if err := unix.EpollCtl(s.epoll, unix.EPOLL_CTL_ADD, fd, &event); err != nil {
		return fmt.Errorf("watch socket: %w", err)
	}
	return nil
}

func (s *server) run() error {
	events := make([]unix.EpollEvent, 256)
	for {
		n, err := unix.EpollWait(s.epoll, events, -1)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return fmt.Errorf("wait for sockets: %w", err)
		}
		for _, event := range events[:n] {
			if int(event.Fd) == s.listener {
				s.accept()
			} else {
				s.read(int(event.Fd))
			}
		}
	}
}

// accept takes all who wait. Their sockets block on writing: a fan-out that
// keeps nothing has to wait for a reader that is behind.
func (s *server) accept() {
	for {
		fd, _, err := unix.Accept4(s.listener, unix.SOCK_CLOEXEC)
		if err != nil {
			return // none left; what else there may be, the next try will say
		}
		if s.admit(fd) != nil {
			s.close(fd)
		}
	}
}

func (s *server) admit(fd int) error {
	for len(s.conns) <= fd {
		s.conns = append(s.conns, conn{place: -1})
	}
	s.conns[fd] = conn{place: -1}
	if err := unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1); err != nil {
		return err
	}
	if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_SNDTIMEO, &unix.Timeval{Sec: sendWait}); err != nil {
		return err
	}
	return s.watch(fd)
}

func (s *server) read(fd int) {
	n, errno := raw.Read(fd, s.buf)
	switch {
	case errno == unix.EAGAIN || errno == unix.EINTR:
		return
	case errno != 0 || n == 0:
		s.close(fd)
		return
	}
	c := &s.conns[fd]
	if c.place >= 0 {
		return // a stream has nothing to say
	}
	c.request = append(c.request, s.buf[:n]...)
	body, whole := requestBody(c.request)
	if !whole {
		return
	}
	if c.request[0] == 'G' {
		s.open(fd)
		return
	}
	s.fanOut(body)
	c.request = c.request[:0]
	s.answer(fd)
}

// requestBody returns the body of a request once it is whole.
func requestBody(request []byte) (body []byte, whole bool) {
	end := bytes.Index(request, []byte("\r\n\r\n"))
	if end < 0 {
		return nil, false
	}
	head, body := request[:end+2], request[end+4:]
	length := 0
	if i := bytes.Index(bytes.ToLower(head), []byte("\r\ncontent-length:")); i >= 0 {
		value, _, _ := bytes.Cut(head[i+len("\r\ncontent-length:"):], []byte("\r\n"))
		length, _ = strconv.Atoi(string(bytes.TrimSpace(value))) // our own load's
	}
	return body, len(body) >= length
}

func (s *server) open(fd int) {
	c := &s.conns[fd]
	c.request = nil
	if _, errno := raw.Write(fd, []byte(streamHead)); errno != 0 {
		s.close(fd)
		return
	}
	c.place = len(s.streams)
	s.streams = append(s.streams, fd)
}

// fanOut encodes the message once and writes it to every stream.
func (s *server) fanOut(body []byte) {
	s.head++
	s.encode(body)
	for i := len(s.streams) - 1; i >= 0; i-- {
		fd := s.streams[i]
		if n, errno := raw.Write(fd, s.frame); errno != 0 || n < len(s.frame) {
			s.close(fd)
		}
	}
}

// encode makes the frame that Parley would: the client's {"body":…} with what
// a server adds.
func (s *server) encode(body []byte) {
	b := append(s.frame[:0], "event: room.general\nid: "...)
	b = strconv.AppendInt(b, s.head, 10)
	b = append(b, "\ndata: {\"id\":"...)
	b = strconv.AppendInt(b, s.head, 10)
	b = append(b, `,"revision":`...)
	b = strconv.AppendInt(b, s.head, 10)
	b = append(b, `,"room":"general","username":"bench-00001","created_at":"`...)
	b = time.Now().UTC().AppendFormat(b, "2006-01-02T15:04:05.000000Z")
	b = append(b, `",`...)
	b = append(b, bytes.TrimPrefix(body, []byte("{"))...)
	s.frame = append(b, "\n\n"...)
}

func (s *server) answer(fd int) {
	body := strconv.AppendInt(append(s.reply[:0], `{"id":`...), s.head, 10)
	b := append(body, '}')
	length := len(b)
	b = append(b, "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: "...)
	b = strconv.AppendInt(b, int64(length), 10)
	b = append(b, "\r\n\r\n"...)
	b = append(b, b[:length]...)
	s.reply = b
	if _, errno := raw.Write(fd, b[length:]); errno != 0 {
		s.close(fd)
	}
}

// close forgets a connection: the last stream takes its place in the list.
func (s *server) close(fd int) {
	if place := s.conns[fd].place; place >= 0 {
		last := s.streams[len(s.streams)-1]
		s.streams[place] = last
		s.conns[last].place = place
		s.streams = s.streams[:len(s.streams)-1]
	}
	s.conns[fd] = conn{place: -1}
	_ = unix.Close(fd) // there is nothing to do about it
}
