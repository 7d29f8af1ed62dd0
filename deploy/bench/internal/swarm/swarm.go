// Package swarm is a crowd that is too large for one process: a process may
// open some ten thousand files, and one thread reads no more than one processor
// can. Each worker is a process with a [load.Reader]; it is told by net/rpc over
// its standard input what to open and what to wait for.
//
//	Swarm ──rpc──▶ Worker (process) ──▶ load.Reader ──▶ streams
//	      ──rpc──▶ Worker (process) ──▶ load.Reader ──▶ streams
//
// All of them have one clock, so whoever posts stamps with the time that readers
// compare with.
package swarm

import (
	"context"
	"errors"
	"fmt"
	"net/rpc"
	"os"
	"os/exec"
	"strconv"
	"time"

	"parley/deploy/bench/internal/load"
	"parley/deploy/bench/internal/proc"
	"parley/deploy/bench/internal/wire"
	"parley/testkit"
)

// portsApart keeps the source addresses of workers apart: none has as many streams.
const portsApart = 20_000

// Swarm is a number of workers.
type Swarm struct {
	workers []*worker
}

type worker struct {
	process *testkit.Process
	client  *rpc.Client
	streams int64
}

// Start starts n workers: the program is run with the arguments, and after them
// the clock's beginning and the number of its first connection, for [Main].
func Start(n int, program string, args ...string) (*Swarm, error) {
	s := &Swarm{}
	for i := range n {
		w, err := startWorker(program, append(args[:len(args):len(args)], strconv.FormatInt(int64(load.Epoch()), 10), strconv.Itoa(i*portsApart)))
		if err != nil {
			return nil, errors.Join(err, s.Stop())
		}
		s.workers = append(s.workers, w)
	}
	return s, nil
}

func startWorker(program string, args []string) (*worker, error) {
	cmd := exec.Command(program, args...)
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start listeners: %w", err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start listeners: %w", err), in.Close())
	}
	cmd.Stderr = os.Stderr
	process, err := testkit.Start(cmd)
	if err != nil {
		return nil, err
	}
	return &worker{process: process, client: rpc.NewClient(pipe{out, in})}, nil
}

// Stop ends all workers, and their streams with them.
func (s *Swarm) Stop() error {
	var errs []error
	for _, w := range s.workers {
		errs = append(errs, w.client.Close()) // which ends its input, and so the process
		<-w.process.Done()
		errs = append(errs, w.process.Err())
	}
	return errors.Join(errs...)
}

// Open begins to open these streams, dealt out to the workers in turn. In all,
// window may wait for their answers at once.
func (s *Swarm) Open(ctx context.Context, listeners []load.Listener, window int) error {
	orders := make([]Order, len(s.workers))
	for i, l := range listeners {
		o := &orders[i%len(orders)]
		o.Listeners = append(o.Listeners, l)
	}
	return s.each(ctx, func(i int, w *worker) *rpc.Call {
		w.streams = int64(len(orders[i].Listeners))
		orders[i].Window = max(window/len(orders), 1)
		return w.client.Go("Worker.Open", orders[i], &None{}, nil)
	})
}

// Live returns when every stream is open and has said ready so often, and what
// they got so far: at least so many messages each, on average of each worker.
func (s *Swarm) Live(ctx context.Context, ready, messages int64, patience time.Duration) (wire.Tally, error) {
	return s.await(ctx, func(n int64) Want {
		return Want{Opened: n, Ready: n * ready, Messages: n * messages, Patience: patience}
	})
}

// Received returns when every stream has got so many messages since the last
// [Swarm.Reset], or the patience is over, and what they got.
func (s *Swarm) Received(ctx context.Context, messages int64, patience time.Duration) (wire.Tally, error) {
	return s.await(ctx, func(n int64) Want { return Want{Messages: n * messages, Patience: patience} })
}

func (s *Swarm) await(ctx context.Context, want func(streams int64) Want) (all wire.Tally, err error) {
	tallies := make([]wire.Tally, len(s.workers))
	err = s.each(ctx, func(i int, w *worker) *rpc.Call {
		return w.client.Go("Worker.Await", want(w.streams), &tallies[i], nil)
	})
	for i := range tallies {
		add(&all, &tallies[i])
	}
	return all, err
}

// Reset forgets what was received.
func (s *Swarm) Reset(ctx context.Context) error {
	return s.each(ctx, func(_ int, w *worker) *rpc.Call { return w.client.Go("Worker.Reset", None{}, &None{}, nil) })
}

// Cut closes all streams at once.
func (s *Swarm) Cut(ctx context.Context) error {
	return s.each(ctx, func(_ int, w *worker) *rpc.Call { return w.client.Go("Worker.Close", None{}, &None{}, nil) })
}

// CPU returns the processor time of all workers up to now.
func (s *Swarm) CPU() (sum time.Duration, err error) {
	for _, w := range s.workers {
		used, err := proc.CPU(w.process.PID())
		if err != nil {
			return 0, fmt.Errorf("read processor time of listeners: %w", err)
		}
		sum += used
	}
	return sum, nil
}

// each calls every worker, and returns when all have answered.
func (s *Swarm) each(ctx context.Context, call func(int, *worker) *rpc.Call) error {
	calls := make([]*rpc.Call, len(s.workers))
	for i, w := range s.workers {
		calls[i] = call(i, w)
	}
	var errs []error
	for i, c := range calls {
		select {
		case <-c.Done:
			if c.Error != nil {
				errs = append(errs, fmt.Errorf("listeners %d: %w", i, c.Error))
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return errors.Join(errs...)
}

// add adds what other has counted.
func add(t, other *wire.Tally) {
	t.Opened += other.Opened
	t.Refused += other.Refused
	t.Closed += other.Closed
	t.Messages += other.Messages
	t.Bytes += other.Bytes
	t.Ready += other.Ready
	t.Resets += other.Resets
	t.Gaps += other.Gaps
	t.Repeats += other.Repeats
	if t.Ends == nil {
		t.Ends = make(map[string]int64)
	}
	for reason, n := range other.Ends {
		t.Ends[reason] += n
	}
	t.Latency.Add(&other.Latency)
	t.Last = max(t.Last, other.Last)
}
