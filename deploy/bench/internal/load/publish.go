package load

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"golang.org/x/sys/unix"

	"parley/deploy/bench/internal/raw"
	"parley/deploy/bench/internal/stat"
	"parley/deploy/bench/internal/wire"
)

// Plan says what to post.
type Plan struct {
	Posts       []*Template // in turn
	Connections int         // kept alive; each waits for its answer before it posts again
	Rate        float64     // posts a second in all; 0 is back to back on every connection
	For         time.Duration
}

// Posted is what came of a plan.
type Posted struct {
	Sent     int64
	OK       int64         // answered 2xx
	Statuses map[int]int64 // other answers
	Broken   int64         // connections that ended before the answer
	Latency  stat.Histogram
	Began    time.Duration // since the load began
	Took     time.Duration // until the last answer
}

// Failed returns how many posts were not answered 2xx.
func (p *Posted) Failed() int64 { return p.Sent - p.OK }

const answerPatience = 15 * time.Second

// Publish posts as the plan says, from the caller's thread, and returns when
// the last answer has come.
func Publish(ctx context.Context, plan Plan) (*Posted, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	p := &publisher{plan: plan, buf: make([]byte, 256<<10), posted: &Posted{Statuses: make(map[int]int64)}}
	defer p.close()
	if err := p.open(); err != nil {
		return nil, err
	}
	err := p.run(ctx)
	return p.posted, err
}

type publisher struct {
	plan   Plan
	epoll  int
	conns  []*author
	idle   []*author
	next   int           // template
	due    int64         // paced posts whose time had come
	late   time.Duration // stamp of the paced post that waits for a connection; 0 if none
	buf    []byte
	posted *Posted
}

// author is a connection that posts.
type author struct {
	fd, slot int
	busy     bool
	sent     time.Duration
	answer   wire.Answer
}

func (p *publisher) open() (err error) {
	if p.epoll, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return fmt.Errorf("create epoll set: %w", err)
	}
	for i := range p.plan.Connections {
		a := &author{slot: i, fd: -1}
		p.conns = append(p.conns, a)
		p.idle = append(p.idle, a)
		if err := p.connect(a); err != nil {
			return err
		}
	}
	return nil
}

func (p *publisher) connect(a *author) (err error) {
	a.busy, a.answer = false, wire.Answer{}
	if a.fd, err = dial(p.plan.Posts[0].To, source(0)); err != nil {
		a.fd = -1
		return err
	}
	poll := []unix.PollFd{{Fd: int32(a.fd), Events: unix.POLLOUT}} //nolint:gosec // descriptors are small
	if _, err := unix.Poll(poll, 5000); err != nil && !errors.Is(err, unix.EINTR) {
		return fmt.Errorf("connect: %w", err)
	}
	event := unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(a.slot)} //nolint:gosec // slots are few
	if err := unix.EpollCtl(p.epoll, unix.EPOLL_CTL_ADD, a.fd, &event); err != nil {
		return fmt.Errorf("watch socket: %w", err)
	}
	return nil
}

func (p *publisher) close() {
	for _, a := range p.conns {
		if a.fd >= 0 {
			_ = unix.Close(a.fd) // there is nothing to do about it
		}
	}
	_ = unix.Close(p.epoll)
}

func (p *publisher) run(ctx context.Context) error {
	start := Now()
	p.posted.Began = start
	end := start + p.plan.For
	events := make([]unix.EpollEvent, 64)
	for {
		at := Now()
		if at < end {
			if err := p.send(at, start); err != nil {
				return err
			}
		} else if len(p.idle) == len(p.conns) {
			return ctx.Err()
		} else if at > end+answerPatience {
			return errors.New("posts stay without an answer")
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		n, err := unix.EpollWait(p.epoll, events, p.patience(at, start, end))
		if err != nil && !errors.Is(err, unix.EINTR) {
			return fmt.Errorf("wait for answers: %w", err)
		}
		for _, event := range events[:max(n, 0)] {
			if err := p.read(p.conns[event.Fd]); err != nil {
				return err
			}
		}
	}
}

// patience is how long to wait for answers, in ms, rounded up: a paced post may
// be a millisecond late, but is stamped when it is sent.
func (p *publisher) patience(at, start, end time.Duration) int {
	until := end
	if p.plan.Rate > 0 && len(p.idle) > 0 {
		until = min(until, p.dueAt(start))
	}
	if at >= end {
		until = at + 100*time.Millisecond
	}
	return int((max(until-at, 0) + time.Millisecond - 1) / time.Millisecond)
}

func (p *publisher) dueAt(start time.Duration) time.Duration {
	return start + time.Duration(float64(p.due)/p.plan.Rate*float64(time.Second))
}

// send posts what is due. A paced post that finds no connection free keeps the
// time at which it was due: waiting counts.
func (p *publisher) send(at, start time.Duration) error {
	for p.plan.Rate == 0 || p.dueAt(start) <= at {
		if len(p.idle) == 0 {
			if p.late == 0 && p.plan.Rate > 0 {
				p.late = at
			}
			return nil
		}
		stamp := Now()
		if p.late != 0 {
			stamp, p.late = p.late, 0
		}
		p.due++
		if err := p.post(stamp); err != nil {
			return err
		}
	}
	return nil
}

func (p *publisher) post(stamp time.Duration) error {
	a := p.idle[len(p.idle)-1]
	p.idle = p.idle[:len(p.idle)-1]
	template := p.plan.Posts[p.next%len(p.plan.Posts)]
	p.next++
	p.posted.Sent++
	a.busy, a.sent = true, stamp
	request := template.stamped(int64(stamp), p.posted.Sent)
	if n, errno := raw.Write(a.fd, request); errno != 0 || n < len(request) {
		return p.broke(a)
	}
	return nil
}

// read reads an answer, as far as it has come: to come back for the rest would
// be to wait behind all other connections once more.
func (p *publisher) read(a *author) error {
	for done := false; !done; {
		n, errno := raw.Read(a.fd, p.buf)
		if errno == unix.EAGAIN || errno == unix.EINTR {
			return nil
		}
		if errno != 0 || n == 0 {
			return p.broke(a)
		}
		var err error
		if done, err = a.answer.Feed(p.buf[:n]); err != nil {
			return err
		}
	}
	p.count(a)
	if a.answer.Closes {
		return p.reconnect(a)
	}
	return nil
}

func (p *publisher) count(a *author) {
	at := Now()
	p.posted.Took = at - p.posted.Began
	if status := a.answer.Status; status/100 == 2 {
		p.posted.OK++
		p.posted.Latency.Record(at - a.sent)
	} else {
		p.posted.Statuses[status]++
	}
	a.busy = false
	p.idle = append(p.idle, a)
}

// broke goes on after a connection has ended, with a post under way or not.
func (p *publisher) broke(a *author) error {
	if a.busy {
		p.posted.Broken++
		if p.posted.Broken > 1000 {
			return errors.New("more than a thousand connections broke")
		}
		p.idle = append(p.idle, a)
	}
	return p.reconnect(a)
}

func (p *publisher) reconnect(a *author) error {
	_ = unix.Close(a.fd) // there is nothing to do about it
	return p.connect(a)
}
