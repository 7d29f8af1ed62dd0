package wire

import (
	"reflect"
	"testing"
	"time"

	"parley/core/chat"
)

const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

func TestTraceparent(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 9, 0, 0, 123456000, time.UTC)
	for topic, event := range map[Topic]Event{
		RoomTopic("general"): &chat.Message{ID: 1, Revision: 2, Room: "general", Username: "ada", Body: `,"traceparent":"` + traceparent + `"}`, CreatedAt: at},
		RoomTopic("launch"):  &Room{Revision: 3, Room: "launch", Kind: chat.Open},
		PersonTopic("ada"):   &Person{Revision: 9, Username: "ada", Role: chat.Member},
	} {
		plain := event.AppendJSON(nil)
		if got := Traceparent(plain); got != "" {
			t.Errorf("%s has %q", plain, got)
		}
		traced := AppendTraceparent(event.AppendJSON(nil), traceparent)
		if got := Traceparent(traced); got != traceparent {
			t.Errorf("%s has %q", traced, got)
		}
		got, _, err := Parse(topic, traced)
		if err != nil || !reflect.DeepEqual(got, event) {
			t.Errorf("%s became %+v, %v", traced, got, err)
		}
	}
	for _, payload := range []string{"", "}", `"}`, traceparent + `"}`, `,"traceparent":"` + traceparent, `{"traceparent":""}`} {
		if got := Traceparent([]byte(payload)); got != "" {
			t.Errorf("%q has %q", payload, got)
		}
	}
}
