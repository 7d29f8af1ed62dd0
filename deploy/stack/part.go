package stack

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"syscall"
	"time"

	"parley/testkit"
)

// Part is one process of the stack. Its exported methods may be called from
// any goroutine; they wait for each other.
type Part struct {
	name    string // "stream-1"
	service string // "stream"
	addr    string // host:port
	metrics string // host:port, or ""

	launch     func(context.Context) (*testkit.Process, error) // start, and wait until it answers
	stopSignal syscall.Signal
	patience   time.Duration // from the stop signal to SIGKILL

	stack     *Stack
	operation sync.Mutex // held by whoever starts or stops the process

	mu      sync.Mutex
	bin     string           // of a service: the folder of its program
	process *testkit.Process // nil while down
	wanted  context.Context  // not done: the part is up, or to be brought up again
	unwant  context.CancelFunc
}

// newPart adds a part that is down.
func (s *Stack) newPart(name, service, addr string) *Part {
	part := &Part{name: name, service: service, addr: addr, stack: s, stopSignal: syscall.SIGTERM, patience: 15 * time.Second}
	part.wanted, part.unwant = context.WithCancel(context.Background())
	part.unwant()
	s.parts = append(s.parts, part)
	return part
}

// Name returns the part's name: "stream-1".
func (p *Part) Name() string { return p.name }

// Addr returns where the part listens: host:port.
func (p *Part) Addr() string { return p.addr }

// MetricsAddr returns where the part shows its metrics, or "": host:port.
func (p *Part) MetricsAddr() string { return p.metrics }

// Use has a service run its program of the folder bin from its next start on.
func (p *Part) Use(bin string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bin = bin
}

func (p *Part) programs() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.bin
}

// Start starts the part and waits until it answers. From then on it is started
// again whenever it dies by itself.
func (p *Part) Start(ctx context.Context) error {
	p.operation.Lock()
	defer p.operation.Unlock()
	if p.running() != nil {
		return nil
	}
	p.mu.Lock()
	p.unwant()
	p.wanted, p.unwant = context.WithCancel(context.Background())
	p.mu.Unlock()
	return p.bringUp(ctx, firstPause)
}

// Stop asks the part to end, waits until it has, and leaves it down.
func (p *Part) Stop() error {
	p.release()
	p.operation.Lock()
	defer p.operation.Unlock()
	process := p.running()
	if process == nil {
		return nil
	}
	err := signalTree(process.PID(), syscall.SIGCONT) // it may be paused
	err = errors.Join(err, process.Stop(p.stopSignal, p.patience))
	p.ended(process)
	return err
}

// Kill ends the part and all its children with SIGKILL and leaves it down.
func (p *Part) Kill() error {
	p.release()
	p.operation.Lock()
	defer p.operation.Unlock()
	process := p.running()
	if process == nil {
		return nil
	}
	if err := signalTree(process.PID(), syscall.SIGKILL); err != nil {
		return fmt.Errorf("kill %s: %w", p.name, err)
	}
	<-process.Done()
	p.ended(process)
	return nil
}

// Pause freezes the part and all its children, as a machine does that hangs.
func (p *Part) Pause() error { return p.freeze(syscall.SIGSTOP) }

// Resume lets the part go on.
func (p *Part) Resume() error { return p.freeze(syscall.SIGCONT) }

func (p *Part) freeze(sig syscall.Signal) error {
	p.operation.Lock()
	defer p.operation.Unlock()
	process := p.running()
	if process == nil {
		return fmt.Errorf("%s is down", p.name)
	}
	if err := signalTree(process.PID(), sig); err != nil {
		return fmt.Errorf("signal %s: %w", p.name, err)
	}
	return nil
}

// Signal sends sig to the part's main process, if there is one.
func (p *Part) Signal(sig syscall.Signal) error {
	if process := p.running(); process != nil {
		return process.Signal(sig)
	}
	return nil
}

func (p *Part) running() *testkit.Process {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.process
}

// release makes the part unwanted: it is not started again when it ends.
func (p *Part) release() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.unwant()
}

// bringUp launches the process, and has it started again after pause if it ends
// by itself. The caller holds operation.
func (p *Part) bringUp(ctx context.Context, pause time.Duration) error {
	process, err := p.launch(ctx)
	if err != nil {
		return fmt.Errorf("start %s: %w", p.name, err)
	}
	p.mu.Lock()
	p.process = process
	p.mu.Unlock()
	p.stack.changed()
	p.stack.watchers.Go(func() { p.watch(process, pause) })
	return nil
}

// ended notes that process is gone, and ends what it left behind. Both who
// stopped it and its watch do so; either may come first.
func (p *Part) ended(process *testkit.Process) {
	sweep(process.PID())
	p.mu.Lock()
	if p.process == process {
		p.process = nil
	}
	p.mu.Unlock()
	p.stack.changed()
}
