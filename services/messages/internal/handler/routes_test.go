package handler

import (
	"slices"
	"testing"
)

func TestRoutes(t *testing.T) {
	t.Parallel()
	all, err := Routes()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"GET /chat", "POST /chat/:room/messages", "GET /healthz"} {
		if !slices.Contains(all, want) {
			t.Errorf("%q is missing among %q", want, all)
		}
	}
}
