package wire

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"parley/core/chat"
)

func TestParse(t *testing.T) {
	t.Parallel()
	message := func(change string) string {
		return `{"id":1,"revision":2,"room":"general","username":"ada","body":"hi","created_at":"2026-11-23T09:00:00.123456Z"` + change + `}`
	}
	room := func(change string) string {
		return `{"type":"room","revision":2,"room":"general","kind":"open","title":"General","topic":"","archived":false` + change + `}`
	}
	membership := func(change string) string {
		return `{"type":"membership","revision":8,"room":"launch","kind":"private","member":true,"joined":1,"read":2,"notify":"all"` + change + `}`
	}
	person := func(change string) string {
		return `{"type":"person","revision":9,"username":"ada","display_name":"Ada","role":"admin"` + change + `}`
	}
	profile := func(change string) string {
		return `{"type":"profile","revision":9,"room":"general","username":"ada","version":3,"display_name":"Ada"` + change + `}`
	}
	for _, row := range []struct {
		name  string
		topic Topic
		data  string
		ok    bool
	}{
		{"message", "general", message(""), true},
		{"unknown fields", "general", message(`,"later":{}`), true},
		{"of another room", "general", message(`,"room":"other"`), false},
		{"of no room", "general", `{"id":1,"revision":1}`, false},
		{"no position", "general", message(`,"id":0`), false},
		{"negative position", "general", message(`,"id":-1,"revision":-1`), false},
		{"revision before creation", "general", message(`,"id":3`), false},
		{"nobody's", "general", message(`,"username":""`), false},
		{"of an impossible name", "general", message(`,"username":"a\nb"`), false},
		{"empty", "general", message(`,"body":""`), false},
		{"too long", "general", message(`,"body":"` + strings.Repeat("é", chat.MaxBody+1) + `"`), false},
		{"longest", "general", message(`,"body":"` + strings.Repeat("é", chat.MaxBody) + `"`), true},
		{"long client id", "general", message(`,"client_id":"` + strings.Repeat("c", chat.MaxClientID+1) + `"`), false},
		{"message to a person", "@ada", message(""), false},
		{"deleted", "general", message(`,"body":"","deleted":true`), true},
		{"deleted with a body", "general", message(`,"deleted":true`), false},
		{"deleted with a reaction", "general", message(`,"body":"","deleted":true,"reactions":[{"emoji":"👍","people":["bob"]}]`), false},
		{"reaction", "general", message(`,"reactions":[{"emoji":"👍","people":["bob"]}]`), true},
		{"reaction of nobody", "general", message(`,"reactions":[{"emoji":"👍","people":[]}]`), false},
		{"reaction without an emoji", "general", message(`,"reactions":[{"emoji":"","people":["bob"]}]`), false},
		{"too many reactions", "general", message(`,"reactions":[` + strings.Repeat(`{"emoji":"👍","people":["bob"]},`, chat.MaxReactions) + `{"emoji":"x","people":["bob"]}]`), false},
		{"mentions", "general", message(`,"mentions":["bob","@room","@here"]`), true},
		{"mention of no name", "general", message(`,"mentions":["B"]`), false},
		{"reply", "general", message(`,"id":2,"reply_to":1,"thread":1`), true},
		{"reply to a later one", "general", message(`,"reply_to":1`), false},
		{"pinned", "general", message(`,"pinned_at":"2026-11-23T09:00:00.123456Z","pinned_by":"bob"`), true},
		{"pinned by nobody", "general", message(`,"pinned_at":"2026-11-23T09:00:00.123456Z"`), false},
		{"room", "general", room(""), true},
		{"room with a floor", "general", room(`,"floor":1,"retention_days":30`), true},
		{"room with a floor that it has not reached", "general", room(`,"floor":2`), false},
		{"room with no floor", "general", room(`,"floor":-1`), false},
		{"room that keeps nothing", "general", room(`,"retention_days":-1`), false},
		{"room without a position", "general", room(`,"revision":0`), false},
		{"room of no kind", "general", room(`,"kind":"secret"`), false},
		{"room with a long title", "general", room(`,"title":"` + strings.Repeat("x", chat.MaxTitle+1) + `"`), false},
		{"room with a long topic", "general", room(`,"topic":"` + strings.Repeat("x", chat.MaxTopic+1) + `"`), false},
		{"membership", "@ada", membership(""), true},
		{"membership to a room", "launch", membership(""), false},
		{"membership of no room", "@ada", membership(`,"room":"No"`), false},
		{"membership without a level", "@ada", membership(`,"notify":""`), false},
		{"membership read below zero", "@ada", membership(`,"read":-1`), false},
		{"direct", "@ada", membership(`,"kind":"direct","people":["ada","bob"]`), true},
		{"direct with nobody's name", "@ada", membership(`,"kind":"direct","people":["ada","B"]`), false},
		{"direct with too many", "@ada", membership(`,"people":["a0","a1","a2","a3","a4","a5","a6","a7","a8","a9"]`), false},
		{"person with everything", "@ada", person(`,"avatar":"00112233445566778899aabbccddeeff","status_text":"x","status_emoji":"🌴","status_until":"2026-12-01T00:00:00Z","time_zone":"Europe/Berlin","language":"zh-Hant-TW","theme":"dark"`), true},
		{"person with a bad picture", "@ada", person(`,"avatar":"../x"`), false},
		{"person with a long status", "@ada", person(`,"status_text":"` + strings.Repeat("x", chat.MaxStatus+1) + `"`), false},
		{"person of no time", "@ada", person(`,"time_zone":"Moon/Sea"`), false},
		{"person of no language", "@ada", person(`,"language":"<b>"`), false},
		{"person of no theme", "@ada", person(`,"theme":"pink"`), false},
		{"profile", "general", profile(""), true},
		{"profile with everything", "general", profile(`,"avatar":"00112233445566778899aabbccddeeff","status_text":"x","status_emoji":"🌴","status_until":"2026-12-01T00:00:00Z"`), true},
		{"profile of another room", "other", profile(""), false},
		{"profile to a person", "@ada", profile(""), false},
		{"profile of nobody", "general", profile(`,"username":""`), false},
		{"profile without a version", "general", profile(`,"version":0`), false},
		{"profile without a position", "general", profile(`,"revision":0`), false},
		{"profile with a long name", "general", profile(`,"display_name":"` + strings.Repeat("x", chat.MaxDisplayName+1) + `"`), false},
		{"profile with a bad picture", "general", profile(`,"avatar":"A0112233445566778899aabbccddeeff"`), false},
		{"profile with a long status", "general", profile(`,"status_text":"` + strings.Repeat("x", chat.MaxStatus+1) + `"`), false},
		{"profile with many emojis", "general", profile(`,"status_emoji":"` + strings.Repeat("x", chat.MaxStatusEmoji+1) + `"`), false},
		{"person", "@ada", person(""), true},
		{"person of another name", "@bob", person(""), false},
		{"person of no role", "@ada", person(`,"role":"king"`), false},
		{"person with a long name", "@ada", person(`,"display_name":"` + strings.Repeat("x", chat.MaxDisplayName+1) + `"`), false},
		{"typing", "general", `{"type":"typing","room":"general","username":"ada"}`, true},
		{"typing with a position", "general", `{"type":"typing","revision":3,"room":"general","username":"ada"}`, false},
		{"typing of nobody", "general", `{"type":"typing","room":"general"}`, false},
		{"presence", "general", `{"type":"presence","room":"general","username":"ada","state":"away"}`, true},
		{"presence with a position", "general", `{"type":"presence","revision":3,"room":"general","username":"ada","state":"away"}`, false},
		{"presence of nobody", "general", `{"type":"presence","room":"general","username":"a\nid: 9","state":"away"}`, false},
		{"presence in another room", "general", `{"type":"presence","room":"launch","username":"ada","state":"away"}`, false},
		{"presence to a person", "@ada", `{"type":"presence","room":"general","username":"ada","state":"away"}`, false},
		{"typing in another room", "general", `{"type":"typing","room":"launch","username":"ada"}`, false},
		{"presence of no state", "general", `{"type":"presence","room":"general","username":"ada","state":"dead"}`, false},
		{"typing to a person", "@ada", `{"type":"typing","room":"general","username":"ada"}`, false},
		{"notice named like one of ours", "general", `{"type":"end","room":"general"}`, false},
		{"notice with a line break", "general", `{"type":"a\nid: 1","room":"general"}`, false},
		{"wrong type", "general", message(`,"id":"1"`), false},
		{"no JSON", "general", `hello`, false},
		{"nothing", "general", ``, false},
		{"two", "general", message("") + message(""), false},
	} {
		e, n, err := Parse(row.topic, []byte(row.data))
		if (err == nil) != row.ok || err != nil && !errors.Is(err, ErrPayload) || err == nil && (e == nil) == (n == nil) {
			t.Errorf("%s: %+v, %+v, %v", row.name, e, n, err)
		}
	}
}

// What is encoded anew is what was published by us, to the byte: the stream
// service tells a forged payload by that.
func TestParseKeepsOurBytes(t *testing.T) {
	t.Parallel()
	created := time.Date(2026, 11, 23, 9, 0, 0, 123456000, time.UTC)
	for topic, events := range map[Topic][]Event{
		"general": {
			&chat.Message{ID: 1, Revision: 2, Room: "general", Username: "ada", Body: "<\u2028>", CreatedAt: created, ClientID: "c"},
			&Room{Revision: 3, Room: "general", Kind: chat.Open, Title: "General & more", Topic: "x", Archived: true},
			&Room{Revision: 4, Room: "general", Kind: chat.Open, Floor: 3, RetentionDays: new(30)},
			&Room{Revision: 5, Room: "general", Kind: chat.Open, RetentionDays: new(0)},
		},
		"@ada": {
			&Membership{Revision: 1, Room: "dm-1", Kind: chat.Direct, Member: true, Moderator: true, Joined: 5, Read: 6, Reopened: 7, Notify: chat.NotifyNone, People: []string{"ada", "bob"}},
			&Person{Revision: 2, Username: "ada", DisplayName: "Ada \"L\"", Role: chat.Guest},
		},
	} {
		for _, e := range events {
			sent := e.AppendJSON(nil)
			got, _, err := Parse(topic, sent)
			if err != nil {
				t.Errorf("%s: %v", sent, err)
				continue
			}
			if again := got.AppendJSON(nil); string(again) != string(sent) {
				t.Errorf("%s became %s", sent, again)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`{"id":1,"revision":1,"room":"general","username":"ada","body":"hi","created_at":"2026-11-23T09:00:00.123456Z"}`,
		`{"id":1,"revision":2,"room":"general","username":"a\nb","body":"\u2028\ud83d","created_at":"0000-01-01T00:00:00Z","client_id":"x"}`,
		`{"type":"room","revision":2,"room":"general","kind":"open","title":"\u2028","topic":"\n"}`,
		`{"type":"membership","revision":8,"room":"launch","kind":"direct","member":true,"notify":"all","people":["ada","bob"]}`,
		`{"type":"person","revision":9,"username":"ada","display_name":"\r\n","role":"admin"}`,
		`{"type":"person","revision":9,"username":"ada","display_name":"","role":"admin","status_until":"9999-12-31T23:59:59Z","time_zone":"a/b","language":"de-DE"}`,
		`{"type":"profile","revision":9,"room":"general","username":"ada","version":1,"display_name":"\u2028","status_text":"\n","status_until":"0000-01-01T00:00:00+23:59"}`,
		`{"type":"typing","room":"general","username":"ada"}`, `{"type":"typing","room":"general","username":"a\nid: 9"}`,
		`{"type":"presence","room":"general","username":"ada","state":"away"}`, `{"type":"presence","revision":1,"room":"general","username":"ada","state":"online"}`,
		`{"type":"ready","room":"general"}`, `[]`, `{`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, topic := range []Topic{"general", "@ada"} {
			e, n, err := Parse(topic, data)
			if err != nil {
				continue
			}
			if e != nil {
				checkEncoded(t, data, e.AppendJSON(nil))
				if e.At() < 1 {
					t.Errorf("%q was taken for position %d", data, e.At())
				}
				continue
			}
			encoded := n.AppendJSON(nil)
			checkEncoded(t, data, encoded)
			checkNotice(t, topic, n, encoded)
		}
	})
}

// checkEncoded checks that what data becomes is JSON that fits a line of an event.
func checkEncoded(t *testing.T, data, encoded []byte) {
	t.Helper()
	if !json.Valid(encoded) || strings.ContainsAny(string(encoded), "\r\n\x00") {
		t.Errorf("%q becomes %q", data, encoded)
	}
}

// checkNotice checks that what was taken for a notice is one of ours: it says who,
// in this room, and nothing is lost on the way to the next reader.
func checkNotice(t *testing.T, topic Topic, n Notice, encoded []byte) {
	t.Helper()
	var room, username string
	switch n := n.(type) {
	case *Typing:
		room, username = n.Room, n.Username
	case *Presence:
		room, username = n.Room, n.Username
	}
	if room != string(topic) || !chat.ValidUsername(username) {
		t.Errorf("a notice of %q in %q was taken for one of %s", username, room, topic)
	}
	_, again, err := Parse(topic, encoded)
	if err != nil || !reflect.DeepEqual(again, n) {
		t.Errorf("%s becomes %+v, %v", encoded, again, err)
	}
}

func BenchmarkParse(b *testing.B) {
	m := chat.Message{
		ID: 12345, Revision: 12345, Room: "general", Username: "ada", ClientID: "0a1b2c3d-0001",
		Body: strings.Repeat("word ", 30), CreatedAt: time.Date(2026, 11, 23, 9, 0, 0, 123456000, time.UTC),
	}
	payload := m.AppendJSON(nil)
	b.ReportAllocs()
	b.SetBytes(int64(len(payload)))
	for b.Loop() {
		if _, _, err := Parse("general", payload); err != nil {
			b.Fatal(err)
		}
	}
}
