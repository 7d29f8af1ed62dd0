package handler

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"os"
	"strings"
	"unicode/utf8"
)

// maxRequest is the longest request body, in bytes.
const maxRequest = 64 << 10

const typeJSON = "application/json"

// input is a request's body: JSON, or a form.
type input struct {
	json []byte
	form url.Values // nil if it is JSON
}

// readInput reads the body. Errors: errTooLarge, errMediaType, errJSON,
// errForm, errUnread, errSlow once the server's ReadTimeout is over.
//
// What is left of a body that is too large is net/http's to read away, if it
// is not much: http.MaxBytesReader would have the connection closed instead,
// maybe before the gateway has read the answer.
func readInput(r *http.Request) (*input, error) {
	body, err := readBody(r)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return nil, errSlow
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errUnread, err)
	}
	if len(body) > maxRequest {
		return nil, errTooLarge
	}
	kind := r.Header.Get("Content-Type")
	if kind != "" && kind != typeJSON {
		if kind, _, err = mime.ParseMediaType(kind); err != nil {
			return nil, errMediaType
		}
	}
	switch kind {
	case typeJSON, "":
		return readJSON(body)
	case "application/x-www-form-urlencoded":
		return readForm(body)
	}
	return nil, errMediaType
}

// readBody reads a body, or more of it than is allowed.
func readBody(r *http.Request) ([]byte, error) {
	if n := r.ContentLength; 0 <= n && n <= maxRequest {
		body := make([]byte, n)
		_, err := io.ReadFull(r.Body, body)
		return body, err
	}
	return io.ReadAll(io.LimitReader(r.Body, maxRequest+1))
}

// readJSON accepts an object of valid UTF-8, which encoding/json would not
// insist on; what is wrong within it, decode finds. An escape of half a surrogate
// pair becomes U+FFFD, as it does when a browser encodes such a string.
func readJSON(body []byte) (*input, error) {
	if !utf8.Valid(body) || !bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte{'{'}) {
		return nil, errJSON
	}
	return &input{json: body}, nil
}

func readForm(body []byte) (*input, error) {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errForm, err)
	}
	return &input{form: form}, nil
}

func (in *input) isForm() bool { return in.form != nil }

// decode reads the object into v, by v's json tags. Unknown fields are ignored.
func (in *input) decode(v any) error {
	if err := json.Unmarshal(in.json, v); err != nil {
		return fmt.Errorf("%w: %w", errJSON, err)
	}
	return nil
}

// text returns a field of the form. A form ends lines with CR LF (HTML
// standard, "constructing the entry list"); what was typed had LF.
func (in *input) text(field string) string {
	return strings.ReplaceAll(in.form.Get(field), "\r\n", "\n")
}
