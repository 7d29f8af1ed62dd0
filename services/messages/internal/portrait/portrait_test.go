package portrait

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"
)

// halves is a picture whose left half is red, and whose right half is blue.
func halves(w, h int, left, right color.Color) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			if c := right; x < w/2 {
				m.Set(x, y, left)
			} else {
				m.Set(x, y, c)
			}
		}
	}
	return m
}

var (
	red  = color.NRGBA{R: 250, A: 255}
	blue = color.NRGBA{B: 250, A: 255}
)

func encoded(t testing.TB, format string, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	var err error
	switch format {
	case "png":
		err = png.Encode(&b, m)
	case "jpeg":
		err = jpeg.Encode(&b, m, nil)
	case "gif":
		err = gif.Encode(&b, m, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestPortraits(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, upload, typ string
		picture           image.Image
	}{
		{"wide", "png", "image/jpeg", halves(300, 100, red, blue)},
		{"high", "jpeg", "image/jpeg", halves(90, 400, red, blue)},
		{"tiny", "gif", "image/jpeg", halves(2, 2, red, blue)},
		{"seen through", "png", "image/png", halves(50, 50, color.NRGBA{R: 250, A: 100}, blue)},
	} {
		p, err := Make(encoded(t, row.upload, row.picture))
		if err != nil {
			t.Errorf("%s: %v", row.name, err)
			continue
		}
		m, _, err := image.Decode(bytes.NewReader(p.Image))
		if err != nil || m.Bounds() != image.Rect(0, 0, Side, Side) || Type(p.Image) != row.typ {
			t.Errorf("%s: %v, %v, %s", row.name, err, m.Bounds(), Type(p.Image))
			continue
		}
		if r, _, b, _ := m.At(Side/4, Side/2).RGBA(); r < b {
			t.Errorf("%s: the left is not red", row.name)
		}
		if r, _, b, _ := m.At(Side*3/4, Side/2).RGBA(); b < r {
			t.Errorf("%s: the right is not blue", row.name)
		}
		if !Valid(p.Image) || p.Digest != Digest(p.Image) || len(p.Digest) != 32 {
			t.Errorf("%s: %s is not the name of a portrait", row.name, p.Digest)
		}
	}
}

// header is a PNG that says how large it is, and has nothing of it.
func header(w, h uint32) []byte {
	b := []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR")
	b = binary.BigEndian.AppendUint32(b, w)
	b = binary.BigEndian.AppendUint32(b, h)
	b = append(b, 8, 6, 0, 0, 0)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[12:]))
}

func TestWhatIsNoPicture(t *testing.T) {
	t.Parallel()
	whole := encoded(t, "png", halves(40, 40, red, blue))
	for _, row := range []struct {
		name   string
		upload []byte
		want   error
	}{
		{"nothing", nil, ErrInvalid},
		{"text", []byte("hi"), ErrInvalid},
		{"svg", []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), ErrInvalid},
		{"half", whole[:len(whole)/2], ErrInvalid},
		{"a header alone", header(40, 40), ErrInvalid},
		{"many bytes", append(whole, make([]byte, MaxBytes)...), ErrTooLarge},
		{"many pixels", header(4000, 4000), ErrTooLarge},
		{"a long line", header(12_001, 1), ErrTooLarge},
		{"more than there are numbers", header(1<<31-1, 1<<31-1), ErrInvalid},
	} {
		if _, err := Make(row.upload); !errors.Is(err, row.want) {
			t.Errorf("%s: %v, want %v", row.name, err, row.want)
		}
	}
	if Valid([]byte("hi")) || Valid(encoded(t, "png", halves(Side+1, 1, red, blue))) || Valid(encoded(t, "gif", halves(2, 2, red, blue))) {
		t.Error("what is no portrait is valid")
	}
}

// turnedUpload is a JPEG that says how it is to be turned.
func turnedUpload(t testing.TB, order binary.AppendByteOrder, mark string, way uint16) []byte {
	t.Helper()
	tiff := order.AppendUint32(order.AppendUint16([]byte(mark), 42), 8)
	tiff = order.AppendUint16(tiff, 1)
	tiff = order.AppendUint16(order.AppendUint16(tiff, orientationTag), 3)
	tiff = order.AppendUint16(order.AppendUint32(tiff, 1), way)
	tiff = append(tiff, 0, 0, 0, 0, 0, 0)
	body := append([]byte("Exif\x00\x00"), tiff...)
	part := append(binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(body)+2)), body...)
	plain := encoded(t, "jpeg", halves(80, 80, red, blue))
	return append(append(append([]byte(nil), plain[:2]...), part...), plain[2:]...)
}

func TestPicturesAreTurned(t *testing.T) {
	t.Parallel()
	// Where the red half is, which was at the left.
	for way, want := range map[uint16]image.Point{
		1: {40, 80}, 2: {120, 80}, 3: {120, 80}, 4: {40, 80}, 5: {80, 40}, 6: {80, 40}, 7: {80, 120}, 8: {80, 120}, 9: {40, 80},
	} {
		for mark, order := range map[string]binary.AppendByteOrder{"II": binary.LittleEndian, "MM": binary.BigEndian} {
			p, err := Make(turnedUpload(t, order, mark, way))
			if err != nil {
				t.Fatal(err)
			}
			m, _, err := image.Decode(bytes.NewReader(p.Image))
			if err != nil {
				t.Fatal(err)
			}
			if r, _, b, _ := m.At(want.X, want.Y).RGBA(); r < b {
				t.Errorf("way %d, %s: not red at %v", way, mark, want)
			}
			if bytes.Contains(p.Image, []byte("Exif")) {
				t.Error("what the camera said is kept")
			}
		}
	}
}

func FuzzMake(f *testing.F) {
	f.Add(encoded(f, "png", halves(3, 2, red, blue)))
	f.Add(encoded(f, "gif", halves(3, 2, red, blue)))
	f.Add(turnedUpload(f, binary.BigEndian, "MM", 6))
	f.Add(header(40, 40))
	f.Fuzz(func(t *testing.T, upload []byte) {
		p, err := Make(upload)
		if err == nil && !Valid(p.Image) {
			t.Error("a portrait that is none")
		}
	})
}
