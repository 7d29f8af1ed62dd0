package swarm

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/rpc"
	"os"
	"sync"
	"time"

	"parley/deploy/bench/internal/load"
	"parley/deploy/bench/internal/wire"
)

// nap lets a worker read some hundred streams at once.
const nap = time.Millisecond

// Order has a worker open the streams of a crowd.
type Order struct {
	Listeners []load.Listener
	Window    int
}

// Want is what a worker waits for: at least so many of each.
type Want struct {
	Opened, Ready, Messages int64
	Patience                time.Duration
}

func (w Want) met(t *wire.Tally) bool {
	return t.Opened >= w.Opened && t.Ready >= w.Ready && t.Messages >= w.Messages
}

// None is what a call has to say that says nothing.
type None struct{}

// Worker is what one process of a swarm does, called by net/rpc.
type Worker struct {
	reader *load.Reader

	mu    sync.Mutex
	crowd *load.Crowd // nil before the first order
}

// Work is the life of a worker's process: it takes orders from in until that
// ends. The clock is that of whom the orders come from; connections leave from
// the addresses of the numbers from first on.
func Work(in io.ReadCloser, out io.WriteCloser, epoch time.Duration, first int) error {
	load.Join(epoch)
	reader, err := load.NewReader()
	if err != nil {
		return err
	}
	reader.From(first)
	reader.Nap(nap)
	server := rpc.NewServer()
	if err := server.Register(&Worker{reader: reader}); err != nil {
		return errors.Join(fmt.Errorf("register worker: %w", err), reader.Close())
	}
	server.ServeConn(pipe{in, out})
	return reader.Close()
}

// Open begins to open a crowd in place of the one before, which is closed.
func (w *Worker) Open(order Order, _ *None) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.crowd != nil {
		w.crowd.Close()
	}
	w.crowd = w.reader.Open(order.Listeners, order.Window)
	return nil
}

// Await returns the tally when it is as wanted, or a stream was refused or
// closed, or the patience is over.
func (w *Worker) Await(want Want, tally *wire.Tally) error {
	crowd, err := w.current()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), want.Patience)
	defer cancel()
	err = crowd.Await(ctx, func(t *wire.Tally) bool { return t.Refused+t.Closed > 0 || want.met(t) })
	if errors.Is(err, context.DeadlineExceeded) {
		err = nil // the tally says what is missing
	}
	*tally = crowd.Tally()
	return err
}

// Reset forgets what was received, but not where each stream stands.
func (w *Worker) Reset(None, *None) error {
	crowd, err := w.current()
	if err == nil {
		crowd.Reset()
	}
	return err
}

// Close cuts all streams of the crowd.
func (w *Worker) Close(None, *None) error {
	crowd, err := w.current()
	if err == nil {
		crowd.Close()
	}
	return err
}

func (w *Worker) current() (*load.Crowd, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.crowd == nil {
		return nil, errors.New("no crowd was opened")
	}
	return w.crowd, nil
}

// pipe is a connection of two one-way ones.
type pipe struct {
	io.ReadCloser
	io.WriteCloser
}

// Close implements [io.Closer].
func (p pipe) Close() error { return errors.Join(p.ReadCloser.Close(), p.WriteCloser.Close()) }

// Main is [Work] on the standard input and output.
func Main(epoch time.Duration, first int) error { return Work(os.Stdin, os.Stdout, epoch, first) }
