package chat

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestMessageJSONRoundTrip(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"hi", "<script>", "\u2028", "\x00\x1f\x7f", `"\`, "é😀", strings.Repeat("x", MaxBody)} {
		at := time.Date(2026, 11, 23, 9, 0, 0, 123456000, time.UTC)
		m := Message{
			ID: 5, Revision: 6, Room: "general", Username: "ada", Body: body, CreatedAt: at, ClientID: "c",
			HTML: body, EditedAt: at, Deleted: true, ReplyTo: 1, Thread: 2, Reactions: []Reaction{{"👍", []string{"ada", "bob"}}, {body, nil}},
			Mentions: []string{"bob", MentionHere}, PinnedAt: at, PinnedBy: "bob",
		}
		data, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		if string(data) != string(m.AppendJSON(nil)) {
			t.Errorf("%q: json.Marshal changes it", body)
		}
		var got Message
		if err := json.Unmarshal(data, &got); err != nil {
			t.Fatal(err)
		}
		m.Reactions[1].People = []string{}
		if !reflect.DeepEqual(got, m) {
			t.Errorf("%+v became %+v", m, got)
		}
	}
}
