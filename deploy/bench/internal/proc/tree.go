// Package proc says what processes cost, as Linux's /proc tells it: processor
// time and memory, of a process and all its descendants.
package proc

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Tree returns root and all its descendants.
func Tree(root int) ([]int, error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, fmt.Errorf("list processes: %w", err)
	}
	children := make(map[int][]int)
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		fields, err := statFields(fmt.Sprintf("/proc/%d/stat", pid))
		if gone(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		parent, err := strconv.Atoi(fields[parentField])
		if err != nil {
			return nil, fmt.Errorf("read parent of process %d: %w", pid, err)
		}
		children[parent] = append(children[parent], pid)
	}
	tree := []int{root}
	for i := 0; i < len(tree); i++ {
		tree = append(tree, children[tree[i]]...)
	}
	return tree, nil
}

// Fields of /proc/PID/stat, counted after the program's name (proc(5)).
const (
	parentField = 1
	userField   = 11
	systemField = 12
)

// statFields returns what follows the program's name, which may hold anything.
func statFields(path string) ([]string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	if len(fields) <= systemField {
		return nil, fmt.Errorf("read %s: only %d fields", path, len(fields))
	}
	return fields, nil
}

// gone reports whether a process has ended while it was looked at.
func gone(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH)
}

// CPU returns the processor time that root and its descendants have used, in
// user and system mode. Where the scheduler keeps it in nanoseconds a thread,
// that is summed up; else it comes in ticks of 10 ms, which a measurement of a
// few seconds can bear.
func CPU(root int) (time.Duration, error) {
	tree, err := Tree(root)
	if err != nil {
		return 0, err
	}
	var sum time.Duration
	for _, pid := range tree {
		used, err := processCPU(pid)
		if err != nil && !gone(err) {
			return 0, err
		}
		sum += used
	}
	return sum, nil
}

const tick = 10 * time.Millisecond // USER_HZ is 100 on every Linux

func processCPU(pid int) (time.Duration, error) {
	fields, err := statFields(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	user, err := strconv.ParseInt(fields[userField], 10, 64)
	if err != nil {
		return 0, fmt.Errorf("read user time: %w", err)
	}
	system, err := strconv.ParseInt(fields[systemField], 10, 64)
	if err != nil {
		return 0, fmt.Errorf("read system time: %w", err)
	}
	ticks := time.Duration(user+system) * tick
	return max(ticks, threadsCPU(pid)), nil
}

// threadsCPU sums what the scheduler says of each thread that lives; 0 where it
// doesn't say. Go's threads rarely end.
func threadsCPU(pid int) (sum time.Duration) {
	folder := fmt.Sprintf("/proc/%d/task", pid)
	entries, err := os.ReadDir(folder)
	if err != nil {
		return 0
	}
	for _, entry := range entries {
		text, err := os.ReadFile(folder + "/" + entry.Name() + "/schedstat")
		if err != nil {
			continue // it has ended, or the kernel doesn't keep it
		}
		first, _, _ := strings.Cut(string(text), " ")
		if ns, err := strconv.ParseInt(first, 10, 64); err == nil {
			sum += time.Duration(ns)
		}
	}
	return sum
}
