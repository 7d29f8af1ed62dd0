package stack

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// signalTree sends sig to the process and everything that descends from it.
// Process groups would not do: each Postgres backend has one of its own.
func signalTree(pid int, sig syscall.Signal) error {
	children, err := childrenByParent()
	if err != nil {
		return err
	}
	pids := []int{pid}
	for i := 0; i < len(pids); i++ {
		pids = append(pids, children[pids[i]]...)
	}
	for _, pid := range pids {
		if err := syscall.Kill(pid, sig); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("signal process %d: %w", pid, err)
		}
	}
	return nil
}

func childrenByParent() (map[int][]int, error) {
	pids, err := processes()
	if err != nil {
		return nil, err
	}
	children := make(map[int][]int)
	for _, pid := range pids {
		if parent, ok := parentOf(pid); ok {
			children[parent] = append(children[parent], pid)
		}
	}
	return children, nil
}

func processes() ([]int, error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, fmt.Errorf("list processes: %w", err)
	}
	var pids []int
	for _, entry := range entries {
		if pid, err := strconv.Atoi(entry.Name()); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids, nil
}

// parentOf reads proc_pid_stat(5): "pid (name) state ppid …", where the name may
// contain anything. It is not ok for a process that has gone meanwhile.
func parentOf(pid int) (parent int, ok bool) {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0, false
	}
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	if len(fields) < 2 {
		return 0, false
	}
	parent, err = strconv.Atoi(fields[1])
	return parent, err == nil
}

// sweep kills what is left of the group of a leader that has ended, such as the
// workers of an nginx whose master was killed, and waits until they are gone.
func sweep(leader int) {
	for syscall.Kill(-leader, syscall.SIGKILL) == nil {
		time.Sleep(time.Millisecond)
	}
}
