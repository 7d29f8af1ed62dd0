package load

import (
	"bytes"
	"net/netip"
	"strings"

	"parley/deploy/bench/internal/wire"
)

// Placeholder stands in a request for the stamp that it gets when it is sent.
// It may stand there more than once.
const Placeholder = "~SSSSSSSSSSSSSSSS.NNNNNNNN"

// Body returns a message's body of size bytes that begins with the placeholder: the
// same in JSON and in a form.
func Body(size int) string {
	const text = "-the-quick-brown-fox-jumps-over-the-lazy-dog-and-then-some-more-of-them"
	filler := strings.Repeat(text, size/len(text)+1)
	return Placeholder + filler[:max(size-len(Placeholder), 0)]
}

// Template is a whole request of which only the stamps change.
type Template struct {
	To     netip.AddrPort
	bytes  []byte
	stamps []int // offsets
}

// NewTemplate finds the placeholders of request.
func NewTemplate(to netip.AddrPort, request []byte) Template {
	t := Template{To: to, bytes: request}
	for from := 0; ; {
		i := bytes.Index(request[from:], []byte(Placeholder))
		if i < 0 {
			return t
		}
		t.stamps = append(t.stamps, from+i)
		from += i + len(Placeholder)
	}
}

// stamped returns the request, valid until the next call.
func (t *Template) stamped(at, n int64) []byte {
	for _, offset := range t.stamps {
		wire.PutStamp(t.bytes[offset:], at, n)
	}
	return t.bytes
}
