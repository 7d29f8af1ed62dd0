package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// event is a line of `go test -json` (see `go doc test2json`).
type event struct {
	Action     string
	Package    string
	ImportPath string // of build-output and build-fail
	Test       string
	Elapsed    float64
	Output     string
}

// goRun is what is known of a run so far.
type goRun struct {
	out    io.Writer
	counts Counts
	said   map[string]*strings.Builder // output by package and test, kept until it ends
	failed map[string]bool             // packages with a failed test
}

// ReadGoTest counts the tests in the output of `go test -json` and reports on
// out: a line a package, and all that failed tests and failed builds said.
func ReadGoTest(in io.Reader, out io.Writer) (Counts, error) {
	run := &goRun{out: out, said: make(map[string]*strings.Builder), failed: make(map[string]bool)}
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			run.line(line)
		}
		if err == io.EOF {
			return run.counts, nil
		}
		if err != nil {
			return run.counts, fmt.Errorf("read test output: %w", err)
		}
	}
}

func (r *goRun) line(line []byte) {
	var e event
	if json.Unmarshal(line, &e) != nil {
		fmt.Fprintf(r.out, "%s", line) // what go itself says, such as a flag that it does not know
		return
	}
	switch e.Action {
	case "output":
		r.keep(e)
	case "build-output":
		fmt.Fprint(r.out, e.Output)
	case "pass", "fail", "skip":
		if e.Test == "" {
			r.packageEnded(e)
		} else {
			r.testEnded(e)
		}
	}
}

func (r *goRun) keep(e event) {
	key := e.Package + " " + e.Test
	if r.said[key] == nil {
		r.said[key] = &strings.Builder{}
	}
	r.said[key].WriteString(e.Output)
}

func (r *goRun) take(e event) string {
	key := e.Package + " " + e.Test
	defer delete(r.said, key)
	if r.said[key] == nil {
		return ""
	}
	return r.said[key].String()
}

func (r *goRun) testEnded(e event) {
	said := r.take(e)
	switch e.Action {
	case "pass":
		r.counts.Passed++
	case "skip":
		r.counts.Skipped++
		fmt.Fprint(r.out, said)
	case "fail":
		r.counts.Failed++
		r.failed[e.Package] = true
		fmt.Fprint(r.out, said)
	}
}

func (r *goRun) packageEnded(e event) {
	said := r.take(e)
	if e.Action == "fail" {
		if !r.failed[e.Package] { // its build, its TestMain, a panic, the time limit
			r.counts.Failed++
		}
		fmt.Fprint(r.out, said)
		r.unended(e.Package)
		fmt.Fprintf(r.out, "FAIL  %s  %.1fs\n", e.Package, e.Elapsed)
		return
	}
	if e.Action == "pass" {
		fmt.Fprintf(r.out, "ok    %s  %.1fs\n", e.Package, e.Elapsed)
	}
}

// unended prints what tests said that never came to an end.
func (r *goRun) unended(pkg string) {
	for key, said := range r.said {
		if strings.HasPrefix(key, pkg+" ") {
			fmt.Fprint(r.out, said)
			delete(r.said, key)
		}
	}
}
