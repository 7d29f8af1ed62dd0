package app

import (
	"runtime"
	"testing"
)

func TestMemoryIsReturned(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		opened    []uint32 // since the last tick
		collected []uint64
		want      string // . for none, c for crowdLeft, r for rested
	}{
		"a crowd":          {[]uint32{0, 1000, 5000, 0, 0}, []uint64{0, 2, 4, 0, 0}, "...c."},
		"two crowds":       {[]uint32{300, 0, 300, 0}, []uint64{1, 0, 1, 0}, ".c.c"},
		"a small crowd":    {[]uint32{199, 199, 199, 199}, []uint64{1, 1, 1, 1}, "...."},
		"rest":             {make([]uint32, 11), make([]uint64, 11), "....r....r."},
		"rest, a few came": {[]uint32{3, 0, 9, 0, 1, 0}, make([]uint64, 6), "....r."},
		"busy":             {make([]uint32, 12), []uint64{1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0}, "............"},
		"rest after a crowd": {
			[]uint32{500, 0, 0, 0, 0, 0, 0}, []uint64{3, 0, 0, 0, 0, 0, 0}, ".c...r.",
		},
	} {
		c := calm{opened: 7}
		opened, collected, got := uint32(7), uint64(0), ""
		for i := range row.opened {
			opened, collected = opened+row.opened[i], collected+row.collected[i]
			got += string(".cr"[c.tick(opened, collected)])
		}
		if got != row.want {
			t.Errorf("%s: %s, want %s", name, got, row.want)
		}
	}
}

// A collection that was asked for is no sign that the service is busy.
func TestOwnCollectionsDoNotCount(t *testing.T) {
	before := collections()
	for range 3 {
		runtime.GC()
	}
	if after := collections(); after > before+1 { // Go may have begun one itself
		t.Errorf("%d collections, then %d", before, after)
	}
}
