package stack

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// Stop takes everything down, from the top: the gateway accepts no more, the
// services finish what they have in hand and send their streams away, the
// gateway ends, then what is behind them: Redis, Postgres, its replica and
// PgBouncer. The data stays.
func (s *Stack) Stop() error {
	for _, part := range s.parts {
		part.release()
	}
	return errors.Join(
		together(s.of("nginx"), func(part *Part) error { return part.Signal(syscall.SIGQUIT) }),
		together(s.of("messages", "stream"), (*Part).Stop),
		together(s.of("nginx"), (*Part).Stop),
		together(s.Parts(), (*Part).Stop), // all that is behind them
		s.settle(),
	)
}

func (s *Stack) settle() error {
	s.watchers.Wait()
	err := errors.Join(s.removeStatus(), os.RemoveAll(s.sockets))
	if closeErr := s.lock.Close(); closeErr != nil && !errors.Is(closeErr, os.ErrClosed) {
		err = errors.Join(err, fmt.Errorf("release lock: %w", closeErr))
	}
	return err
}
