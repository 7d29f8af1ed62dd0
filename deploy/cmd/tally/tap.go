package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
)

// ReadTAP takes the counts from the closing comments of node's TAP reporter:
// "# pass 12", "# fail 0", "# cancelled 0", "# skipped 0", "# todo 0".
func ReadTAP(in io.Reader) (counts Counts, err error) {
	ended := false
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var name string
		var n int
		if parsed, _ := fmt.Sscanf(lines.Text(), "# %s %d", &name, &n); parsed != 2 {
			continue
		}
		switch name {
		case "pass":
			counts.Passed = n
			ended = true
		case "fail", "cancelled":
			counts.Failed += n
		case "skipped", "todo":
			counts.Skipped += n
		}
	}
	if err := lines.Err(); err != nil {
		return counts, fmt.Errorf("read TAP: %w", err)
	}
	if !ended {
		return counts, errors.New("read TAP: the run has no end")
	}
	return counts, nil
}
