package guard

import (
	"math/rand/v2"
	"testing"

	"parley/core/session"
)

// The shelf holds what a map by whole keys would, also where keys share the part
// that it goes by.
func TestShelfIsAMap(t *testing.T) {
	t.Parallel()
	s := newShelf()
	want := make(map[session.Key]*Live)
	random := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		key := session.Key{byte(random.IntN(4)), 31: byte(random.IntN(8))}
		if s.get(key) != want[key] {
			t.Fatalf("%x: %v, want %v", key, s.get(key), want[key])
		}
		switch l := want[key]; {
		case l != nil && random.IntN(2) == 0:
			s.remove(l)
			delete(want, key)
			if s.has(l) {
				t.Fatalf("%x is there after it was removed", key)
			}
		default:
			fresh := &Live{key: key}
			s.put(fresh)
			want[key] = fresh
			if !s.has(fresh) || l != nil && s.has(l) {
				t.Fatalf("%x: the one that was put is not the one that is there", key)
			}
		}
	}
	for _, l := range want {
		s.remove(l)
	}
	if len(s.first) != 0 {
		t.Errorf("%d are left of none", len(s.first))
	}
}
