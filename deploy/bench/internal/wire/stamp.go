package wire

import "bytes"

// A stamp says in a message's body when it was sent and as which:
//
//	~0000012345678901.00000042
//	 nanoseconds since the load began
//
// It has a fixed length, so that a request is built once and only patched, and
// is the same before and after being JSON or a form's value.
const (
	stampMark   = '~'
	timeDigits  = 16
	countDigits = 8
	StampLen    = 1 + timeDigits + 1 + countDigits
)

// PutStamp writes a stamp into the first StampLen bytes of b.
func PutStamp(b []byte, at, n int64) {
	b[0] = stampMark
	putDigits(b[1:1+timeDigits], at)
	b[1+timeDigits] = '.'
	putDigits(b[2+timeDigits:StampLen], n)
}

// FindStamp returns the first stamp in line.
func FindStamp(line []byte) (at, n int64, ok bool) {
	for {
		i := bytes.IndexByte(line, stampMark)
		if i < 0 || len(line)-i < StampLen {
			return 0, 0, false
		}
		stamp := line[i : i+StampLen]
		at, timeOK := digits(stamp[1 : 1+timeDigits])
		n, countOK := digits(stamp[2+timeDigits:])
		if timeOK && countOK && stamp[1+timeDigits] == '.' {
			return at, n, true
		}
		line = line[i+1:]
	}
}

func putDigits(b []byte, v int64) {
	for i := len(b) - 1; i >= 0; i-- {
		b[i] = byte('0' + v%10)
		v /= 10
	}
}

// digits reads a decimal number of at most 18 digits.
func digits(b []byte) (v int64, ok bool) {
	if len(b) == 0 || len(b) > 18 {
		return 0, false
	}
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		v = v*10 + int64(c-'0')
	}
	return v, true
}
