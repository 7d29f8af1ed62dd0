package limit

import (
	"fmt"
	"testing"
	"time"

	"parley/testkit"
)

func TestMemory(t *testing.T) {
	t.Parallel()
	server := testkit.Redis(t)
	one, client := replica(t, server)
	other, _ := replica(t, server)
	mine, theirs := NewMemory("known", time.Hour, one), NewMemory("known", time.Hour, other)
	mine.Note(t.Context(), "ada")
	for name, m := range map[string]*Memory{"this replica": mine, "another": theirs} {
		if !m.Knows(t.Context(), "ada") || m.Knows(t.Context(), "bob") {
			t.Errorf("%s: want ada known, and nobody else", name)
		}
	}
	if NewMemory("else", time.Hour, other).Knows(t.Context(), "ada") {
		t.Error("two memories are one")
	}
	if left := client.TTL(t.Context(), prefix+"known:ada").Val(); left <= 0 || left > time.Hour {
		t.Errorf("Redis keeps it for %s", left)
	}
	if err := server.Stop(); err != nil {
		t.Fatal(err)
	}
	if !mine.Knows(t.Context(), "ada") || theirs.Knows(t.Context(), "ada") {
		t.Error("without Redis: want ada known where she was noted, and nowhere else")
	}
	brief := NewMemory("brief", -time.Second, one) // over at once
	brief.Note(t.Context(), "ada")
	if brief.Knows(t.Context(), "ada") {
		t.Error("known for longer than it was to be kept")
	}
	for i := range 5000 {
		brief.Note(t.Context(), fmt.Sprint(i))
	}
	if len(brief.until) > 1024 {
		t.Errorf("%d keys that are over are kept", len(brief.until))
	}
}
