package main

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// Counts is how many tests ended how. Subtests count as tests; so does a
// package that failed outside of its tests.
type Counts struct {
	Passed, Failed, Skipped int
}

// String returns "N passed, N failed", and the skipped if there are any.
func (c Counts) String() string {
	s := fmt.Sprintf("%d passed, %d failed", c.Passed, c.Failed)
	if c.Skipped > 0 {
		s += fmt.Sprintf(", %d skipped", c.Skipped)
	}
	return s
}

func (c Counts) appendTo(path string) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(f, c.Passed, c.Failed, c.Skipped)
	return errors.Join(err, f.Close())
}

// sum adds up what runs have appended to the file at path; none is nothing.
func sum(path string) (total Counts, err error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return total, nil
	}
	if err != nil {
		return total, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var c Counts
		if _, err := fmt.Sscan(lines.Text(), &c.Passed, &c.Failed, &c.Skipped); err != nil {
			return total, fmt.Errorf("read %s: %w", path, err)
		}
		total.Passed += c.Passed
		total.Failed += c.Failed
		total.Skipped += c.Skipped
	}
	return total, lines.Err()
}
