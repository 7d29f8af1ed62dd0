package web

import (
	"slices"
	"testing"

	"parley/core/chat"
)

// The page's own order is tested with the same rooms in myrooms.test.mjs.
func TestOrder(t *testing.T) {
	t.Parallel()
	rooms := []MyRoom{
		{Name: "a-room", Title: "Zebra"},
		{Name: "dm-1", Kind: chat.Direct, Others: []Person{{Username: "zoe", DisplayName: "adam"}}},
		{Name: "general"},
		{Name: "x2", Title: "Éclair"},
		{Name: "x1", Title: "éclair"},
		{Name: "z-room", Title: "Apple"},
	}
	Order(rooms)
	var names []string
	for _, r := range rooms {
		names = append(names, r.Name)
	}
	if want := []string{"dm-1", "z-room", "general", "a-room", "x1", "x2"}; !slices.Equal(names, want) {
		t.Errorf("in order %q, want %q", names, want)
	}
}
