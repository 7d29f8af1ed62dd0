package hub

import (
	"testing"
	"time"

	"parley/core/wire"
)

// Who is here and who writes is told to few, and not all the time; neither
// takes anything from the other.
func TestNoticesAreShedFirst(t *testing.T) {
	t.Parallel()
	var n notices
	now := time.Now()
	for _, kind := range []struct {
		notice    wire.Notice
		most, all int
	}{
		{&wire.Presence{}, maxPresent, presencesEvery},
		{&wire.Typing{}, maxTyping, typingEvery},
	} {
		affords := func(readers int, at time.Time) bool { return n.affords(kind.notice, readers, at) }
		if affords(kind.most+1, now) {
			t.Errorf("%T: a crowd is told", kind.notice)
		}
		for told := 0; told < kind.all; told += kind.most {
			if !affords(kind.most, now) {
				t.Fatalf("%T: shed after %d deliveries", kind.notice, told)
			}
		}
		if affords(1, now.Add(noticeEvery-1)) {
			t.Errorf("%T: more is told than is afforded in a second", kind.notice)
		}
		if !affords(1, now.Add(noticeEvery)) {
			t.Errorf("%T: nothing is told in the next second", kind.notice)
		}
	}
}

// What was told a moment ago, or is forged a thousand times, takes no place from
// what is news.
func TestRepeatedNoticesCostNoPlace(t *testing.T) {
	t.Parallel()
	listener := &heard{}
	h := newHub(t, 0, listener)
	l, err := h.Acquire(t.Context(), "general", true)
	if err != nil {
		t.Fatal(err)
	}
	defer h.Release(l)
	away := (&wire.Presence{Room: "general", Username: "ada", State: wire.Away}).AppendJSON(nil)
	for range 2 * presencesEvery {
		h.Ring("general", away)
	}
	h.Ring("general", (&wire.Presence{Room: "general", Username: "bob", State: wire.Away}).AppendJSON(nil))
	if spent := h.notices.presence.spent; listener.notices < 2 || spent > 10 {
		t.Errorf("%d notices, for %d deliveries", listener.notices, spent)
	}
}
