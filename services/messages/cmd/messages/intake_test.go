package main

import (
	"archive/zip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"parley/messages/internal/intake"
)

func TestParseIntake(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"x.zip": "x.zip ", "-namesakes same x.zip": "x.zip same", "-namesakes others x.zip": "x.zip others",
		"": "usage", "a b": "usage", "-namesakes x x.zip": "usage", "-x x.zip": "usage",
	} {
		name, same, err := parseIntake("import-x FILE", strings.Fields(args))
		got := name + " " + string(same)
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, want) || want == "usage" && same != intake.Unknown {
			t.Errorf("%q: %s, want %s", args, got, want)
		}
	}
}

func TestOpenLines(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	plain, packed, empty := filepath.Join(dir, "x.jsonl"), filepath.Join(dir, "x.zip"), filepath.Join(dir, "empty.zip")
	if err := os.WriteFile(plain, []byte("lines"), 0o600); err != nil {
		t.Fatal(err)
	}
	pack(t, packed, "data/x.jpg", "data/import.jsonl")
	pack(t, empty, "data/x.jpg")
	for name, want := range map[string]string{plain: "lines", packed: "data/import.jsonl"} {
		lines, err := openLines(name)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(lines); err != nil || string(got) != want {
			t.Errorf("%s has %q, %v; want %q", name, got, err, want)
		}
		if err := lines.Close(); err != nil {
			t.Error(err)
		}
	}
	for _, name := range []string{empty, filepath.Join(dir, "none")} {
		if lines, err := openLines(name); err == nil {
			t.Errorf("%s: %v", name, lines)
		}
	}
}

// pack makes a zip of files that have their names in them.
func pack(t *testing.T, name string, files ...string) {
	t.Helper()
	out, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	w := zip.NewWriter(out)
	for _, f := range files {
		file, err := w.Create(f)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(file, f); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}
