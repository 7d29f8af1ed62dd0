package hub

import (
	"testing"
	"time"
)

// Who is here is told to few, and not all the time.
func TestPresenceIsShedFirst(t *testing.T) {
	t.Parallel()
	var n notices
	now := time.Now()
	if n.affords(maxPresent+1, now) {
		t.Error("a crowd is told")
	}
	for told := 0; told < presencesEvery; told += maxPresent {
		if !n.affords(maxPresent, now) {
			t.Fatalf("shed after %d deliveries", told)
		}
	}
	if n.affords(1, now.Add(noticeEvery-1)) {
		t.Error("more is told than is afforded in a second")
	}
	if !n.affords(1, now.Add(noticeEvery)) {
		t.Error("nothing is told in the next second")
	}
}
