package outfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
)

func TestFileIsWholeOrUntouched(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "backup")
	say := func(text string, after error) func(io.Writer) error {
		return func(w io.Writer) error {
			fmt.Fprint(w, text)
			return after
		}
	}
	broken := errors.New("broken")
	if err := Write(name, nil, say("first", nil)); err != nil {
		t.Fatal(err)
	}
	if err := Write(name, nil, say("second", broken)); !errors.Is(err, broken) {
		t.Errorf("%v, want what went wrong", err)
	}
	if got, err := os.ReadFile(name); err != nil || string(got) != "first" {
		t.Errorf("%q, %v; want the first", got, err)
	}
	if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; want its owner's alone", info.Mode(), err)
	}
	if all, err := os.ReadDir(filepath.Dir(name)); err != nil || len(all) != 1 {
		t.Errorf("%d files, %v; want one", len(all), err)
	}
	var out bytes.Buffer
	if err := Write("", &out, say("third", nil)); err != nil || out.String() != "third" {
		t.Errorf("%q, %v", out.String(), err)
	}
}
