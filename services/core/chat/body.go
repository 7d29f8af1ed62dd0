package chat

import (
	"errors"
	"strings"
	"unicode/utf8"
)

// What is wrong with a message that a client sends.
var (
	ErrBodyEmpty       = errors.New("body empty")
	ErrBodyTooLong     = errors.New("body too long")
	ErrBodyInvalid     = errors.New("body is not text")
	ErrClientIDInvalid = errors.New("client id invalid")
)

// CleanBody returns body without the white space at its ends. Errors:
// [ErrBodyInvalid] if it isn't UTF-8 or has a NUL, which Postgres can't store;
// [ErrBodyEmpty]; [ErrBodyTooLong].
func CleanBody(body string) (string, error) {
	if !isText(body) {
		return "", ErrBodyInvalid
	}
	body = strings.TrimSpace(body)
	switch {
	case body == "":
		return "", ErrBodyEmpty
	case utf8.RuneCountInString(body) > MaxBody:
		return "", ErrBodyTooLong
	}
	return body, nil
}

// CheckClientID returns [ErrClientIDInvalid] if id isn't 1 to 100 characters
// of text.
func CheckClientID(id string) error {
	if id == "" || !isText(id) || utf8.RuneCountInString(id) > MaxClientID {
		return ErrClientIDInvalid
	}
	return nil
}

func isText(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }
