package portrait

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
)

// A camera that was held upright says so beside its pixels (JEITA CP-3451, Exif
// 2.32, tag 0x0112), in one of eight ways, of which 1 is as it is.
const (
	orientationTag = 0x0112
	asIs           = 1
)

// orientation returns how a JPEG says that it is to be turned.
func orientation(file []byte) int {
	for rest := file[2:]; len(rest) >= 4 && rest[0] == 0xff; {
		length := int(binary.BigEndian.Uint16(rest[2:]))
		if length < 2 || 2+length > len(rest) || rest[1] == 0xda { // the pixels begin
			break
		}
		if body := rest[4 : 2+length]; rest[1] == 0xe1 && bytes.HasPrefix(body, []byte("Exif\x00\x00")) {
			return ofTIFF(body[6:])
		}
		rest = rest[2+length:]
	}
	return asIs
}

// ofTIFF reads the tag in the first directory of a TIFF.
func ofTIFF(b []byte) int {
	if len(b) < 8 {
		return asIs
	}
	var order binary.ByteOrder = binary.BigEndian
	if b[0] == 'I' {
		order = binary.LittleEndian
	}
	at := int64(order.Uint32(b[4:]))
	if at+2 > int64(len(b)) {
		return asIs
	}
	entries := b[at+2:]
	for n := int(order.Uint16(b[at:])); n > 0 && len(entries) >= 12; n-- {
		if order.Uint16(entries) == orientationTag {
			if way := int(order.Uint16(entries[8:])); way >= 1 && way <= 8 {
				return way
			}
			return asIs
		}
		entries = entries[12:]
	}
	return asIs
}

// turned is a picture that is looked at in another way.
type turned struct {
	image.Image
	way int
}

func upright(source image.Image, way int) image.Image {
	if way == asIs {
		return source
	}
	return turned{source, way}
}

// Bounds implements [image.Image].
func (t turned) Bounds() image.Rectangle {
	r := t.Image.Bounds()
	if t.way >= 5 { // on its side
		return image.Rect(0, 0, r.Dy(), r.Dx())
	}
	return image.Rect(0, 0, r.Dx(), r.Dy())
}

// At implements [image.Image].
func (t turned) At(x, y int) color.Color {
	r := t.Image.Bounds()
	w, h := r.Dx()-1, r.Dy()-1
	switch t.way {
	case 2:
		x = w - x
	case 3:
		x, y = w-x, h-y
	case 4:
		y = h - y
	case 5:
		x, y = y, x
	case 6:
		x, y = y, h-x
	case 7:
		x, y = w-y, h-x
	case 8:
		x, y = w-y, x
	}
	return t.Image.At(r.Min.X+x, r.Min.Y+y)
}
