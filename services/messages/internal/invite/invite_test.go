package invite

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/core/chat"
)

func TestDraftIsCompleted(t *testing.T) {
	t.Parallel()
	d := Draft{Rooms: []string{"b", "a", "b"}}
	if err := d.complete(); err != nil || d.Role != chat.Member || d.Uses != 1 || d.Lifetime != 7*24*time.Hour || !slices.Equal(d.Rooms, []string{"a", "b"}) {
		t.Errorf("%+v, %v", d, err)
	}
	for want, d := range map[error]Draft{
		ErrRoleInvalid:    {Role: "king"},
		ErrUsesInvalid:    {Uses: MaxUses + 1},
		ErrExpiresInvalid: {Lifetime: MaxLifetime + 1},
		ErrTooManyRooms:   {Rooms: make([]string, MaxRooms+1)},
		ErrRoomNotFound:   {Rooms: []string{"NO"}},
	} {
		if err := d.complete(); !errors.Is(err, want) {
			t.Errorf("%+v: %v, want %v", d, err, want)
		}
	}
}

func TestWhoMayInviteWhom(t *testing.T) {
	t.Parallel()
	may := map[chat.Role][]chat.Role{
		chat.Owner: {chat.Admin, chat.Member, chat.Guest},
		chat.Admin: {chat.Member, chat.Guest},
	}
	roles := []chat.Role{chat.Owner, chat.Admin, chat.Member, chat.Guest}
	for _, by := range roles {
		for _, to := range roles {
			d := Draft{Role: to}
			if got, want := d.mayMake(by), slices.Contains(may[by], to); got != want {
				t.Errorf("%s invites %s: %v, want %v", by, to, got, want)
			}
		}
	}
}

func TestCodes(t *testing.T) {
	t.Parallel()
	one, other := newCode(), newCode()
	if one == other || !validCode(one) || !validCode(other) {
		t.Errorf("made %s and %s", one, other)
	}
	for _, code := range []string{"", "short", strings.Repeat("x", 65), one[:len(one)-1] + "\x00", one[:len(one)-1] + "%", strings.Repeat("é", 11)} {
		if validCode(code) {
			t.Errorf("%q was taken for a code", code)
		}
	}
}
