// Package wire reads what a server under load says, as cheaply as one can: it
// counts messages and looks at their ids and stamps, and keeps nothing.
package wire

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// Stream reads one event stream: the head of the HTTP answer, a body with
// chunks or without, and in it frames. It is told bytes as they come, and
// counts into a Tally that it shares with others.
type Stream struct {
	Tally *Tally
	Order uint64 // depends on which messages came and in which order
	// Sparse says that only logs are followed that [Stream.Expect] names: for
	// streams of very many, of which few say anything.
	Sparse bool

	status  int // 0 until the head is read
	chunked bool
	chunk   int64  // bytes left of this chunk
	carry   []byte // an unfinished line, or head
	rest    []byte // an unfinished line of chunking

	cursors []cursor
	frame   frame
}

// cursor is the last position read of a room; room is "" where ids don't say.
// Gaps are positions that were left out: rightly so if something comes later that
// was made no later than they were, and has changed since.
type cursor struct {
	room   string
	at     int64
	gaps   int64
	lowest int64 // position left out
}

// frame is what is known of the frame that is being read.
type frame struct {
	kind    kind
	room    string
	at      int64
	hasAt   bool
	made    int64 // the position at which the thing was made; 0 for what was there before
	sent    int64
	n       int64
	stamped bool
	reason  string
}

type kind uint8

const (
	message kind = iota
	ready
	reset
	end
	other
)

var errHead = errors.New("not an answer of HTTP/1.1")

// Expect tells where the stream begins, so that the first message can be wrong.
func (s *Stream) Expect(room string, at int64) {
	s.cursors = append(s.cursors, cursor{room: room, at: at})
}

// Status returns the answer's status, 0 until it has come.
func (s *Stream) Status() int { return s.status }

// Feed reads b, which came at now.
func (s *Stream) Feed(b []byte, now time.Duration) error {
	if s.status == 0 {
		var err error
		if b, err = s.readHead(b); err != nil || s.status == 0 {
			return err
		}
	}
	if s.status != 200 {
		return nil
	}
	if s.chunked {
		return s.readChunks(b, now)
	}
	s.readBody(b, now)
	return nil
}

// readHead returns what follows the head, once that is whole.
func (s *Stream) readHead(b []byte) (rest []byte, err error) {
	s.carry = append(s.carry, b...)
	end := bytes.Index(s.carry, []byte("\r\n\r\n"))
	if end < 0 {
		return nil, nil
	}
	head := s.carry[:end+2]
	rest = s.carry[end+4:]
	s.carry = nil
	if s.status, err = readStatus(head); err != nil {
		return nil, err
	}
	s.chunked = bytes.Contains(bytes.ToLower(head), []byte("transfer-encoding: chunked"))
	if s.status == 200 {
		s.Tally.Opened++
	} else {
		s.Tally.Refused++
	}
	return rest, nil
}

func readStatus(head []byte) (int, error) {
	if len(head) < 12 || !bytes.HasPrefix(head, []byte("HTTP/1.")) {
		return 0, fmt.Errorf("%w: %.40q", errHead, head)
	}
	status, err := strconv.Atoi(string(head[9:12]))
	if err != nil || status < 100 {
		return 0, fmt.Errorf("%w: %.40q", errHead, head)
	}
	return status, nil
}

// readChunks takes the chunks' frames off (RFC 9112 section 7.1).
func (s *Stream) readChunks(b []byte, now time.Duration) error {
	for len(b) > 0 {
		if s.chunk > 0 {
			n := min(s.chunk, int64(len(b)))
			s.readBody(b[:n], now)
			s.chunk -= n
			b = b[n:]
			continue
		}
		i := bytes.IndexByte(b, '\n')
		if i < 0 {
			s.rest = append(s.rest, b...)
			return nil
		}
		line := bytes.TrimRight(append(s.rest, b[:i]...), "\r")
		s.rest = s.rest[:0]
		b = b[i+1:]
		if len(line) == 0 {
			continue // the end of the chunk before
		}
		size, err := strconv.ParseInt(string(line), 16, 64)
		if err != nil {
			return fmt.Errorf("read chunk: %w", err)
		}
		s.chunk = size
	}
	return nil
}

func (s *Stream) readBody(b []byte, now time.Duration) {
	s.Tally.Bytes += int64(len(b))
	for {
		i := bytes.IndexByte(b, '\n')
		if i < 0 {
			s.carry = append(s.carry, b...)
			return
		}
		if len(s.carry) > 0 {
			s.carry = append(s.carry, b[:i]...)
			s.readLine(s.carry, now)
			s.carry = s.carry[:0]
		} else {
			s.readLine(b[:i], now)
		}
		b = b[i+1:]
	}
}

func (s *Stream) readLine(line []byte, now time.Duration) {
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	if len(line) == 0 {
		s.dispatch(now)
		return
	}
	switch line[0] {
	case 'i':
		if value, ok := bytes.CutPrefix(line, []byte("id:")); ok {
			s.readID(bytes.TrimPrefix(value, []byte(" ")))
		}
	case 'e':
		if value, ok := bytes.CutPrefix(line, []byte("event:")); ok {
			s.frame.kind = kindOf(bytes.TrimPrefix(value, []byte(" ")))
		}
	case 'd':
		s.readData(line)
	}
}

func kindOf(name []byte) kind {
	switch string(name) {
	case "ready":
		return ready
	case "reset":
		return reset
	case "end":
		return end
	case "ping", "typing", "presence":
		return other
	}
	return message
}

// readID understands "42" and "general:42". What other servers say is left alone.
func (s *Stream) readID(value []byte) {
	f := &s.frame
	colon := bytes.LastIndexByte(value, ':')
	f.at, f.hasAt = digits(value[colon+1:])
	if colon < 0 || !f.hasAt {
		f.room = ""
		return
	}
	f.room = s.roomOf(value[:colon])
}

// roomOf returns the name as a string that is made once a room.
func (s *Stream) roomOf(name []byte) string {
	for i := range s.cursors {
		if s.cursors[i].room == string(name) {
			return s.cursors[i].room
		}
	}
	if s.Sparse {
		return ""
	}
	return string(name)
}

func (s *Stream) readData(line []byte) {
	f := &s.frame
	if f.kind == end {
		_, reason, _ := bytes.Cut(line, []byte(`"reason":"`))
		reason, _, _ = bytes.Cut(reason, []byte(`"`))
		f.reason = string(reason)
		return
	}
	if f.kind == message && !f.stamped {
		f.sent, f.n, f.stamped = FindStamp(line)
		f.made = madeAt(line)
	}
}

var idField = []byte(`{"id":`)

// madeAt returns at which position of its log that was made which a line of data
// tells of. Only a message has an id.
func madeAt(line []byte) (at int64) {
	line = bytes.TrimPrefix(bytes.TrimPrefix(line, []byte("data:")), []byte(" "))
	rest, ok := bytes.CutPrefix(line, idField)
	for ok && len(rest) > 0 && '0' <= rest[0] && rest[0] <= '9' {
		at = at*10 + int64(rest[0]-'0')
		rest = rest[1:]
	}
	return at
}

// dispatch ends a frame.
func (s *Stream) dispatch(now time.Duration) {
	f, t := s.frame, s.Tally
	s.frame = frame{}
	switch {
	case f.kind == ready:
		t.Ready++
		s.begin(f)
	case f.kind == reset:
		t.Resets++
	case f.kind == end:
		if t.Ends == nil {
			t.Ends = make(map[string]int64)
		}
		t.Ends[f.reason]++
	case f.kind == message && f.stamped:
		t.Messages++
		t.Last = now
		t.Latency.Record(now - time.Duration(f.sent))
		s.Order = (s.Order ^ uint64(f.sent)<<20 ^ uint64(f.n)) * 0x100000001b3 //nolint:gosec // bits are bits
		s.advance(f)
	case f.kind == message:
		s.advance(f) // of a room, or of a person: it takes a position too
	}
}

// begin notes from which position on a stream is live.
func (s *Stream) begin(f frame) {
	if f.hasAt && !s.Sparse && s.find(f.room) == nil {
		s.cursors = append(s.cursors, cursor{room: f.room, at: f.at})
	}
}

// advance holds an event's id against the one before it.
func (s *Stream) advance(f frame) {
	if !f.hasAt {
		return
	}
	c := s.find(f.room)
	switch {
	case c == nil && s.Sparse:
		return
	case c == nil:
		s.cursors = append(s.cursors, cursor{room: f.room, at: f.at})
		return
	case f.at <= c.at:
		s.Tally.Repeats++
		return
	case f.at > c.at+1:
		if c.gaps == 0 {
			c.lowest = c.at + 1
		}
		c.gaps++
		s.Tally.Gaps++
	}
	c.at = f.at
	if f.made < f.at && f.made <= c.lowest { // it may have superseded all that was left out
		s.Tally.Gaps -= c.gaps
		c.gaps = 0
	}
}

func (s *Stream) find(room string) *cursor {
	for i := range s.cursors {
		if s.cursors[i].room == room {
			return &s.cursors[i]
		}
	}
	return nil
}
