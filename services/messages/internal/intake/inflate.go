package intake

import (
	"archive/zip"
	"fmt"
	"io"
)

// A file in a zip may have mostSmall bytes, and beyond that mostInflated times as
// many as it takes in the zip. Text in which much is repeated is packed 20 to 1,
// what was made to fill a disk 1000 to 1.
const (
	mostSmall    = 16 << 20
	mostInflated = 100
)

// Inflate opens a file in a zip. Reading fails where it becomes more than such a
// file can be.
func Inflate(f *zip.File) (io.ReadCloser, error) {
	in, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", f.Name, err)
	}
	most := max(mostSmall, mostInflated*min(f.CompressedSize64, 1<<50)) // below 2^57
	return struct {
		io.Reader
		io.Closer
	}{&Limit{In: in, Left: int64(most), What: f.Name}, in}, nil
}

// Limit reads from In, and fails once Left bytes were read. Left may be set anew.
type Limit struct {
	In   io.Reader
	Left int64
	What string // is too large
}

func (l *Limit) Read(b []byte) (int, error) {
	if l.Left <= 0 {
		return 0, fmt.Errorf("%s is larger than it can be", l.What)
	}
	n, err := l.In.Read(b[:min(int64(len(b)), l.Left)])
	l.Left -= int64(n)
	return n, err
}
