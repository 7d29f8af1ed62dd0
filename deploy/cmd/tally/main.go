// Tally turns the machine-readable output of test runs into a short report and
// adds up, over several runs, how many tests passed.
//
//	go test -json ./... | tally -add FILE    report a run of go test, add its counts to FILE
//	tally -add FILE -tap RUN                 add the counts of a TAP run (node --test)
//	tally -total FILE                        print "N passed, N failed"
//
// It exits 1 if a test failed in what it read.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	add := flag.String("add", "", "the `file` that collects the counts")
	tap := flag.String("tap", "", "a `file` with a TAP run to count, instead of go test's on standard input")
	total := flag.String("total", "", "the `file` whose counts to add up")
	flag.Parse()
	counts, err := run(*add, *tap, *total)
	if err != nil {
		fmt.Fprintln(os.Stderr, "tally:", err)
		os.Exit(2)
	}
	if counts.Failed > 0 {
		os.Exit(1)
	}
}

func run(add, tap, total string) (Counts, error) {
	if total != "" {
		counts, err := sum(total)
		if err == nil {
			fmt.Println(counts)
		}
		return counts, err
	}
	counts, err := read(tap)
	if err != nil {
		return counts, err
	}
	if add == "" {
		return counts, nil
	}
	return counts, counts.appendTo(add)
}

func read(tap string) (Counts, error) {
	if tap == "" {
		return ReadGoTest(os.Stdin, os.Stdout)
	}
	f, err := os.Open(tap)
	if err != nil {
		return Counts{}, err
	}
	defer f.Close()
	return ReadTAP(f)
}
