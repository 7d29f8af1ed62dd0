package archive

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// maxLine is the longest line that is read: a message, and all who reacted.
const maxLine = 16 << 20

// ErrCut is returned for an export that lacks its end.
var ErrCut = errors.New("the export is cut off: its last line is missing or tells another number of lines")

// lines reads an export line by line, one ahead.
type lines struct {
	in   *bufio.Scanner
	at   int64  // the number of the line, from 1
	typ  string // of the line; "" after the last
	fail error
}

func newLines(in io.Reader) *lines {
	l := &lines{in: bufio.NewScanner(in)}
	l.in.Buffer(make([]byte, 64<<10), maxLine)
	l.next()
	return l
}

// next goes on to the next line.
func (l *lines) next() {
	l.typ = ""
	if l.fail != nil {
		return
	}
	if !l.in.Scan() {
		l.fail = l.in.Err()
		return
	}
	l.at++
	var head struct {
		Type string `json:"type"`
	}
	if json.Unmarshal(l.in.Bytes(), &head) != nil || head.Type == "" {
		l.fail = errors.New("no JSON object with a type")
		return
	}
	l.typ = head.Type
}

// into reads the line into a value. A field that value doesn't have is an error:
// it would be lost.
func (l *lines) into(value any) error {
	decoder := json.NewDecoder(bytes.NewReader(l.in.Bytes()))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(value); err != nil {
		return l.wrong(err)
	}
	return nil
}

// wrong says in which line something is wrong.
func (l *lines) wrong(err error) error { return fmt.Errorf("line %d: %w", l.at, err) }

// begin reads the first line.
func (l *lines) begin() error {
	var first opening
	if l.typ != "parley" || l.into(&first) != nil {
		return errors.New("this is not an export of Parley")
	}
	if first.Format != Format {
		return fmt.Errorf("the export has format %d, which this release doesn't read: it reads %d", first.Format, Format)
	}
	l.next()
	return nil
}

// end reads the last line.
func (l *lines) end() error {
	if l.fail != nil {
		return l.wrong(l.fail)
	}
	if l.typ != "end" {
		if l.typ != "" {
			return l.wrong(fmt.Errorf("type %q is not known, or not here", l.typ))
		}
		return ErrCut
	}
	var last ending
	if err := l.into(&last); err != nil {
		return err
	}
	if last.Lines != l.at-1 {
		return ErrCut
	}
	if l.next(); l.typ != "" || l.fail != nil {
		return l.wrong(errors.New("something follows the end"))
	}
	return nil
}

// source hands the lines of one type to a COPY. It ends at the first line of
// another.
type source[T any] struct {
	lines *lines
	typ   string
	check func(*T) error // of what the database doesn't check; nil for nothing
	row   func(*T) []any
	value T
	err   error
}

func (s *source[T]) Next() bool {
	if s.err != nil || s.lines.typ != s.typ {
		return false
	}
	var value T
	s.value = value
	if s.err = s.lines.into(&s.value); s.err != nil {
		return false
	}
	if s.check != nil {
		if err := s.check(&s.value); err != nil {
			s.err = s.lines.wrong(err)
			return false
		}
	}
	s.lines.next()
	return true
}

func (s *source[T]) Values() ([]any, error) { return s.row(&s.value), nil }
func (s *source[T]) Err() error             { return s.err }
