package sse

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"parley/core/chat"
	"parley/core/wire"
)

var update = flag.Bool("update", false, "write the golden files anew")

var created = time.Date(2026, 11, 23, 9, 0, 0, 123456000, time.UTC)

// golden compares got with a file in testdata: the bytes that clients of any
// release must understand.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s:\n%s\nwant\n%s", name, got, want)
	}
}

func TestFrames(t *testing.T) {
	t.Parallel()
	plain := chat.Message{ID: 42, Revision: 42, Room: "general", Username: "ada", Body: "hi", CreatedAt: created, ClientID: "c-1"}
	edited := chat.Message{ID: 42, Revision: 57, Room: "general", Username: "ada", Body: "hi there", CreatedAt: created}
	odd := chat.Message{
		ID: 1, Revision: 1, Room: "a_b-0", Username: "g.h-o_p",
		Body:      "two\nlines\r\n\ttab \"quoted\" back\\slash <b>&amp;</b> \u2028\u2029 é 😀 \x01\x7f \xff",
		CreatedAt: time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("CET", 3600)),
	}
	rich := chat.Message{
		ID: 43, Revision: 61, Room: "general", Username: "ada", Body: "*hi* @bob", CreatedAt: created,
		HTML: "<p><em>hi</em> @bob</p>", EditedAt: created.Add(time.Minute), ReplyTo: 42, Thread: 40,
		Reactions: []chat.Reaction{{Emoji: "👍", People: []string{"bob", "eve"}}, {Emoji: "🎉", People: []string{"ada"}}},
		Mentions:  []string{"bob", chat.MentionRoom}, PinnedAt: created.Add(time.Hour), PinnedBy: "eve",
	}
	deleted := chat.Message{ID: 44, Revision: 62, Room: "general", Username: "ada", CreatedAt: created, ClientID: "c-2", Deleted: true}
	for name, got := range map[string][]byte{
		"rich.frame":           AppendEvent(nil, "general", &rich, true),
		"deleted.frame":        AppendEvent(nil, "general", &deleted, true),
		"message.frame":        AppendEvent(nil, "general", &plain, false),
		"message.tagged.frame": AppendEvent(nil, "general", &plain, true),
		"edited.frame":         AppendEvent(nil, "general", &edited, false),
		"odd.frame":            AppendEvent(nil, "a_b-0", &odd, false),
		"room.frame":           AppendEvent(nil, "general", &wire.Room{Revision: 58, Room: "general", Kind: chat.Open, Title: "General", Topic: "All of us"}, true),
		"membership.frame": AppendEvent(nil, "@ada", &wire.Membership{
			Revision: 8, Room: "dm-0a1b", Kind: chat.Direct, Member: true, Joined: 3, Read: 4, Notify: chat.NotifyAll, People: []string{"ada", "bob"},
		}, true),
		"person.frame":   AppendEvent(nil, "@ada", &wire.Person{Revision: 9, Username: "ada", DisplayName: "Ada L.", Role: chat.Admin}, true),
		"presence.frame": AppendNotice(nil, &wire.Presence{Room: "general", Username: "ada", State: wire.Away}),
		"profile.frame": AppendEvent(nil, "general", &wire.Profile{
			Revision: 58, Room: "general", Username: "ada", Version: 7, DisplayName: "Ada <L.>",
			Look: wire.Look{Avatar: "00112233445566778899aabbccddeeff", StatusText: "On holiday", StatusEmoji: "🌴", StatusUntil: time.Date(2026, 12, 24, 12, 0, 0, 0, time.UTC)},
		}, true),
		"ready.person.frame": AppendReady(nil, "@ada", 7, true),
		"notice.frame":       AppendNotice(nil, &wire.Typing{Room: "general", Username: "ada"}),
		"ready.frame":        AppendReady(nil, "general", 42, false),
		"ready.tagged.frame": AppendReady(nil, "general", 42, true),
		"reset.frame":        AppendReset(nil, "general", 57, false),
		"retry.frame":        AppendRetry(nil, 2741*time.Millisecond+999*time.Microsecond),
		"ping.frame":         []byte(Ping),
		"end.frame":          AppendEnd(nil, EndSession),
	} {
		golden(t, name, got)
		if !bytes.HasSuffix(got, []byte("\n\n")) || bytes.Count(got, []byte("\n\n")) != 1 {
			t.Errorf("%s is not one frame", name)
		}
	}
}
