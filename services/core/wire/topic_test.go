package wire

import "testing"

func TestTopics(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		topic          Topic
		channel, event string
	}{
		{RoomTopic("general"), "chat:room.general", "room.general"},
		{PersonTopic("ada.l"), "chat:user.ada.l", "me"},
	} {
		if got := row.topic.Channel(); got != row.channel {
			t.Errorf("%s: channel %s, want %s", row.topic, got, row.channel)
		}
		if got := row.topic.EventName(); got != row.event {
			t.Errorf("%s: event %s, want %s", row.topic, got, row.event)
		}
		if got, ok := TopicOf(row.channel); got != row.topic || !ok || !got.Valid() {
			t.Errorf("%s: topic %s, %v", row.channel, got, ok)
		}
	}
	for _, channel := range []string{SessionsEndedChannel, "room.general", "", "chat:probe.x"} {
		if got, ok := TopicOf(channel); ok {
			t.Errorf("%s: topic %s", channel, got)
		}
	}
	for _, topic := range []Topic{"", "@", "@a", "@Ada", "A", "a b", "@@ada", "@ada:1"} {
		if topic.Valid() {
			t.Errorf("%q is valid", topic)
		}
	}
}
