package stack

import (
	"bytes"
	"strings"
	"testing"
)

func TestLogKeepsLinesWhole(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	l := newLog(&out, false)
	one, two := l.writer("stream-1"), l.writer("messages-1")
	for _, text := range []struct {
		w    interface{ Write([]byte) (int, error) }
		said string
	}{{one, "half "}, {two, "whole\n"}, {one, "a line\nand"}, {one, " more\n"}, {two, strings.Repeat("x", maxLine+1)}} {
		if _, err := text.w.Write([]byte(text.said)); err != nil {
			t.Fatal(err)
		}
	}
	want := "messages-1 │ whole\nstream-1   │ half a line\nstream-1   │ and more\nmessages-1 │ " + strings.Repeat("x", maxLine+1) + "\n"
	if out.String() != want {
		t.Errorf("log:\n%s\nwant:\n%s", &out, want)
	}
}

func TestLogColorsNames(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	newLog(&out, true).printf("stream-2", "up since %d", 9)
	if want := "\x1b[36mstream-2   │\x1b[0m up since 9\n"; out.String() != want {
		t.Errorf("log %q, want %q", &out, want)
	}
}
