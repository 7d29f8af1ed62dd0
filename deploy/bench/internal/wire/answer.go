package wire

import (
	"bytes"
	"fmt"
	"strconv"
)

// Answer reads the answers to requests on a connection that is kept alive,
// one after another. It costs little: who measures a server beside it takes that
// from the server.
type Answer struct {
	Status int  // of the last answer
	Closes bool // the server closes the connection after it
	buf    []byte
	left   int // bytes of the body that are to come, once its length is known
}

// Feed reads b. done says that an answer is whole.
func (a *Answer) Feed(b []byte) (done bool, err error) {
	if a.left > 0 {
		a.left -= len(b)
		return a.left <= 0, nil
	}
	a.buf = append(a.buf, b...)
	end := bytes.Index(a.buf, []byte("\r\n\r\n"))
	if end < 0 {
		return false, nil
	}
	head, body := bytes.ToLower(a.buf[:end+2]), a.buf[end+4:]
	length, err := bodyLength(head, body)
	if err != nil || length < 0 {
		return false, err
	}
	a.Status, err = readStatus(a.buf[:end])
	a.Closes = bytes.Contains(head, []byte("\r\nconnection: close"))
	a.left = length - len(body)
	a.buf = a.buf[:0]
	return a.left <= 0, err
}

// bodyLength returns the body's length, -1 if it isn't known yet.
func bodyLength(head, body []byte) (int, error) {
	if _, value, ok := bytes.Cut(head, []byte("\r\ncontent-length:")); ok {
		value, _, _ = bytes.Cut(value, []byte("\r\n"))
		length, err := strconv.Atoi(string(bytes.TrimSpace(value)))
		if err != nil {
			return 0, fmt.Errorf("read length of an answer: %w", err)
		}
		return length, nil
	}
	if bytes.Contains(head, []byte("\r\ntransfer-encoding: chunked")) {
		if bytes.HasSuffix(body, []byte("0\r\n\r\n")) {
			return len(body), nil
		}
		return -1, nil
	}
	return 0, nil
}
