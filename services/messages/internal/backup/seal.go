package backup

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"
	"github.com/klauspost/compress/zstd"
)

// window is how far back the compressor looks: it bounds the memory of both sides.
const window = 4 << 20

// seal compresses what is written, and encrypts it for recipients if there are
// any. Close ends both, and not out.
func seal(out io.Writer, recipients []age.Recipient) (io.WriteCloser, error) {
	var sealed closers
	if len(recipients) > 0 {
		encrypted, err := age.Encrypt(out, recipients...)
		if err != nil {
			return nil, fmt.Errorf("encrypt backup: %w", err)
		}
		sealed, out = closers{encrypted}, encrypted
	}
	compressed, err := zstd.NewWriter(out, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(window))
	if err != nil {
		return nil, fmt.Errorf("compress backup: %w", err)
	}
	return struct {
		io.Writer
		io.Closer
	}{compressed, append(closers{compressed}, sealed...)}, nil
}

// closers are closed in order.
type closers []io.Closer

func (all closers) Close() (err error) {
	for _, c := range all {
		err = errors.Join(err, c.Close())
	}
	return err
}

// The first bytes of what age has encrypted, and of what zstd has compressed.
var (
	ageMagic  = []byte("age-encryption.org/")
	zstdMagic = []byte{0x28, 0xb5, 0x2f, 0xfd}
)

// unseal is the opposite of seal. done frees what it holds.
func unseal(in io.Reader, identities []age.Identity) (out io.Reader, done func(), err error) {
	buffered := bufio.NewReader(in)
	if begin, _ := buffered.Peek(len(ageMagic)); bytes.Equal(begin, ageMagic) {
		if len(identities) == 0 {
			return nil, nil, errors.New("the backup is encrypted: name a file with the key by -identity")
		}
		decrypted, err := age.Decrypt(buffered, identities...)
		if err != nil {
			return nil, nil, fmt.Errorf("decrypt backup: %w", err)
		}
		buffered = bufio.NewReader(decrypted)
	}
	begin, err := buffered.Peek(len(zstdMagic))
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, nil, cut(err)
	}
	if !bytes.Equal(begin, zstdMagic) {
		return nil, nil, ErrNoBackup
	}
	plain, err := zstd.NewReader(buffered, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(2*window))
	if err != nil {
		return nil, nil, fmt.Errorf("decompress backup: %w", err)
	}
	return plain, plain.Close, nil
}
