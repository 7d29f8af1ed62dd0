package app

import (
	"testing"
	"time"
)

func TestPeriod(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"0": 0, "90d": 90 * day, "0d": 0, "8760h": 365 * day, "36h30m": 36*time.Hour + 30*time.Minute, "36500d": 36500 * day,
	} {
		var got Period
		if err := got.UnmarshalText([]byte(text)); err != nil || time.Duration(got) != want {
			t.Errorf("%s is %s, %v; want %s", text, time.Duration(got), err, want)
		}
	}
	for _, text := range []string{"", "90", "d", "-1d", "1.5d", "90 d", "36501d", "99999d", "ever"} {
		var got Period
		if err := got.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is taken for %s", text, time.Duration(got))
		}
	}
}
