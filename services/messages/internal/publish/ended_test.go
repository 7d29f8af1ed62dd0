package publish

import (
	"testing"

	"parley/core/session"
	"parley/core/wire"
)

func TestEndedSessionsAreToldInPieces(t *testing.T) {
	t.Parallel()
	p, _, client := start(t)
	s := client.Subscribe(t.Context(), wire.SessionsEndedChannel)
	t.Cleanup(func() { _ = s.Close() })
	if _, err := s.Receive(t.Context()); err != nil {
		t.Fatal(err)
	}
	keys := make([]session.Key, 2*wire.MaxEndedKeys+1)
	for i := range keys {
		keys[i] = session.Key{byte(i), byte(i >> 8)}
	}
	p.SessionsEnded()
	p.SessionsEnded(keys...)
	p.Close()
	var got []session.Key
	for _, want := range []int{wire.MaxEndedKeys, wire.MaxEndedKeys, 1} {
		m, err := s.ReceiveMessage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		ended, err := wire.ParseSessionsEnded([]byte(m.Payload))
		if err != nil || len(ended.Keys) != want {
			t.Fatalf("a piece of %d, %v; want %d", len(ended.Keys), err, want)
		}
		got = append(got, ended.Keys...)
	}
	for i := range keys {
		if got[i] != keys[i] {
			t.Fatalf("the %dth is another", i)
		}
	}
}
