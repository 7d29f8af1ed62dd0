// Package portrait makes the small square picture of a person out of what they
// upload. Nothing of the upload is kept but its pixels: no place, no camera, and
// nothing that hides behind them.
package portrait

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	_ "image/gif" // GIF's first picture, JPEG, PNG and WebP are read
	"image/jpeg"
	"image/png"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // what phones and other chats give today
)

// The bounds of an upload. A picture of a phone's camera fits.
const (
	MaxBytes  = 4 << 20
	maxPixels = 13_000_000 // which take some 200 MB at the worst, while they are read
	maxSide   = 12_000
)

// Side is how wide and how high a portrait is, in pixels.
const Side = 160

const quality = 85 // of JPEG

// The errors of this package that a client caused.
var (
	ErrInvalid  = errors.New("not a picture that can be read")
	ErrTooLarge = errors.New("picture too large")
)

// Portrait is a picture as it is stored and served.
type Portrait struct {
	Image  []byte // PNG or JPEG
	Digest string // of Image: 32 hexadecimal digits
}

// Make returns the middle of a picture. How large it is, is known before any of
// its pixels are. Errors: [ErrInvalid], [ErrTooLarge].
func Make(upload []byte) (Portrait, error) {
	if len(upload) > MaxBytes {
		return Portrait{}, ErrTooLarge
	}
	header, _, err := image.DecodeConfig(bytes.NewReader(upload))
	if err != nil || header.Width < 1 || header.Height < 1 {
		return Portrait{}, ErrInvalid
	}
	if header.Width > maxSide || header.Height > maxSide || header.Width*header.Height > maxPixels {
		return Portrait{}, ErrTooLarge
	}
	source, format, err := image.Decode(bytes.NewReader(upload))
	if err != nil {
		return Portrait{}, ErrInvalid
	}
	if format == "jpeg" {
		source = upright(source, orientation(upload))
	}
	small := image.NewNRGBA(image.Rect(0, 0, Side, Side))
	draw.CatmullRom.Scale(small, small.Bounds(), source, middle(source.Bounds()), draw.Src, nil)
	encoded, err := encode(small)
	if err != nil {
		return Portrait{}, err
	}
	return Portrait{Image: encoded, Digest: Digest(encoded)}, nil
}

// Digest names a portrait by its content.
func Digest(encoded []byte) string {
	sum := sha256.Sum256(encoded)
	return hex.EncodeToString(sum[:16])
}

// maxEncoded is how large a portrait is at most: its pixels, and what is around
// them. The database says the same.
const maxEncoded = 128 << 10

// Valid reports whether something can be a portrait.
func Valid(encoded []byte) bool {
	if len(encoded) > maxEncoded {
		return false
	}
	header, format, err := image.DecodeConfig(bytes.NewReader(encoded))
	return err == nil && (format == "png" || format == "jpeg") && header.Width <= Side && header.Height <= Side
}

// middle is the largest square in the middle of a picture.
func middle(r image.Rectangle) image.Rectangle {
	side := min(r.Dx(), r.Dy())
	at := r.Min.Add(image.Pt((r.Dx()-side)/2, (r.Dy()-side)/2))
	return image.Rectangle{Min: at, Max: at.Add(image.Pt(side, side))}
}

func encode(small *image.NRGBA) ([]byte, error) {
	var out bytes.Buffer
	var err error
	if small.Opaque() {
		err = jpeg.Encode(&out, small, &jpeg.Options{Quality: quality})
	} else {
		err = png.Encode(&out, small)
	}
	if err != nil {
		return nil, fmt.Errorf("encode portrait: %w", err)
	}
	return out.Bytes(), nil
}

// Type is the media type of a portrait.
func Type(encoded []byte) string {
	if bytes.HasPrefix(encoded, []byte("\x89PNG")) {
		return "image/png"
	}
	return "image/jpeg"
}
