package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
)

func TestReadGoTest(t *testing.T) {
	t.Parallel()
	const run = `{"Action":"output","Package":"p","Test":"TestGood","Output":"quiet\n"}
{"Action":"pass","Package":"p","Test":"TestGood/sub","Elapsed":0}
{"Action":"pass","Package":"p","Test":"TestGood","Elapsed":0}
{"Action":"output","Package":"p","Test":"TestBad","Output":"loud\n"}
{"Action":"fail","Package":"p","Test":"TestBad","Elapsed":0}
{"Action":"fail","Package":"p","Elapsed":1.5}
{"Action":"build-output","ImportPath":"q","Output":"does not compile\n"}
{"Action":"fail","Package":"q","Elapsed":0}
{"Action":"skip","Package":"r","Elapsed":0}
not json
`
	var out bytes.Buffer
	counts, err := ReadGoTest(strings.NewReader(run), &out)
	if err != nil {
		t.Fatal(err)
	}
	if want := (Counts{Passed: 2, Failed: 2}); counts != want {
		t.Errorf("counts = %v, want %v", counts, want)
	}
	const want = "loud\nFAIL  p  1.5s\ndoes not compile\nFAIL  q  0.0s\nnot json\n"
	if out.String() != want {
		t.Errorf("report:\n%s\nwant:\n%s", &out, want)
	}
}

func TestReadTAP(t *testing.T) {
	t.Parallel()
	const run = "TAP version 13\nok 1 - a\n1..2\n# tests 3\n# pass 2\n# fail 1\n# cancelled 1\n# skipped 0\n# todo 0\n"
	counts, err := ReadTAP(strings.NewReader(run))
	if want := (Counts{Passed: 2, Failed: 2}); err != nil || counts != want {
		t.Errorf("ReadTAP = %v, %v; want %v", counts, err, want)
	}
	if _, err := ReadTAP(strings.NewReader("TAP version 13\nok 1 - a\n")); err == nil {
		t.Error("a run that broke off is counted")
	}
}

func TestCountsAddUp(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "counts")
	for _, counts := range []Counts{{1, 0, 0}, {2, 3, 1}} {
		if err := counts.appendTo(file); err != nil {
			t.Fatal(err)
		}
	}
	total, err := sum(file)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := total.String(), "3 passed, 3 failed, 1 skipped"; got != want {
		t.Errorf("total = %q, want %q", got, want)
	}
}
