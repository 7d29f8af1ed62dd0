package stack

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"sync"
)

// log writes lines, each with the name of the part that said it before it.
type log struct {
	color bool

	mu  sync.Mutex
	out io.Writer
}

const (
	nameWidth = 10
	maxLine   = 16 << 10 // longer ones are broken
)

// colors are the services', as ANSI codes: readable on dark and on light.
var colors = map[string]string{"postgres": "34", "redis": "31", "messages": "32", "stream": "36", "nginx": "35"}

func newLog(out io.Writer, color bool) *log {
	if out == nil {
		out = io.Discard
	}
	return &log{out: out, color: color}
}

// writer returns a writer for what the part called name says.
func (l *log) writer(name string) io.Writer { return &lineWriter{log: l, name: name} }

func (l *log) printf(name, format string, args ...any) {
	l.line(name, fmt.Appendf(nil, format, args...))
}

func (l *log) line(name string, line []byte) {
	prefix := fmt.Sprintf("%-*s │ ", nameWidth, name)
	if l.color {
		prefix = fmt.Sprintf("\x1b[%sm%-*s │\x1b[0m ", colorOf(name), nameWidth, name)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Fprintf(l.out, "%s%s\n", prefix, line)
}

// colorOf gives all replicas of a service its colour, and others none.
func colorOf(name string) string {
	service, _, _ := strings.Cut(name, "-")
	if color, ok := colors[service]; ok {
		return color
	}
	return "0"
}

// lineWriter passes whole lines on.
type lineWriter struct {
	log  *log
	name string

	mu   sync.Mutex
	rest []byte
}

// Write implements [io.Writer].
func (w *lineWriter) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rest = append(w.rest, b...)
	for {
		line, rest, found := bytes.Cut(w.rest, []byte("\n"))
		if !found {
			break
		}
		w.log.line(w.name, line)
		w.rest = rest
	}
	if len(w.rest) > maxLine {
		w.log.line(w.name, w.rest)
		w.rest = nil
	}
	return len(b), nil
}
