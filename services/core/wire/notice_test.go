package wire

import (
	"slices"
	"strings"
	"testing"

	"parley/core/session"
)

func TestSessionsEnded(t *testing.T) {
	t.Parallel()
	a, _ := session.NewToken().Key()
	b, _ := session.NewToken().Key()
	data := SessionsEnded{Keys: []session.Key{a, b}}.AppendJSON(nil)
	got, err := ParseSessionsEnded(data)
	if err != nil || !slices.Equal(got.Keys, []session.Key{a, b}) {
		t.Errorf("%s became %v, %v", data, got, err)
	}
	for _, bad := range []string{`{"keys":["00"]}`, `{"keys":["xx"]}`, `{"keys":[1]}`, `{"keys":"00"}`, `[]`, ``} {
		if _, err := ParseSessionsEnded([]byte(bad)); err == nil {
			t.Errorf("%s was accepted", bad)
		}
	}
}

// FuzzParseSessionsEnded reads what a stranger may publish as the end of sessions.
func FuzzParseSessionsEnded(f *testing.F) {
	key, _ := session.NewToken().Key()
	whole := SessionsEnded{Keys: []session.Key{key, key}}.AppendJSON(nil)
	for _, seed := range []string{string(whole), `{"keys":[]}`, `{"keys":null}`, `{}`, `null`, `{"keys":["00"]}`, `{"keys":["` + strings.Repeat("0", 64) + `"]}`, `[`, ""} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		ended, err := ParseSessionsEnded(data)
		if err != nil {
			return
		}
		if len(ended.Keys) > len(data)/64 {
			t.Errorf("%q has %d keys", data, len(ended.Keys))
		}
		same, err := ParseSessionsEnded(ended.AppendJSON(nil))
		if err != nil || !slices.Equal(same.Keys, ended.Keys) {
			t.Errorf("%q became %v: %v", data, same, err)
		}
	})
}
