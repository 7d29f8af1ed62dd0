package account

import (
	"errors"
	"net/netip"
	"slices"
	"testing"

	"github.com/alexedwards/argon2id"

	"parley/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// The time that a check takes is the hashing's. So equal time means: for any
// name, hashing once, with the same parameters.
func TestUnknownNamesCostAsMuchAsWrongPasswords(t *testing.T) {
	t.Parallel()
	a, err := New(testkit.Database(t), SignUpOpen, Limits{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	from := netip.MustParseAddr("192.0.2.1")
	if _, err := a.Register(t.Context(), Registration{Username: "ada", Password: "correct horse", From: from}); err != nil {
		t.Fatal(err)
	}
	var costs []argon2id.Params
	a.hasher.compare = func(password, hash string) (bool, error) {
		params, salt, key, err := argon2id.DecodeHash(hash)
		if err != nil {
			t.Error(err)
		}
		params.SaltLength, params.KeyLength = uint32(len(salt)), uint32(len(key))
		costs = append(costs, *params)
		return argon2id.ComparePasswordAndHash(password, hash)
	}
	names := []string{"ada", "nobody", "", "\x00", "No Name"}
	for _, name := range names {
		if _, err := a.Authenticate(t.Context(), Attempt{Username: name, Password: "wrong horse", From: from}); !errors.Is(err, ErrBadCredentials) {
			t.Errorf("%q: %v", name, err)
		}
	}
	if want := slices.Repeat([]argon2id.Params{*params}, len(names)); !slices.Equal(costs, want) {
		t.Errorf("hashed %+v, want once for each name, alike", costs)
	}
}
