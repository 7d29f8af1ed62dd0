package proc

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// PSS returns the proportional set size of root and its descendants, in bytes:
// memory that several processes share counts once in all.
func PSS(root int) (int64, error) { return sumOf(root, "Pss:") }

// RSS returns the resident set size of root and its descendants, in bytes:
// memory that several processes share counts once for each.
func RSS(root int) (int64, error) { return sumOf(root, "Rss:") }

func sumOf(root int, field string) (int64, error) {
	tree, err := Tree(root)
	if err != nil {
		return 0, err
	}
	var sum int64
	for _, pid := range tree {
		size, err := sizeOf(pid, field)
		if err != nil && !gone(err) {
			return 0, err
		}
		sum += size
	}
	return sum, nil
}

func sizeOf(pid int, field string) (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, field); ok {
			return kilobytes(value)
		}
	}
	return 0, fmt.Errorf("process %d: no %s in smaps_rollup", pid, field)
}

// KernelMemory returns what the kernel itself uses for sockets, descriptors and
// all else, of the whole machine, in bytes.
func KernelMemory() (int64, error) {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0, fmt.Errorf("read kernel memory: %w", err)
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, "SUnreclaim:"); ok {
			return kilobytes(value)
		}
	}
	return 0, fmt.Errorf("no SUnreclaim in /proc/meminfo")
}

func kilobytes(value string) (int64, error) {
	kb, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("read size: %w", err)
	}
	return kb << 10, nil
}
