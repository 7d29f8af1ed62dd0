package intake

import (
	"archive/zip"
	"bytes"
	"io"
	"strconv"
	"strings"
	"testing"
)

func TestInflate(t *testing.T) {
	t.Parallel()
	for size, whole := range map[int64]bool{10: true, mostSmall - 1: true, mostSmall + 1: false} {
		var file bytes.Buffer
		w := zip.NewWriter(&file)
		out, err := w.Create("zeros")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.CopyN(out, zeros{}, size); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		r, err := zip.NewReader(bytes.NewReader(file.Bytes()), int64(file.Len()))
		if err != nil {
			t.Fatal(err)
		}
		in, err := Inflate(r.File[0])
		if err != nil {
			t.Fatal(err)
		}
		n, err := io.Copy(io.Discard, in)
		if (err == nil) != whole || n > mostSmall || err != nil && !strings.Contains(err.Error(), "zeros is larger") {
			t.Errorf("%d bytes of %d are read, %v", n, size, err)
		}
		if err := in.Close(); err != nil {
			t.Error(err)
		}
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

func TestReportIsBounded(t *testing.T) {
	t.Parallel()
	r := Report{Skipped: make(map[string]int)}
	for n := range 2 * mostSkipped {
		r.Skip(strconv.Itoa(n))
	}
	if len(r.Skipped) != mostSkipped+1 || r.Skipped["something else"] != mostSkipped {
		t.Errorf("%d kinds, of which %d are something else", len(r.Skipped), r.Skipped["something else"])
	}
}
