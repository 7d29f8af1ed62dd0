package stack

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// Status is what stack.json says: the processes that run now. It is replaced
// whenever one starts or ends, and gone while the stack is down.
type Status struct {
	Gateway   string          `json:"gateway"`
	Processes []ProcessStatus `json:"processes"`
}

// ProcessStatus is one process in a [Status].
type ProcessStatus struct {
	Name        string `json:"name"`    // "stream-1"
	Service     string `json:"service"` // "stream"
	PID         int    `json:"pid"`
	Addr        string `json:"addr"` // host:port
	MetricsAddr string `json:"metrics_addr,omitempty"`
}

// status guards the file: a later state must not be replaced by an earlier one.
type status struct {
	mu      sync.Mutex
	removed bool
}

// Status returns which processes run now.
func (s *Stack) Status() Status {
	now := Status{Gateway: s.gateway, Processes: []ProcessStatus{}}
	for _, part := range s.Parts() {
		if process := part.running(); process != nil {
			now.Processes = append(now.Processes, ProcessStatus{
				Name: part.name, Service: part.service, PID: process.PID(), Addr: part.addr, MetricsAddr: part.metrics,
			})
		}
	}
	return now
}

// changed writes the status anew.
func (s *Stack) changed() {
	s.status.mu.Lock()
	defer s.status.mu.Unlock()
	if s.status.removed {
		return
	}
	if err := writeJSON(s.statusPath(), s.Status()); err != nil {
		s.log.printf("stack", "write status: %s", err)
	}
}

func (s *Stack) removeStatus() error {
	s.status.mu.Lock()
	defer s.status.mu.Unlock()
	s.status.removed = true
	if err := os.Remove(s.statusPath()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove status: %w", err)
	}
	return nil
}

func (s *Stack) statusPath() string { return filepath.Join(s.cfg.Dir, "stack.json") }

// writeJSON replaces the file at path in one step, so that a reader sees the
// old or the new.
func writeJSON(path string, value any) error {
	text, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	fresh := path + ".new"
	if err := os.WriteFile(fresh, append(text, '\n'), 0o644); err != nil {
		return err
	}
	return os.Rename(fresh, path)
}
