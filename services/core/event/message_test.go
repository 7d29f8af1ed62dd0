package event

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestMessageJSONRoundTrip(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"hi", "<script>", "\u2028", "\x00\x1f\x7f", `"\`, "é😀", strings.Repeat("x", MaxBody)} {
		m := Message{ID: 1, Revision: 2, Room: "general", Username: "ada", Body: body, CreatedAt: created, ClientID: "c"}
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

func TestParsePayload(t *testing.T) {
	t.Parallel()
	message := func(change string) string {
		return `{"id":1,"revision":2,"room":"general","username":"ada","body":"hi","created_at":"2026-11-23T09:00:00.123456Z"` + change + `}`
	}
	for _, row := range []struct {
		name, data string
		ok         bool
	}{
		{"message", message(""), true},
		{"unknown fields", message(`,"later":{}`), true},
		{"typing", `{"type":"typing","room":"general","username":"ada"}`, true},
		{"of another room", message(`,"room":"other"`), false},
		{"of no room", `{"id":1,"revision":1}`, false},
		{"no position", message(`,"id":0`), false},
		{"negative position", message(`,"id":-1,"revision":-1`), false},
		{"revision before creation", message(`,"id":3`), false},
		{"nobody's", message(`,"username":""`), false},
		{"empty", message(`,"body":""`), false},
		{"too long", message(`,"body":"` + strings.Repeat("é", MaxBody+1) + `"`), false},
		{"longest", message(`,"body":"` + strings.Repeat("é", MaxBody) + `"`), true},
		{"notice with a position", message(`,"type":"typing"`), false},
		{"notice named like one of ours", `{"type":"end","room":"general"}`, false},
		{"notice with a line break", `{"type":"a\nid: 1","room":"general"}`, false},
		{"wrong type", message(`,"id":"1"`), false},
		{"no JSON", `hello`, false},
		{"nothing", ``, false},
		{"two", message("") + message(""), false},
	} {
		p, err := ParsePayload("general", []byte(row.data))
		if (err == nil) != row.ok || err != nil && !errors.Is(err, ErrPayload) {
			t.Errorf("%s: %+v, %v", row.name, p, err)
		}
	}
}

func FuzzParsePayload(f *testing.F) {
	for _, seed := range []string{
		`{"id":1,"revision":1,"room":"general","username":"ada","body":"hi","created_at":"2026-11-23T09:00:00.123456Z"}`,
		`{"id":1,"revision":2,"room":"general","username":"a\nb","body":"\u2028\ud83d","created_at":"0000-01-01T00:00:00Z","client_id":"x"}`,
		`{"type":"typing","room":"general"}`, `{"type":"ready","room":"general"}`, `[]`, `{`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := ParsePayload("general", data)
		if err != nil {
			return
		}
		if p.Room != "general" || p.Type == "" && (p.ID < 1 || p.Revision < p.ID || utf8.RuneCountInString(p.Body) > MaxBody) {
			t.Errorf("%q was taken for %+v", data, p)
		}
		frame := string(AppendFrame(nil, &p.Message, false))
		if strings.Count(frame, "\n") != 4 || strings.ContainsAny(frame, "\r\x00") {
			t.Errorf("%q breaks out of its frame: %q", data, frame)
		}
		if !json.Valid(p.AppendJSON(nil)) {
			t.Errorf("%q becomes invalid JSON: %s", data, p.AppendJSON(nil))
		}
	})
}
