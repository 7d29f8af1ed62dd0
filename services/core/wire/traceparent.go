package wire

import "bytes"

// A payload may name the span that published it, as W3C Trace Context does, in
// a field at its end. [Parse] passes over it, as over every field that it
// doesn't know, so replicas of other versions need not know it.
//
//	{"id":42,…,"traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}

const (
	traceparentField  = `,"traceparent":"`
	traceparentLength = 55 // of version 00
	traceparentEnd    = `"}`
)

// AppendTraceparent adds a traceparent to a payload, which is a JSON object
// that isn't empty.
func AppendTraceparent(payload []byte, traceparent string) []byte {
	payload = append(payload[:len(payload)-1], traceparentField...)
	payload = append(payload, traceparent...)
	return append(payload, traceparentEnd...)
}

// Traceparent returns the traceparent at the end of a payload, "" if there is
// none. What it says is to be checked. It looks at the payload's last bytes alone: in
// JSON these can't be within a string, whose quotation marks are escaped.
func Traceparent(payload []byte) string {
	rest, whole := bytes.CutSuffix(payload, []byte(traceparentEnd))
	at := len(rest) - traceparentLength
	if !whole || at < 0 || !bytes.HasSuffix(rest[:at], []byte(traceparentField)) {
		return ""
	}
	return string(rest[at:])
}
