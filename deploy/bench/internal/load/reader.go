// Package load is the crowd: thousands of streams that are read, and a few
// connections that post. It should cost little beside what it measures, and so
// has no goroutine a stream: one thread reads all of them from one epoll set,
// into one buffer, and keeps of what it read only counts.
//
//	Reader ── one thread ──▶ Crowd ──▶ wire.Stream … (parse, check, count)
//	Publish ─ the caller's ─▶ 1 to 32 connections, back to back or paced
package load

import (
	"errors"
	"fmt"
	"runtime"
	"time"

	"golang.org/x/sys/unix"

	"parley/deploy/bench/internal/raw"
)

const (
	readBuffer = 256 << 10
	pollBatch  = 256
	dialBatch  = 32 // connections begun before the others are read again
)

// Reader reads streams.
type Reader struct {
	epoll, wake int
	commands    chan func()
	done        chan struct{}

	// Of the goroutine in run.
	first   int // number of its first connection
	nap     time.Duration
	conns   []*conn // by slot
	free    []int
	crowds  []*Crowd // with streams yet to open
	waiting []waiter
	buf     []byte
	stopped bool
}

type waiter struct {
	condition func() bool
	met       chan struct{}
}

// NewReader starts a reader; the caller must Close it.
func NewReader() (*Reader, error) {
	r := &Reader{commands: make(chan func(), 16), done: make(chan struct{}), buf: make([]byte, readBuffer)}
	var err error
	if r.epoll, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return nil, fmt.Errorf("create epoll set: %w", err)
	}
	if r.wake, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK); err != nil {
		return nil, fmt.Errorf("create eventfd: %w", err)
	}
	event := unix.EpollEvent{Events: unix.EPOLLIN, Fd: -1}
	if err := unix.EpollCtl(r.epoll, unix.EPOLL_CTL_ADD, r.wake, &event); err != nil {
		return nil, fmt.Errorf("watch eventfd: %w", err)
	}
	go r.run()
	return r, nil
}

// From has connections leave from the addresses that belong to the numbers from
// first on. Readers that share a server's port take different ones.
func (r *Reader) From(first int) { r.do(func() { r.first = first }) }

// Nap has the reader sleep for so long each time it has read all there is. On the
// machine of the server, a reader that wakes for each of thousands of deliveries
// takes processors from the server that clients elsewhere don't. What is measured
// grows by up to a nap.
func (r *Reader) Nap(d time.Duration) { r.do(func() { r.nap = d }) }

// Close closes all streams and ends the reader.
func (r *Reader) Close() error {
	r.do(func() {
		r.stopped = true
		for _, c := range r.conns {
			if c != nil {
				r.drop(c)
			}
		}
	})
	<-r.done
	return errors.Join(unix.Close(r.epoll), unix.Close(r.wake))
}

// do runs f in the reader's goroutine and returns when it has run.
func (r *Reader) do(f func()) {
	ran := make(chan struct{})
	r.commands <- func() { f(); close(ran) }
	var one = [8]byte{7: 1}
	_, _ = unix.Write(r.wake, one[:]) // full means awake
	<-ran
}

func (r *Reader) run() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer close(r.done)
	events := make([]unix.EpollEvent, pollBatch)
	for !r.stopped {
		n, err := unix.EpollWait(r.epoll, events, r.patience())
		if err != nil && !errors.Is(err, unix.EINTR) {
			panic(fmt.Sprintf("wait for sockets: %s", err)) // a descriptor of ours is wrong
		}
		for _, event := range events[:max(n, 0)] {
			if event.Fd < 0 {
				r.obey()
			} else if c := r.conns[event.Fd]; c != nil {
				r.react(c, event.Events)
			}
		}
		r.dialSome()
		r.settle()
		if r.nap > 0 && n < len(events) {
			r.sleep()
		}
	}
}

// sleep blocks the reader's thread, which has nothing else to do.
func (r *Reader) sleep() {
	ts := unix.NsecToTimespec(int64(r.nap))
	_ = unix.Nanosleep(&ts, nil) // a signal ends it sooner, which does no harm
}

// patience is how long to wait for sockets, in ms: not at all while there are
// streams that may be opened.
func (r *Reader) patience() int {
	for _, crowd := range r.crowds {
		if crowd.mayDial() {
			return 0
		}
	}
	return -1
}

func (r *Reader) obey() {
	var b [8]byte
	_, _ = unix.Read(r.wake, b[:]) // empties it
	for {
		select {
		case command := <-r.commands:
			command()
		default:
			return
		}
	}
}

// settle tells those whose condition has come true.
func (r *Reader) settle() {
	kept := r.waiting[:0]
	for _, w := range r.waiting {
		if w.condition() {
			close(w.met)
		} else {
			kept = append(kept, w)
		}
	}
	r.waiting = kept
}

func (r *Reader) dialSome() {
	kept := r.crowds[:0]
	for _, crowd := range r.crowds {
		for i := 0; i < dialBatch && crowd.mayDial(); i++ {
			r.dial(crowd)
		}
		if len(crowd.todo) > 0 {
			kept = append(kept, crowd)
		}
	}
	r.crowds = kept
}

func (r *Reader) dial(crowd *Crowd) {
	c := crowd.todo[0]
	crowd.todo = crowd.todo[1:]
	var err error
	if c.fd, err = dial(c.to, source(r.first+c.number)); err == nil {
		err = r.watch(c)
	}
	if err != nil {
		crowd.fail(err)
		return
	}
	crowd.underway++
}

func (r *Reader) watch(c *conn) error {
	if n := len(r.free); n > 0 {
		c.slot = r.free[n-1]
		r.free = r.free[:n-1]
		r.conns[c.slot] = c
	} else {
		c.slot = len(r.conns)
		r.conns = append(r.conns, c)
	}
	event := unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLOUT | unix.EPOLLRDHUP | unix.EPOLLET, Fd: int32(c.slot)} //nolint:gosec // slots are few
	if err := unix.EpollCtl(r.epoll, unix.EPOLL_CTL_ADD, c.fd, &event); err != nil {
		return fmt.Errorf("watch socket: %w", err)
	}
	return nil
}

func (r *Reader) react(c *conn, ready uint32) {
	if c.request != nil && ready&unix.EPOLLOUT != 0 {
		if err := r.ask(c); err != nil {
			c.crowd.fail(err)
			r.drop(c)
			return
		}
	}
	ended := ready&(unix.EPOLLRDHUP|unix.EPOLLHUP|unix.EPOLLERR) != 0
	for more := ended || ready&unix.EPOLLIN != 0; more; {
		more = r.read(c, ended)
	}
}

// ask sends the request, which fits into an empty socket.
func (r *Reader) ask(c *conn) error {
	if n, err := unix.Write(c.fd, c.request); err != nil || n < len(c.request) {
		return fmt.Errorf("send request: %w", errors.Join(err, errShort))
	}
	c.request = nil
	return nil
}

var errShort = errors.New("a short write")

// read reads once, and reports whether there may be more: the set is
// edge-triggered, which spares it a second look at each socket, and a read that
// leaves room in the buffer has emptied the socket (epoll(7)). Of one that has
// ended, the end is still to be read.
func (r *Reader) read(c *conn, ended bool) (more bool) {
	n, errno := raw.Read(c.fd, r.buf)
	switch {
	case errno == unix.EAGAIN:
		return false
	case errno == unix.EINTR:
		return true
	case errno != 0 || n == 0:
		c.crowd.lost(c, errno)
		r.drop(c)
		return false
	}
	if err := r.feed(c, r.buf[:n]); err != nil {
		c.crowd.fail(err)
		r.drop(c)
		return false
	}
	return ended || n == len(r.buf)
}

func (r *Reader) feed(c *conn, b []byte) error {
	fresh := c.stream.Status() == 0
	if err := c.stream.Feed(b, Now()); err != nil {
		return err
	}
	if fresh && c.stream.Status() != 0 {
		c.crowd.underway--
		c.answered = true
	}
	return nil
}

func (r *Reader) drop(c *conn) {
	if r.conns[c.slot] != c {
		return
	}
	if !c.answered {
		c.crowd.underway--
	}
	_ = unix.Close(c.fd) // there is nothing to do about it
	r.conns[c.slot] = nil
	r.free = append(r.free, c.slot)
}
