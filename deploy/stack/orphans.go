package stack

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"
)

// When the stack is killed, its processes die with it, but the workers of nginx
// do not: they lost their master, and keep the port. They are known by a
// file of this folder that every nginx of ours holds open.

// markFile opens the file that marks a process as this stack's.
func (s *Stack) markFile() (*os.File, error) {
	f, err := os.OpenFile(s.markPath(), os.O_RDONLY|os.O_CREATE, 0o644)
	if err != nil {
		return nil, fmt.Errorf("open mark: %w", err)
	}
	return f, nil
}

func (s *Stack) markPath() string { return filepath.Join(s.cfg.Dir, "nginx", "mark") }

// cleanUp ends what a stack that was killed has left running, and waits until
// it is gone.
func (s *Stack) cleanUp(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	for {
		left, err := holders(s.markPath())
		if err != nil || len(left) == 0 {
			return err
		}
		for _, pid := range left {
			if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
				return fmt.Errorf("end process %d of an earlier run: %w", pid, err)
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("processes %v of an earlier run do not end", left)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// holders returns the processes that have the file at path open.
func holders(path string) ([]int, error) {
	mark, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look at mark: %w", err)
	}
	pids, err := processes()
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(pids, func(pid int) bool { return !holds(pid, mark) }), nil
}

// holds is false too for a process that has gone, or is somebody else's.
func holds(pid int, file os.FileInfo) bool {
	dir := "/proc/" + strconv.Itoa(pid) + "/fd"
	descriptors, err := os.ReadDir(dir)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(descriptors, func(fd os.DirEntry) bool {
		open, err := os.Stat(filepath.Join(dir, fd.Name()))
		return err == nil && os.SameFile(open, file)
	})
}
