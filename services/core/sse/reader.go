// Package sse reads event streams as a browser does: WHATWG HTML, section
// 9.2.6 "Interpreting an event stream". Tests and load generators use it.
package sse

import (
	"bufio"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"
)

// DefaultEvent is the name of an event without an event field.
const DefaultEvent = "message"

// maxLine bounds a line, in bytes.
const maxLine = 1 << 20

// ErrLineTooLong is returned for a line of more than 1 MiB.
var ErrLineTooLong = errors.New("line of event stream too long")

// Event is a dispatched event.
type Event struct {
	Name string
	Data string
	ID   string // the last event id as of this event: its own, or one before
}

// Reader reads one stream.
type Reader struct {
	lines       *bufio.Reader
	begun       bool
	lastID      string
	retry       time.Duration
	name        string
	data        strings.Builder
	hasData     bool
	afterReturn bool // the last line ended in CR: a LF right behind belongs to it
}

// NewReader returns a reader of r.
func NewReader(r io.Reader) *Reader { return &Reader{lines: bufio.NewReader(r)} }

// LastEventID returns what a browser would send as Last-Event-ID.
func (r *Reader) LastEventID() string { return r.lastID }

// Retry returns the last reconnection time that the stream set, or 0.
func (r *Reader) Retry() time.Duration { return r.retry }

// Next returns the next event. At the end of the stream it returns the reader's
// error, io.EOF for an orderly end; an event that was not finished is dropped.
func (r *Reader) Next() (Event, error) {
	for {
		line, err := r.line()
		if err != nil {
			return Event{}, err
		}
		if line != "" {
			r.field(line)
			continue
		}
		if e, ok := r.dispatch(); ok {
			return e, nil
		}
	}
}

// dispatch ends the event at hand. One without data is no event, though its
// id has been taken.
func (r *Reader) dispatch() (Event, bool) {
	e := Event{Name: r.name, Data: strings.TrimSuffix(r.data.String(), "\n"), ID: r.lastID}
	ok := r.hasData
	r.name, r.hasData = "", false
	r.data.Reset()
	if e.Name == "" {
		e.Name = DefaultEvent
	}
	return e, ok
}

func (r *Reader) field(line string) {
	name, value, _ := strings.Cut(line, ":") // a comment has no name
	value = strings.TrimPrefix(value, " ")
	switch name {
	case "event":
		r.name = value
	case "data":
		r.hasData = true
		r.data.WriteString(value)
		r.data.WriteByte('\n')
	case "id":
		if !strings.Contains(value, "\x00") {
			r.lastID = value
		}
	case "retry":
		if ms, err := strconv.ParseUint(value, 10, 31); err == nil && digits(value) {
			r.retry = time.Duration(ms) * time.Millisecond
		}
	}
}

// line returns the next line without its end: CR LF, LF, or CR.
func (r *Reader) line() (string, error) {
	var b strings.Builder
	for {
		c, err := r.lines.ReadByte()
		if err != nil {
			return "", err
		}
		afterReturn := r.afterReturn
		r.afterReturn = c == '\r'
		switch {
		case c == '\n' && afterReturn && b.Len() == 0:
			continue
		case c == '\n' || c == '\r':
			return r.first(b.String()), nil
		case b.Len() >= maxLine:
			return "", ErrLineTooLong
		}
		b.WriteByte(c)
	}
}

// first drops the byte order mark from a stream's first line.
func (r *Reader) first(line string) string {
	if r.begun {
		return line
	}
	r.begun = true
	return strings.TrimPrefix(line, "\ufeff")
}

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
