package chat

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func TestMessageJSONRoundTrip(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"hi", "<script>", "\u2028", "\x00\x1f\x7f", `"\`, "é😀", strings.Repeat("x", MaxBody)} {
		m := Message{ID: 1, Revision: 2, Room: "general", Username: "ada", Body: body, CreatedAt: time.Date(2026, 11, 23, 9, 0, 0, 123456000, time.UTC), ClientID: "c"}
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
		if got != m {
			t.Errorf("%+v became %+v", m, got)
		}
	}
}
