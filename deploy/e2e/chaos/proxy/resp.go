package proxy

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"

	"parley/core/wire"
)

// reader cuts what Redis says into values of its protocol, RESP2 or RESP3, as
// the bytes that they are.
// See https://redis.io/docs/latest/develop/reference/protocol-spec/.
type reader struct {
	in  *bufio.Reader
	buf []byte
}

const (
	maxValue = 64 << 20
	maxDepth = 16
)

var errNotRESP = errors.New("not the protocol of Redis")

func newReader(in io.Reader) *reader { return &reader{in: bufio.NewReader(in)} }

// value returns the next value whole. The bytes are the caller's.
func (r *reader) value() ([]byte, error) {
	r.buf = nil
	if err := r.read(0); err != nil {
		return nil, err
	}
	return r.buf, nil
}

func (r *reader) read(depth int) error {
	line, err := r.in.ReadBytes('\n')
	if err != nil {
		return err
	}
	r.buf = append(r.buf, line...)
	if len(line) < 3 || depth > maxDepth {
		return errNotRESP
	}
	switch line[0] {
	case '+', '-', ':', '_', '#', ',', '(':
		return nil
	case '$', '=', '!':
		return r.bulk(line)
	case '*', '~', '>':
		return r.parts(line, 1, depth)
	case '%':
		return r.parts(line, 2, depth)
	}
	return fmt.Errorf("%w: %.20q", errNotRESP, line)
}

// length reads the number in a header line; -1 is RESP2's null.
func (r *reader) length(line []byte) (int, error) {
	n, err := strconv.Atoi(string(bytes.TrimRight(line[1:], "\r\n")))
	if err != nil || n < -1 || len(r.buf)+n > maxValue {
		return 0, fmt.Errorf("%w: %.20q", errNotRESP, line)
	}
	return n, nil
}

func (r *reader) bulk(line []byte) error {
	n, err := r.length(line)
	if err != nil || n < 0 {
		return err
	}
	start := len(r.buf)
	r.buf = append(r.buf, make([]byte, n+2)...)
	_, err = io.ReadFull(r.in, r.buf[start:])
	return err
}

func (r *reader) parts(line []byte, each, depth int) error {
	n, err := r.length(line)
	for range n * each {
		if err == nil {
			err = r.read(depth + 1)
		}
	}
	return err
}

// isRoomMessage reports whether a value is a message on a room's channel: an
// array (RESP2) or push (RESP3) of "message", the channel, and the payload.
func isRoomMessage(value []byte) bool {
	rest, ok := bytes.CutPrefix(value[1:], []byte("3\r\n$7\r\nmessage\r\n$"))
	if !ok || value[0] != '*' && value[0] != '>' {
		return false
	}
	_, channel, _ := bytes.Cut(rest, []byte("\r\n"))
	channel, _, _ = bytes.Cut(channel, []byte("\r\n"))
	_, ok = wire.TopicOf(string(channel))
	return ok
}
