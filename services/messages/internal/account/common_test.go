package account

import (
	"errors"
	"strings"
	"testing"
)

func TestCheckPassword(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		username, password string
		want               error
	}{
		{"ada", "correct horse", nil},
		{"ada", "seven77", ErrPasswordTooShort},
		{"ada", "password", ErrPasswordCommon},
		{"ada", "PassWord", ErrPasswordCommon},
		{"ada", "12345678", ErrPasswordCommon},
		{"ada", "qwertyuiop", ErrPasswordCommon},
		{"ada", "password ", nil},
		{"grace.hopper", "grace.hopper", ErrPasswordCommon},
		{"grace.hopper", "Grace.Hopper", ErrPasswordCommon},
		{"grace.hopper", "grace.hopper1", nil},
		{"ada", strings.Repeat("ä", 128), nil},
		{"ada", strings.Repeat("x", 257), ErrPasswordTooLong},
	} {
		if err := checkPassword(c.username, c.password); !errors.Is(err, c.want) {
			t.Errorf("%s with %.20q: %v, want %v", c.username, c.password, err, c.want)
		}
	}
}

func TestCommonest(t *testing.T) {
	t.Parallel()
	if n := len(isCommon()); n != 10_000 {
		t.Errorf("%d common passwords, want 10,000", n)
	}
	for password := range isCommon() {
		if len(password) < MinPassword || password != strings.ToLower(strings.TrimSpace(password)) {
			t.Errorf("%q would never be compared", password)
		}
	}
}
