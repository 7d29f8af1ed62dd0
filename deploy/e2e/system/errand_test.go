package system

import "testing"

func TestLogOfAPodIsItsOutput(t *testing.T) {
	t.Parallel()
	out, said := parseLog([]byte("2026-12-01T00:00:00Z stdout F one\n" +
		"2026-12-01T00:00:00Z stderr F a word\n" +
		"2026-12-01T00:00:01Z stdout P tw\n" +
		"2026-12-01T00:00:01Z stdout F o \x00 \n" +
		"2026-12-01T00:00:02Z stdout F \n" +
		"2026-12-01T00:00:02Z stdout P end"))
	if want := "one\ntwo \x00 \n\nend"; string(out) != want {
		t.Errorf("it put out %q, want %q", out, want)
	}
	if want := "a word\n"; string(said) != want {
		t.Errorf("it said %q, want %q", said, want)
	}
}
