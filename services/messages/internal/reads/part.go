package reads

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"io"
	"sync"

	"github.com/klauspost/compress/flate"
)

// Part is a piece of answers, as it is and compressed. Parts are put together
// without being compressed again.
type Part struct {
	sum      [sha256.Size]byte // of plain
	plain    []byte
	deflated []byte // RFC 1951, not the last block, up to the edge of a byte
}

// NewPart compresses a piece. The part keeps it.
func NewPart(plain []byte) *Part { return newPart(sha256.Sum256(plain), plain) }

func newPart(sum [sha256.Size]byte, plain []byte) *Part {
	var packed bytes.Buffer
	w := deflaters.Get().(*flate.Writer) //nolint:forcetypeassert // nothing else is put there
	defer deflaters.Put(w)
	w.Reset(&packed)
	_, err := w.Write(plain)
	if err == nil {
		err = w.Flush()
	}
	if err != nil {
		panic(err) // a buffer takes everything
	}
	return &Part{sum, plain, packed.Bytes()}
}

func (p *Part) size() int { return len(p.plain) + len(p.deflated) }

// deflaters are kept: one has most of a megabyte.
var deflaters = sync.Pool{New: func() any {
	w, _ := flate.NewWriter(nil, flate.DefaultCompression) // the level is a valid one
	return w
}}

// Answer is the body of an answer.
type Answer struct {
	parts []*Part
	plain int // bytes
	sum   uint32
	ETag  string // without quotes
}

// Join returns the answer that these parts are in turn.
func Join(parts ...*Part) *Answer {
	a := &Answer{parts: parts}
	tag := sha256.New()
	for _, p := range parts {
		a.plain += len(p.plain)
		a.sum = crc32.Update(a.sum, crc32.IEEETable, p.plain)
		tag.Write(p.sum[:])
	}
	a.ETag = base64.RawURLEncoding.EncodeToString(tag.Sum(nil)[:12])
	return a
}

// Parts returns what the answer was joined from.
func (a *Answer) Parts() []*Part { return a.parts }

// Len is how many bytes the answer has, compressed or as it is.
func (a *Answer) Len(compressed bool) int {
	if !compressed {
		return a.plain
	}
	n := len(gzipHead) + len(gzipEnd) + 8
	for _, p := range a.parts {
		n += len(p.deflated)
	}
	return n
}

// A member of gzip (RFC 1952 section 2.3) begins with its method and nothing
// else, and ends with an empty last block, the CRC-32 and the length.
const (
	gzipHead = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
	gzipEnd  = "\x03\x00"
)

// Write writes the answer, compressed or as it is, at once: each write is a call
// of the kernel, and wakes the client.
func (a *Answer) Write(w io.Writer, compressed bool) error {
	if !compressed && len(a.parts) == 1 {
		_, err := w.Write(a.parts[0].plain)
		return err //nolint:wrapcheck // the client is gone
	}
	buffer := buffers.Get().(*[]byte) //nolint:forcetypeassert // nothing else is put there
	defer buffers.Put(buffer)
	b := (*buffer)[:0]
	if compressed {
		b = append(b, gzipHead...)
		for _, p := range a.parts {
			b = append(b, p.deflated...)
		}
		b = append(b, gzipEnd...)
		b = binary.LittleEndian.AppendUint32(b, a.sum)
		b = binary.LittleEndian.AppendUint32(b, uint32(a.plain)) //nolint:gosec // modulo 2^32, as the RFC has it
	} else {
		for _, p := range a.parts {
			b = append(b, p.plain...)
		}
	}
	_, err := w.Write(b)
	*buffer = b
	return err //nolint:wrapcheck // the client is gone
}

// buffers are for answers that are on their way.
var buffers = sync.Pool{New: func() any { return new([]byte) }}
