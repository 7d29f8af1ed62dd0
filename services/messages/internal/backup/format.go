package backup

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"time"
)

// What is in a backup, after it was decrypted and decompressed:
//
//	{"parley":"backup","format":1,"schema":6,"made_at":"…","tables":[{"name","columns"},…]}\n
//	for each table, in order:    (length, bytes)… 0      the rows, as COPY writes them, cut anywhere
//	the end:                     (length, {"rows":{"users":3,…},"sha256":"…"})
//
// A length is four bytes, the highest first. The checksum is of everything
// before the end's length. Nothing follows.
const (
	format      = 1
	magic       = "backup"
	chunkSize   = 64 << 10
	maxChunk    = 1 << 20
	maxHeader   = 1 << 20
	lengthBytes = 4
)

// The ways in which a file can be unfit.
var (
	ErrNoBackup = errors.New("this is not a backup of Parley")
	ErrCut      = errors.New("the backup is cut off or damaged")
)

type header struct {
	Parley string    `json:"parley"`
	Format int       `json:"format"`
	Schema uint      `json:"schema"`
	MadeAt time.Time `json:"made_at"`
	Tables []table   `json:"tables"`
}

type trailer struct {
	Rows   map[string]int64 `json:"rows"`
	SHA256 string           `json:"sha256"`
}

// writer writes the parts of a backup.
type writer struct {
	out   io.Writer
	sum   hash.Hash
	chunk *bufio.Writer
}

func newWriter(out io.Writer) *writer {
	w := &writer{out: out, sum: sha256.New()}
	w.chunk = bufio.NewWriterSize(writerFunc(w.frame), chunkSize)
	return w
}

func (w *writer) header(h header) error {
	h.Parley = magic
	line, err := json.Marshal(h)
	if err != nil {
		return fmt.Errorf("encode header: %w", err)
	}
	return w.put(append(line, '\n'))
}

// Write takes some bytes of a table.
func (w *writer) Write(b []byte) (int, error) { return w.chunk.Write(b) }

// end ends a table.
func (w *writer) end() error {
	if err := w.chunk.Flush(); err != nil {
		return err
	}
	return w.put(make([]byte, lengthBytes))
}

func (w *writer) trailer(rows map[string]int64) error {
	b, err := json.Marshal(trailer{rows, hex.EncodeToString(w.sum.Sum(nil))})
	if err != nil {
		return fmt.Errorf("encode trailer: %w", err)
	}
	_, err = w.frame(b)
	return err
}

// frame writes bytes behind their length.
func (w *writer) frame(b []byte) (int, error) {
	for rest := b; len(rest) > 0; {
		part := rest[:min(len(rest), maxChunk)]
		length := binary.BigEndian.AppendUint32(nil, uint32(len(part))) //nolint:gosec // at most maxChunk
		if err := errors.Join(w.put(length), w.put(part)); err != nil {
			return 0, err
		}
		rest = rest[len(part):]
	}
	return len(b), nil
}

func (w *writer) put(b []byte) error {
	w.sum.Write(b)
	if _, err := w.out.Write(b); err != nil {
		return fmt.Errorf("write backup: %w", err)
	}
	return nil
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

// reader reads the parts of a backup. All its errors say what is wrong with the
// file.
type reader struct {
	in   *bufio.Reader
	sum  hash.Hash
	left uint32 // bytes of the chunk that is being read
}

func newReader(in io.Reader) *reader {
	return &reader{in: bufio.NewReaderSize(in, maxHeader), sum: sha256.New()}
}

func (r *reader) header() (h header, err error) {
	line, err := r.in.ReadSlice('\n')
	if err != nil || json.Unmarshal(line, &h) != nil || h.Parley != magic {
		return h, ErrNoBackup
	}
	r.sum.Write(line)
	if h.Format != format {
		return h, fmt.Errorf("the backup has format %d, which this release doesn't read: it reads %d", h.Format, format)
	}
	return h, nil
}

// Read reads of one table, until io.EOF. The next call reads of the next.
func (r *reader) Read(b []byte) (int, error) {
	if r.left == 0 {
		if err := r.length(); err != nil {
			return 0, err
		}
		if r.left == 0 {
			return 0, io.EOF
		}
	}
	n, err := r.in.Read(b[:min(len(b), int(r.left))])
	r.sum.Write(b[:n])
	r.left -= uint32(n) //nolint:gosec // at most left
	return n, cut(err)
}

// length reads the length of the next chunk.
func (r *reader) length() error {
	b := make([]byte, lengthBytes)
	if _, err := io.ReadFull(r.in, b); err != nil {
		return cut(err)
	}
	r.sum.Write(b)
	if r.left = binary.BigEndian.Uint32(b); r.left > maxChunk {
		return ErrCut
	}
	return nil
}

// trailer reads the end, and holds the checksum against what was read.
func (r *reader) trailer() (t trailer, err error) {
	sum := hex.EncodeToString(r.sum.Sum(nil))
	if err := r.length(); err != nil {
		return t, err
	}
	b := make([]byte, r.left)
	if _, err := io.ReadFull(r.in, b); err != nil {
		return t, cut(err)
	}
	if json.Unmarshal(b, &t) != nil || t.SHA256 != sum {
		return t, ErrCut
	}
	// The layers below have ends of their own, and know if these are missing.
	if n, err := r.in.Read(make([]byte, 1)); n > 0 || !errors.Is(err, io.EOF) {
		return t, cut(errors.Join(err, errors.New("something follows its end")))
	}
	return t, nil
}

// cut says that the file isn't what it was, and why.
func cut(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("%w: %w", ErrCut, err)
}
